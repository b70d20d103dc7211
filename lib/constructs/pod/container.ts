// The containers of a pod: what each of them runs, with which variables, resources and folders.

import type { Problem } from '../../model/finding/problem';
import { checked, choice, fields, number, optional, quantity, table, text } from '../../model/finding/schema';
import { dataKey, subdomain } from '../../model/manifest/formats';
import { canonicalQuantity } from '../../model/manifest/quantity';
import type { PullPolicy } from '../../model/platform/target';
import type { Container } from '../tree/kinds';
import { containerPorts, type NamedPort } from './ports';
import { type Probes, renderProbes } from './probes';
import { containerSecurity, type SecurityExits } from './security';

/** Resources of a pod. The memory limit equals the request; CPU has a limit only if one is given. */
export interface Resources {
  /** CPU request as a quantity: `250m`. @default derived from `size: { load }`; required without it */
  readonly cpu?: string;
  /** Memory request and limit as a quantity: `256Mi`. */
  readonly memory: string;
  /** @default none: a limit throttles pods that could use idle CPU */
  readonly cpuLimit?: string;
  /**
   * Devices and other resources that nodes offer in whole numbers, by name; request and limit are equal.
   * @default none
   * @example extended: { 'nvidia.com/gpu': 1 }
   */
  readonly extended?: Readonly<Record<string, number>>;
}

const EXTENDED = "{ 'nvidia.com/gpu': 1 }";

/** Names with a prefix that is not Kubernetes' own. Source: kubernetes.io, "Extended Resources". */
const isExtended = (name: string): boolean =>
  /^[^/]+\/[^/]+$/.test(name) && subdomain.fits(name.split('/')[0] ?? '') && !/(^|\.)kubernetes\.io\//.test(name);

/** What the resources of a pod may say. */
export const RESOURCES = fields<Resources>(
  {
    cpu: optional(quantity()),
    memory: quantity(),
    cpuLimit: optional(quantity()),
    extended: optional(
      checked<Readonly<Record<string, number>>>(table(number({ atLeast: 1, whole: true }), EXTENDED), (extended) =>
        Object.keys(extended).flatMap((name): Problem[] => {
          if (isExtended(name)) return [];
          const message = `${name} is not the name of an extended resource`;
          return [{ field: `["${name}"]`, value: name, message, expected: `a name with a domain: ${EXTENDED}` }];
        }),
      ),
    ),
  },
  "{ cpu: '250m', memory: '256Mi' }",
);

/** One key of a Secret. */
export interface SecretKey {
  /** Name of the Secret, in the namespace of the component. It is made elsewhere; `evenkeel secrets` lists it. */
  readonly secret: string;
  /** The key in it. */
  readonly key: string;
}

/** What a key of a Secret may say. */
export const SECRET_KEY = fields<SecretKey>(
  { secret: text(subdomain.expected, subdomain.fits), key: text(dataKey.expected, dataKey.fits) },
  "{ secret: 'shop', key: 'password' }",
);

/** Fields of a pod that a variable can have. Source: kubernetes.io, "Downward API". */
const POD_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.podIP',
] as const;

/** A field of the pod, which each pod has its own of. */
export interface PodField {
  /** Path of the field. */
  readonly field: (typeof POD_FIELDS)[number];
}

/** What a field of the pod may say. */
export const POD_FIELD = fields<PodField>({ field: choice(POD_FIELDS) }, "{ field: 'status.podIP' }");

/** A variable whose value the manifest does not hold. */
export type LateVariable = SecretKey | PodField;

/** Input of a container. */
export interface ContainerInput {
  readonly name: string;
  readonly image: string;
  readonly pullPolicy: PullPolicy;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** All ports of the pod. */
  readonly ports: readonly NamedPort[];
  /** The sidecar that it is. @default the component's own container */
  readonly sidecar?: string;
  /** Name of the ConfigMap with its variables. @default none */
  readonly configuration?: string;
  /** Variables of its own. */
  readonly variables: Readonly<Record<string, string | LateVariable>>;
  readonly resources: Resources & Required<Pick<Resources, 'cpu'>>;
  /** @default none */
  readonly probes?: Probes;
  /** @default it gets SIGTERM at once */
  readonly lifecycle?: Container['lifecycle'];
  readonly exits: SecurityExits;
  readonly mounts: NonNullable<Container['volumeMounts']>;
}

/** The container. */
export function renderContainer(input: ContainerInput): Container {
  const { name, image, pullPolicy, command, args, sidecar, configuration, resources, probes, lifecycle, exits } = input;
  const ports = input.ports.filter(({ container }) => container === sidecar);
  const env = renderVariables(input.variables);
  return {
    name,
    image,
    imagePullPolicy: pullPolicy,
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(ports.length === 0 ? {} : { ports: containerPorts(ports) }),
    ...(configuration === undefined ? {} : { envFrom: [{ configMapRef: { name: configuration } }] }),
    ...(env.length === 0 ? {} : { env }),
    resources: renderResources(resources),
    ...(probes === undefined ? {} : renderProbes(probes, portsFor(sidecar, input.ports), sidecar)),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...containerSecurity(exits),
    ...(input.mounts.length === 0 ? {} : { volumeMounts: input.mounts }),
  };
}

/** Variables as a container has them. */
export const renderVariables = (
  variables: Readonly<Record<string, string | LateVariable>>,
): NonNullable<Container['env']> =>
  Object.entries(variables).map(([name, value]) =>
    typeof value === 'string' ? { name, value } : { name, valueFrom: sourceOf(value) },
  );

/** As the API server stores it: with the version of the field's path. */
function sourceOf(variable: LateVariable): NonNullable<NonNullable<Container['env']>[number]['valueFrom']> {
  if ('field' in variable) return { fieldRef: { apiVersion: 'v1', fieldPath: variable.field } };
  return { secretKeyRef: { name: variable.secret, key: variable.key } };
}

/** The ports that probes of a container may ask: its own first. */
export function portsFor(sidecar: string | undefined, ports: readonly NamedPort[]): readonly NamedPort[] {
  const isOwn = ({ container }: NamedPort) => container === sidecar;
  return sidecar === undefined ? ports : [...ports.filter(isOwn), ...ports.filter((port) => !isOwn(port))];
}

/** In canonical quantities, as the API server stores them: GitOps controllers compare. */
export function renderResources(resources: ContainerInput['resources']): NonNullable<Container['resources']> {
  const { cpu, memory, cpuLimit, extended = {} } = resources;
  const bytes = canonicalQuantity(memory);
  const others = Object.fromEntries(Object.entries(extended).map(([name, count]) => [name, String(count)]));
  return {
    requests: { cpu: canonicalQuantity(cpu), memory: bytes, ...others },
    limits: { memory: bytes, ...(cpuLimit === undefined ? {} : { cpu: canonicalQuantity(cpuLimit) }), ...others },
  };
}
