// A platform with a shop and some parts, for tests of the parts.

import type { Construct } from 'constructs';
import { parse } from 'yaml';
import { check } from '../../lib/checks';
import { type Part, Platform, System, WebService, type WebServiceProps } from '../../lib/constructs';
import type { ClusterDescription, EnvironmentProps, Target } from '../../lib/model';
import { defined, isJsonObject, type JsonObject } from '../../lib/model/manifest/json';
import { type Synthesis, synthesize } from '../../lib/synth/synthesize';
import { PRODUCTION, TWO_ZONES, WEB } from './synthesis';

/** What a test may change. */
export interface PartsWorld {
  readonly cluster?: ClusterDescription;
  /** Zones that the parts' environment survives. */
  readonly zones?: number;
  /** Properties of the shop's web service. */
  readonly web?: Partial<WebServiceProps>;
  readonly build?: (web: WebService, system: System) => void;
  /** Groups of the parts' environment. @default none */
  readonly access?: EnvironmentProps['access'];
  /** Registry of the shop's environment. @default none */
  readonly registry?: NonNullable<EnvironmentProps['registry']>;
}

/** A shop in production, and the parts in operations, both on the cluster mumbai. */
export function equipped(parts: readonly Part[], world: PartsWorld = {}): Synthesis {
  return synthesize(equippedPlatform(parts, world).app(), check);
}

export function equippedPlatform(
  parts: readonly Part[],
  { cluster = TWO_ZONES, zones = 0, web = {}, build, access = {}, registry }: PartsWorld = {},
): Platform<'mumbai', 'production' | 'operations'> {
  class Shop extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'shop', target);
      const service = new WebService(this, 'web', { ...WEB, ...web });
      build?.(service, this);
    }
  }
  const platform: Platform<'mumbai', 'production' | 'operations'> = new Platform({
    home: 'mumbai',
    clusters: { mumbai: cluster },
    environments: {
      production: {
        ...PRODUCTION,
        survives: { zones: cluster.zones.length > 1 ? 1 : 0, regions: 0 },
        ...defined({ registry }),
      },
      operations: { survives: { zones, regions: 0 }, access },
    },
  });
  if (parts.length > 0) platform.equip('operations', { on: 'mumbai', parts });
  return platform.place(Shop, { production: { on: 'mumbai', settings: {} } });
}

/** The text of a file of a component: the ConfigMap of its files has a hash in its name. */
export function fileOf({ objects }: Synthesis, namespace: string, component: string, path: string): string {
  const map = objects.find(
    ({ entry: { identity } }) =>
      identity.kind === 'ConfigMap' &&
      identity.namespace === namespace &&
      identity.name.startsWith(`${component}-files-`),
  );
  const data = map?.entry.manifest['data'];
  const text = isJsonObject(data) ? data[path.slice(1).replaceAll('/', '_')] : undefined;
  if (typeof text !== 'string') throw new Error(`${component} in ${namespace} has no file ${path}`);
  return text;
}

/** A file of a component, read as YAML. */
export const yamlOf = (synthesis: Synthesis, namespace: string, component: string, path: string): JsonObject =>
  parse(fileOf(synthesis, namespace, component, path)) as JsonObject;

/** The object of this kind, namespace and name; fails when there is none. */
export function findIn({ objects }: Synthesis, namespace: string, kind: string, name: string): JsonObject {
  const found = objects.find(
    ({ entry: { identity } }) => identity.kind === kind && identity.name === name && identity.namespace === namespace,
  );
  if (found === undefined) throw new Error(`no ${kind} ${name} in ${namespace}`);
  return found.entry.manifest;
}
