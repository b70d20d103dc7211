// Raw workloads and Services, as cdk8s, Include and Helm place them: which pods they mean, and at which ports.

import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { dig, isSet, own, places, record, text } from '../../analysis/objects/read-json';
import { hasAll } from '../../analysis/objects/selectors';
import type { JsonObject } from '../../model/manifest/json';
import { isJsonObject } from '../../model/manifest/json';
import { POD_TEMPLATES } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import type { DeclaredPort } from './incoming';

/** A workload that no component describes. */
export interface RawWorkload {
  readonly object: ApiObject;
  /** Labels that its policy selects; none where its pods have none. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** All labels of its pods. */
  readonly labels: JsonObject;
  readonly ports: readonly DeclaredPort[];
}

/** A port of a Service. */
export interface RawServicePort {
  readonly name?: string;
  /** Port that clients use. */
  readonly port: number;
  /** Port of the pods, by name or number. */
  readonly target: string | number;
  readonly transport: 'TCP' | 'UDP';
}

/** A Service that no component describes. */
export interface RawService {
  readonly object: ApiObject;
  /** Its selector; none for an ExternalName, and where Endpoints are written by hand. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly isHeadless: boolean;
  readonly ports: readonly RawServicePort[];
}

/** The objects at or below a construct. */
export function objectsOf(construct: IConstruct): readonly ApiObject[] {
  return construct.node.findAll().filter((one) => one instanceof ApiObject);
}

/** The object as JSON, without what is overridden later; nothing where it cannot be rendered, which synth reports. */
export function manifestOf(object: ApiObject): JsonObject {
  try {
    const json: unknown = object.toJson();
    return isJsonObject(json) ? json : {};
  } catch {
    return {};
  }
}

/** The workload that an object is; `undefined` for other kinds. */
export function rawWorkload(object: ApiObject): RawWorkload | undefined {
  const path = POD_TEMPLATES.get(kindOf(object));
  if (path === undefined) return undefined;
  const manifest = manifestOf(object);
  const template = dig(manifest, ...path);
  const labels = dig(template, 'metadata', 'labels') ?? {};
  const selected = textsOf(dig(manifest, 'spec', 'selector', 'matchLabels') ?? {});
  const isSelected = path.length === 2 && Object.keys(selected).length > 0;
  const ports = ['containers', 'initContainers'].flatMap((key) =>
    places(dig(template, 'spec'), key, '').flatMap(({ value }) => places(value, 'ports', '')),
  );
  return {
    object,
    podLabels: isSelected ? selected : textsOf(labels),
    labels,
    ports: ports.flatMap(({ value }): DeclaredPort[] => {
      const { containerPort: port } = value;
      const name = text(value.name);
      if (typeof port !== 'number') return [];
      return [{ port, transport: transportOf(value), ...(name === undefined ? {} : { name }) }];
    }),
  };
}

/** The Service that an object is; `undefined` for other kinds. */
export function rawService(object: ApiObject): RawService | undefined {
  if (kindOf(object) !== '/Service') return undefined;
  const spec = dig(manifestOf(object), 'spec');
  return {
    object,
    podLabels: spec?.type === 'ExternalName' ? {} : textsOf(record(spec?.selector) ?? {}),
    isHeadless: spec?.clusterIP === 'None',
    ports: places(spec, 'ports', '').flatMap(({ value }): RawServicePort[] => {
      const { port, targetPort } = value;
      const name = text(value.name);
      if (typeof port !== 'number') return [];
      const target = typeof targetPort === 'string' || (typeof targetPort === 'number' && targetPort > 0);
      return [
        {
          port,
          target: target && isSet(targetPort) ? (targetPort as string | number) : port,
          transport: transportOf(value),
          ...(name === undefined ? {} : { name }),
        },
      ];
    }),
  };
}

/** The number of a Service's target among the workloads that have its labels; `undefined` where none of them declares it. */
export function targetNumber(
  { target, transport }: RawServicePort,
  podLabels: Readonly<Record<string, string>>,
  all: readonly ApiObject[],
): number | undefined {
  if (typeof target === 'number') return target;
  for (const object of all) {
    const workload = rawWorkload(object);
    if (workload === undefined || !hasAll(workload.labels, podLabels)) continue;
    const found = workload.ports.find((port) => port.name === target && port.transport === transport);
    if (found !== undefined) return found.port;
  }
  return undefined;
}

const kindOf = ({ apiGroup, kind }: ApiObject): Kind => `${apiGroup === 'core' ? '' : apiGroup}/${kind}`;

const transportOf = (port: JsonObject): 'TCP' | 'UDP' => (own(port, 'protocol') === 'UDP' ? 'UDP' : 'TCP');

/** Labels that are texts: others are refused elsewhere. */
function textsOf(labels: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}
