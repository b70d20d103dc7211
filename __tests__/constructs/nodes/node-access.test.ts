// What a pod sees of its node: only in a System that is privileged and says why, and only to read.

import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { type NodeAccess, NodeAgent, Platform, System, type SystemOptions } from '../../../lib/constructs';
import type { Target } from '../../../lib/model';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, TWO_ZONES } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const WHY = { privileged: 'reads the disks of the nodes' };
const NODE: NodeAccess = { folders: { '/host/root': '/' }, network: true, processes: true, because: 'reads disks' };

function agent(node: unknown, options: SystemOptions = WHY, access = {}): Synthesis {
  class Disks extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'disks', target, options);
      new NodeAgent(this, 'disks', {
        image: 'registry.example/disks:1',
        port: 9100,
        resources: { cpu: '50m', memory: '64Mi' },
        probes: { bootSeconds: 5, readiness: { path: '/' } },
        ...(node === undefined ? {} : { node: unchecked<NodeAccess>(node as object) }),
      });
    }
  }
  const platform = new Platform({
    home: 'mumbai',
    clusters: { mumbai: { ...TWO_ZONES, groups: { developers: 'developers', support: 'support' } } },
    environments: {
      production: { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' }, access },
    },
  });
  return synthesize(platform.place(Disks, { production: { on: 'mumbai', settings: {} } }).app(), check);
}
const daemonSet = (found: Synthesis) => find(found, 'DaemonSet', 'disks');
const pod = (found: Synthesis) => at(daemonSet(found), 'spec', 'template', 'spec');

test('folders are read-only, ports are those of the node, and names are still looked up in the cluster', () => {
  const found = agent(NODE);
  expect(errors(found)).toEqual([]);
  expect(pod(found)).toMatchObject({ hostNetwork: true, hostPID: true, dnsPolicy: 'ClusterFirstWithHostNet' });
  expect(at(pod(found), 'volumes')).toContainEqual({ name: 'node-0', hostPath: { path: '/', type: '' } });
  expect(at(pod(found), 'containers', 0, 'volumeMounts')).toContainEqual({
    name: 'node-0',
    mountPath: '/host/root',
    readOnly: true,
    mountPropagation: 'HostToContainer',
  });
  expect(at(pod(found), 'containers', 0, 'ports', 0)).toMatchObject({ containerPort: 9100, hostPort: 9100 });
  expect(at(daemonSet(found), 'metadata', 'annotations', 'evenkeel.dev/node-access')).toBe('reads disks');
});

test('each of them alone: nothing else of the node is there', () => {
  const found = agent({ folders: { '/host/log': '/var/log' }, because: 'reads logs' });
  expect(errors(found)).toEqual([]);
  expect(pod(found)).not.toHaveProperty('hostNetwork');
  expect(pod(found)).not.toHaveProperty('hostPID');
  expect(at(pod(found), 'containers', 0, 'ports', 0)).not.toHaveProperty('hostPort');
});

test('the namespace says why it is privileged, and a system that is not cannot have such a pod', () => {
  const namespace = find(agent(NODE), 'Namespace', 'disks-production');
  expect(at(namespace, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce')).toBe('privileged');
  expect(at(namespace, 'metadata', 'annotations')).toEqual({
    'evenkeel.dev/pod-security-label-reason': WHY.privileged,
  });
  const { findings } = agent(NODE, {});
  expect(findings).toContainEqual(
    expect.objectContaining({
      field: 'node',
      message: 'Pod Security restricted forbids folders, network and processes of the node',
    }),
  );
});

test('in a privileged namespace no group may create pods: a pod there may take over its node', () => {
  const bindings = ({ objects }: Synthesis) =>
    objects.filter(({ entry }) => entry.identity.kind === 'RoleBinding').map(({ entry }) => entry.identity.name);
  const access = { developers: 'developer', support: 'viewer' };
  expect(bindings(agent(NODE, WHY, access))).toEqual(['viewer']);
  expect(bindings(agent(undefined, {}, access)).sort()).toEqual(['developer', 'viewer']);
});

test.each<[string, object, string]>([
  ['a path that is none', { folders: { host: '/' }, because: 'x' }, 'node.folders["host"]'],
  ['the whole container', { folders: { '/': '/' }, because: 'x' }, 'node.folders["/"]'],
  ['no reason', { network: true }, 'node.because'],
  ['a misspelt key', { netwrok: true, because: 'x' }, 'node.netwrok'],
])('%s is refused', (_, node, field) => {
  expect(errors(agent(node))).toEqual([`input ${field}`]);
});
