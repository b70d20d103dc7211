// The company of a component's container: sidecars, which run as long as it does, and init containers, which end before it starts.

import { type Cluster, minorNumber } from '../../model/cluster/cluster';
import type { Problem } from '../../model/finding/problem';
import {
  checked,
  either,
  type Fields,
  fields,
  flag,
  like,
  list,
  number,
  optional,
  table,
  text,
} from '../../model/finding/schema';
import { dnsLabel } from '../../model/manifest/formats';
import { canonicalQuantity } from '../../model/manifest/quantity';
import type { PullPolicy } from '../../model/platform/target';
import type { Container, PodSpec } from '../tree/kinds';
import {
  type ContainerInput,
  type LateVariable,
  POD_FIELD,
  portsFor,
  RESOURCES,
  type Resources,
  renderContainer,
  SECRET_KEY,
} from './container';
import { drain, type Life } from './life';
import { allMounts, type Mounts } from './mounts';
import type { NamedPort } from './ports';
import { findProbeProblems, PROBES_SCHEMA, type Probes } from './probes';

/** A container beside that of the component. It has the same security context, and a /tmp of its own. */
export interface Companion {
  /** Image with a tag or a digest. */
  readonly image: string;
  /** @default the image's entrypoint */
  readonly command?: readonly string[];
  /** @default those of the image */
  readonly args?: readonly string[];
  /** CPU and memory, which come on top of the component's. */
  readonly resources: Resources;
  /** Environment variables: texts, keys of Secrets, and fields of the pod. @default none */
  readonly env?: Readonly<Record<string, string | LateVariable>>;
  /** Whether it has the variables of the component too, with the addresses of its connections. @default false */
  readonly sharesEnv?: boolean;
  /** Paths of the component's folders and files that it has too: `['/var/lib/app']`. @default none */
  readonly mounts?: readonly string[];
}

/** A container that runs beside the component's, from before it starts until after it has stopped. */
export interface Sidecar extends Companion {
  /** Its probes; those that name no port ask the first of the component's `ports` that names this container. @default none */
  readonly probes?: Probes;
}

/** A container that must end before the component's container starts. */
export interface InitContainer extends Companion {
  /** Longest healthy run, in seconds: each start of a pod takes as much longer. */
  readonly seconds: number;
}

/** The containers beside a component's, by name. Init containers run in this order, before the sidecars start. */
export interface Company {
  /** @default none */
  readonly initContainers?: Readonly<Record<string, InitContainer>>;
  /** @default none */
  readonly sidecars?: Readonly<Record<string, Sidecar>>;
}

const COMPANION: Fields<Companion> = {
  image: text('an image with a tag or a digest'),
  command: optional(list(text(), "['/bin/proxy']")),
  args: optional(
    list(
      like('a text', (value) => typeof value === 'string'),
      "['--port=5432']",
    ),
  ),
  resources: checked<Resources>(RESOURCES, ({ cpu }) =>
    cpu === undefined ? [{ field: 'cpu', message: 'resources.cpu is required', expected: "cpu: '50m'" }] : [],
  ),
  env: optional(
    table(either([like('a text: String(value)', (value) => typeof value === 'string'), SECRET_KEY, POD_FIELD])),
  ),
  sharesEnv: optional(flag()),
  mounts: optional(list(text('a path of the component'), "['/var/lib/app']")),
};

const named = (item: ReturnType<typeof fields>, example: string) =>
  checked<Readonly<Record<string, unknown>>>(table(item, example), (all) =>
    Object.keys(all).flatMap((name): Problem[] => {
      if (dnsLabel.fits(name)) return [];
      const message = `"${name}" is not a valid name of a container`;
      return [{ field: name, value: name, message, expected: dnsLabel.expected }];
    }),
  );

/** What the company of a component may say. */
export const COMPANY: Fields<Company> = {
  initContainers: optional(
    named(
      fields<InitContainer>({ ...COMPANION, seconds: number({ above: 0, atMost: 86_400 }) }),
      '{ prepare: { image, resources, seconds: 10 } }',
    ),
  ),
  sidecars: optional(
    named(fields<Sidecar>({ ...COMPANION, probes: optional(PROBES_SCHEMA) }), '{ proxy: { image, resources } }'),
  ),
};

/** The first minor that starts init containers with `restartPolicy: Always` by default: kubernetes.io, "Sidecar Containers". */
const NATIVE_MINOR = 29;

/** Whether the cluster's sidecars are native: they start first, stop last, and let a Job end. */
export const hasNativeSidecars = ({ kubernetes }: Pick<Cluster, 'kubernetes'>): boolean =>
  minorNumber(kubernetes) >= NATIVE_MINOR;

/** Seconds by which the company delays the start of the component's container. */
export function bootSecondsOf({ initContainers = {}, sidecars = {} }: Company): number {
  const runs = Object.values(initContainers).map(({ seconds }) => seconds);
  const boots = Object.values(sidecars).map(({ probes }) => probes?.bootSeconds ?? 0);
  return [...runs, ...boots].reduce((sum, seconds) => sum + seconds, 0);
}

/** Names that occur twice, ports of sidecars that do not exist, and probes without a port. */
export function findCompanyProblems(
  { initContainers = {}, sidecars = {} }: Company,
  name: string,
  ports: readonly NamedPort[],
): Problem[] {
  const twice = Object.entries({ initContainers, sidecars }).flatMap(([kind, all]) =>
    Object.keys(all).flatMap((one): Problem[] => {
      if (one !== name && (kind === 'sidecars' || !Object.hasOwn(sidecars, one))) return [];
      const message = `${one} is also the name of ${one === name ? "the component's own container" : 'a sidecar'}`;
      return [{ field: `${kind}.${one}`, value: one, message, expected: 'another name' }];
    }),
  );
  const probes = Object.entries(sidecars).flatMap(([one, sidecar]) =>
    sidecar.probes === undefined
      ? []
      : findProbeProblems(sidecar.probes, portsFor(one, ports)).map(({ field, ...problem }) => ({
          ...problem,
          field: `sidecars.${one}.${field}`,
        })),
  );
  const strays = ports.flatMap(({ name: port, container }): Problem[] => {
    if (container === undefined || Object.hasOwn(sidecars, container)) return [];
    const expected = `one of ${Object.keys(sidecars).join(', ') || 'the sidecars, and there are none'}`;
    const message = `there is no sidecar ${container}`;
    return [{ field: `ports.${port}.container`, value: container, message, expected }];
  });
  return [...twice, ...probes, ...strays];
}

/** Folders and files that the company shares with the component, which has none at that path. */
export function findSharedMountProblems({ initContainers = {}, sidecars = {} }: Company, mounts: Mounts): Problem[] {
  const paths = allMounts(mounts).map(({ mountPath }) => mountPath);
  return Object.entries({ initContainers, sidecars }).flatMap(([kind, all]) =>
    Object.entries<Companion>(all).flatMap(([one, { mounts: wanted = [] }]) =>
      wanted
        .filter((path) => !paths.includes(path))
        .map((path): Problem => {
          const message = `the component has no folder or file ${path}`;
          return { field: `${kind}.${one}.mounts`, value: path, message, expected: `one of ${paths.join(', ')}` };
        }),
    ),
  );
}

interface Beside {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: NonNullable<PodSpec['volumes']>;
}

/** The rest of the pod, which the company follows. */
interface Host {
  readonly main: Pick<ContainerInput, 'ports' | 'configuration' | 'variables' | 'exits'>;
  readonly mounts: Mounts;
  readonly cluster: Cluster;
  readonly life: Life;
  readonly pullPolicy: (image: string) => PullPolicy;
}

const TEMPORARY = { path: '/tmp', size: '64Mi' };

/** The containers beside the main one, and their volumes. */
export function renderCompany({ initContainers = {}, sidecars = {} }: Company, host: Host): Beside {
  const inits = Object.entries(initContainers).map(([name, one]) => render(name, one, host, {}));
  const native = hasNativeSidecars(host.cluster);
  const beside = Object.entries(sidecars).map(([name, one]) => {
    const container = render(name, one, host, native ? {} : stopsLast(host));
    return native ? { ...container, restartPolicy: 'Always' } : container;
  });
  const own = Object.entries({ ...initContainers, ...sidecars }).filter(([, { mounts = [] }]) => hasOwnTmp(mounts));
  return {
    initContainers: [...inits, ...(native ? beside : [])],
    containers: native ? [] : beside,
    volumes: own.map(([name]) => ({
      name: temporaryName(name),
      emptyDir: { sizeLimit: canonicalQuantity(TEMPORARY.size) },
    })),
  };
}

/** Names of the volumes that only containers beside the main one have, and that are empty at each start. */
export function companyScratchNames({ initContainers = {}, sidecars = {} }: Company): readonly string[] {
  const all = Object.entries({ ...initContainers, ...sidecars });
  return all.filter(([, { mounts = [] }]) => hasOwnTmp(mounts)).map(([name]) => temporaryName(name));
}

const hasOwnTmp = (mounts: readonly string[]): boolean => !mounts.includes(TEMPORARY.path);
const temporaryName = (container: string): string => `tmp-${container}`;

/** An ordinary container beside the main one gets SIGTERM together with it: it waits until that one has served its last request. */
function stopsLast({ life, cluster }: Host): Pick<ContainerInput, 'lifecycle'> {
  const lifecycle = drain(life.terminationGracePeriodSeconds - 1, cluster);
  return lifecycle === undefined ? {} : { lifecycle };
}

function render(
  name: string,
  companion: Companion & { readonly probes?: Probes },
  { main, mounts, pullPolicy }: Host,
  more: Pick<ContainerInput, 'lifecycle'>,
): Container {
  const { image, command, args, resources, env = {}, sharesEnv = false, mounts: wanted = [], probes } = companion;
  const shared = allMounts(mounts).filter(({ mountPath }) => wanted.includes(mountPath));
  const own = hasOwnTmp(wanted) ? [{ name: temporaryName(name), mountPath: TEMPORARY.path }] : [];
  return renderContainer({
    name,
    image,
    pullPolicy: pullPolicy(image),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ports: main.ports,
    sidecar: name,
    ...(sharesEnv && main.configuration !== undefined ? { configuration: main.configuration } : {}),
    variables: sharesEnv ? { ...main.variables, ...env } : env,
    resources: { ...resources, cpu: resources.cpu ?? '0' },
    ...(probes === undefined ? {} : { probes }),
    ...more,
    exits: main.exits,
    mounts: [...own, ...shared],
  });
}
