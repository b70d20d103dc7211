// A final object: with its overrides applied, its final identity, and its file.

import type { IConstruct } from 'constructs';
import { type Finding, findingAt } from '../../model/finding/finding';
import { defined, isJsonObject, type JsonObject } from '../../model/manifest/json';
import { isPlatformOwned } from '../../model/manifest/kind-lookup';
import { type ApiEntry, describeIdentity, groupOf, type Identity } from '../../model/manifest/object';
import { type Destination, ENTRY, entriesOf } from '../../model/platform/entries';
import { clusterFile, deployerFile, migrationFile, platformFile } from '../text/file-names';
import { applyOverrides } from './apply-overrides';
import { canonical } from './canonical';
import type { Rendered } from './render';
import { unknownFields } from './unchecked';

/** An object and where it goes. */
export interface FinalObject {
  /** The object with its final JSON. */
  readonly entry: ApiEntry;
  /** Where it goes. */
  readonly destination: Destination;
  /** Whether the object has no namespace. */
  readonly clusterScoped: boolean;
  /** The construct that made it. */
  readonly construct: IConstruct;
  /** Path of its file. */
  readonly file: string;
}

/** A final object, and findings about its overrides. */
export interface Finished {
  readonly object: FinalObject;
  readonly findings: readonly Finding[];
}

/** Applies the object's own overrides. */
export function finish(rendered: Rendered): Finished {
  const { manifest: overridden, findings, added } = applyOverrides(rendered);
  const manifest = canonical(overridden);
  const { construct, destination, origin, clusterScoped, cluster } = rendered;
  const entry: ApiEntry = { identity: identityOf(manifest), manifest, origin, cluster, ...surroundingsOf(destination) };
  const unchecked = added.flatMap(({ pointer, source }) =>
    unknownFields(manifest, pointer).map((field) =>
      findingAt({ construct: origin.construct, source: () => source }, uncheckedField(entry, field)),
    ),
  );
  const file = fileOf(entry.identity, rendered);
  return { object: { entry, destination, clusterScoped, construct, file }, findings: [...findings, ...unchecked] };
}

function surroundingsOf({
  api,
  namespace,
  environment,
  registry,
  survivesLoss,
}: Destination): Pick<ApiEntry, 'api' | 'systemNamespace' | 'environment'> {
  if (api === undefined) return {};
  if (namespace === undefined) return { api };
  return {
    api,
    systemNamespace: namespace,
    environment: { name: environment, ...defined({ registry, survivesLoss }) },
  };
}

function fileOf({ group, kind }: Identity, { construct, destination, clusterScoped, phase }: Rendered): string {
  if (clusterScoped) return clusterFile(destination);
  const platformOwned = isPlatformOwned(group, kind) || entriesOf(construct, ENTRY.platformOwned).length > 0;
  if (platformOwned) return platformFile(destination);
  return phase === 'before' || phase === 'migration' ? migrationFile(destination) : deployerFile(destination);
}

function identityOf({ apiVersion, kind, metadata }: JsonObject): Identity {
  const { name, namespace } = isJsonObject(metadata) ? metadata : {};
  const identity = { group: groupOf(apiVersion), kind: text(kind), name: text(name) };
  return namespace === undefined ? identity : { ...identity, namespace: text(namespace) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function uncheckedField({ identity }: ApiEntry, field: string): Finding {
  return {
    rule: 'unchecked-field',
    severity: 'note',
    object: describeIdentity(identity),
    field,
    message: 'an override added a field unknown to the types, so it is unchecked',
    expected: 'a field that the API server of the cluster knows',
  };
}
