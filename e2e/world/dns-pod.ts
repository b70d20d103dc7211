// DNS as clusters have it: a pod of kube-system with a Service. The nodes of the proofs have theirs outside, which policies do not admit.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import { binary } from '../programs/build';

const IMAGE = 'evenkeel.test/dns:1';
const NAME = 'kube-dns';
const NAMESPACE = 'kube-system';

const COREFILE = `.:53 {
  errors
  kubernetes cluster.local
}
`;

/** Applies it, and gives the objects and the address of its Service. */
export async function startDnsPod(
  cluster: Cluster,
): Promise<{ readonly address: string; readonly objects: readonly object[] }> {
  const folder = join(cluster.run.folder, 'dns');
  mkdirSync(folder, { recursive: true });
  cpSync(binary('programs/coredns', 'coredns'), join(folder, 'coredns'));
  writeFileSync(join(folder, 'Corefile'), COREFILE);
  await cluster.provideProgram([IMAGE], folder, ['/coredns', '-conf', '/Corefile']);
  await cluster.kubectl.apply(OBJECTS);
  await cluster.kubectl.run(['wait', 'pod', NAME, '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s']);
  const address = await cluster.kubectl.run([
    'get',
    'service',
    NAME,
    '-n',
    NAMESPACE,
    '-o',
    'jsonpath={.spec.clusterIP}',
  ]);
  return { address, objects: OBJECTS };
}

const labels = { 'k8s-app': NAME };
const metadata = { name: NAME, namespace: NAMESPACE, labels };
const port = (protocol: string) => ({ name: `dns-${protocol.toLowerCase()}`, port: 53, protocol });
const readable = (apiGroups: readonly string[], resources: readonly string[]) => ({
  apiGroups,
  resources,
  verbs: ['list', 'watch'],
});

const OBJECTS: readonly object[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: NAME },
    rules: [readable([''], ['services', 'namespaces']), readable(['discovery.k8s.io'], ['endpointslices'])],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: NAME },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
  },
  { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [port('UDP'), port('TCP')] } },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      serviceAccountName: NAME,
      dnsPolicy: 'Default',
      containers: [{ name: 'dns', image: IMAGE, readinessProbe: { tcpSocket: { port: 53 }, periodSeconds: 1 } }],
    },
  },
];
