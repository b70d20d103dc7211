// What a pod sees of its node itself: folders, the network, processes. Pod Security must let it, so only a privileged System has such pods.

import type { Problem } from '../../model/finding/problem';
import { checked, fields, flag, optional, table, text } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { Container, PodSpec, PodTemplate } from '../tree/kinds';

/** What a pod sees of its node. */
export interface NodeAccess {
  /**
   * Folders of the node, which it can only read: path in the container → path on the node.
   * @default none
   * @example folders: { '/host/root': '/' }
   */
  readonly folders?: Readonly<Record<string, string>>;
  /**
   * Whether it has the network of the node: its address, its ports, and none of the network policies.
   * @default false
   */
  readonly network?: boolean;
  /** Whether it sees the processes of the node. @default false */
  readonly processes?: boolean;
  /** Why it needs that. Kept as an annotation. */
  readonly because: string;
}

const PATH = 'an absolute path, such as /host/root';
const isPath = (path: string): boolean => path.startsWith('/');

/** What the access to a node may say. */
export const NODE_ACCESS = fields<NodeAccess>(
  {
    folders: optional(
      checked<Readonly<Record<string, string>>>(table(text(PATH, isPath), "{ '/host/root': '/' }"), (folders) =>
        Object.keys(folders).flatMap((path): Problem[] => {
          if (isPath(path) && path.length > 1) return [];
          return [{ field: `["${path}"]`, message: `${path} is not an absolute path`, expected: PATH }];
        }),
      ),
    ),
    network: optional(flag()),
    processes: optional(flag()),
    because: text('a reason, as a sentence'),
  },
  "{ folders: { '/host/root': '/' }, because: 'reads how full the disks are' }",
);

/** The reason as an annotation of the workload. */
export const nodeAccessNotes = (access: NodeAccess | undefined): Readonly<Record<string, string>> =>
  access === undefined ? {} : { [ANNOTATION.nodeAccess]: access.because };

/** A pod with access to its node, where its System is privileged. */
export function findAccessProblems(access: NodeAccess | undefined, isPrivileged: boolean): Problem[] {
  if (access === undefined || isPrivileged) return [];
  return [
    {
      field: 'node',
      message: 'Pod Security restricted forbids folders, network and processes of the node',
      expected: "a System of its own: super(scope, 'node-metrics', target, { privileged: 'a reason' })",
    },
  ];
}

/** The template with what `access` adds to it. */
export function withNodeAccess(template: PodTemplate, access: NodeAccess | undefined): PodTemplate {
  if (access === undefined) return template;
  const { folders = {}, network = false, processes = false } = access;
  const all = Object.entries(folders).map(([mountPath, path], index) => ({
    volume: { name: `node-${index}`, hostPath: { path, type: '' } },
    // what is mounted on the node later shows too
    mount: { name: `node-${index}`, mountPath, readOnly: true, mountPropagation: 'HostToContainer' },
  }));
  const [main, ...others] = template.spec.containers;
  if (main === undefined) return template;
  const container: Container = {
    ...main,
    // on the network of the node both are the same, and the API server writes it down
    ...(network && main.ports !== undefined
      ? { ports: main.ports.map((port) => ({ ...port, hostPort: port.containerPort })) }
      : {}),
    volumeMounts: [...(main.volumeMounts ?? []), ...all.map(({ mount }) => mount)],
  };
  const spec: PodSpec = {
    ...template.spec,
    ...(network ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
    ...(processes ? { hostPID: true } : {}),
    containers: [container, ...others],
    volumes: [...(template.spec.volumes ?? []), ...all.map(({ volume }) => volume)],
  };
  return { ...template, spec };
}
