// E23: the admission policy refuses what RBAC cannot, admits what was written, and leaves Kubernetes' own namespace alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ControlPlane } from '../cluster/control-plane';
import type { Kubectl } from '../cluster/kubectl';
import { ofKind, readManifests } from '../manifests/manifests';
import { linesOf } from '../measure/acceptance';
import type { Figure } from '../measure/figure';
import { CommandError } from '../process/command';
import { DIST, type World } from '../world/world';
import type { Proof } from './proof';

const POLICY = 'evenkeel';
const REFUSED = `ValidatingAdmissionPolicy '${POLICY}' with binding '${POLICY}' denied request`;
const NAMESPACE = 'toytrex-production';
const OTHER = 'elsewhere';

export const admission: Proof = {
  id: 'E23',
  title:
    'admission refuses external addresses, system priorities and hosts of others; kube-system and finalizers go on',
  needs: 'api',
  systems: ['toytrex', 'pingpong'],
  prove: async (world, figure) => {
    const plane = await ControlPlane.start(world.run, { name: 'admission', controllers: false });
    try {
      await prove(world, plane, figure);
    } finally {
      await plane.stop();
    }
  },
};

async function prove({ run }: World, plane: ControlPlane, figure: Figure): Promise<void> {
  const { kubectl } = plane;
  await kubectl.apply([namespaced(NAMESPACE), namespaced(OTHER), account('kube-system'), held]);
  const namespaces = ofKind(readManifests(DIST.mumbai), 'Namespace').map(({ metadata }) => metadata.name);
  await kubectl.run(['apply', '-f', join(DIST.mumbai, '00-cluster.yaml')]);
  for (const name of namespaces) await kubectl.run(['apply', '-f', join(DIST.mumbai, `05-${name}.yaml`)]);
  await kubectl.apply([account(NAMESPACE)]);
  await run.until('the policy in effect', 60, async () => (await answer(kubectl, external(NAMESPACE))) === 'refused');

  const deployer = await plane.as('toytrex-pipeline');
  const file = join(DIST.mumbai, `10-${NAMESPACE}.yaml`);
  const created = linesOf(await deployer.run(['apply', '-f', file]));
  assert.equal(created.length, readManifests(file).length, 'all that is written is admitted');
  assert.equal(await deployer.run(['diff', '-f', file]), '');
  figure(`${created.length} objects of 10-${NAMESPACE}.yaml admitted`);

  for (const object of [external(NAMESPACE), ...hosts(NAMESPACE)]) {
    assert.equal(await answer(deployer, object), 'refused', JSON.stringify(object));
  }
  // pods are the sysadmins' to make by hand: the deployer's come from controllers
  assert.equal(await answer(kubectl, pod(NAMESPACE, 'system-node-critical')), 'refused');
  assert.equal(await answer(kubectl, pod(NAMESPACE, undefined)), 'admitted');
  figure(`refused: externalIPs, a system priority, ${hosts(NAMESPACE).length} ways to the host of another`);

  assert.equal(await answer(kubectl, pod('kube-system', 'system-node-critical')), 'admitted');
  assert.equal(await answer(kubectl, external('kube-system')), 'admitted');
  const [ingress = {}] = hosts(OTHER);
  assert.equal(await answer(kubectl, ingress), 'admitted', 'the hosts of another repository are its own matter');
  assert.equal(await answer(kubectl, external(OTHER)), 'refused');
  figure('kube-system admits both; hosts of a namespace that is not written are not judged, externalIPs are');

  const patch = ['patch', 'ingress', 'held', '-n', NAMESPACE, '--type=merge', '-p'];
  await kubectl.run([...patch, '{"metadata":{"finalizers":null}}']);
  await assert.rejects(kubectl.run([...patch, '{"metadata":{"annotations":{"a":"b"}}}']), /denied request/);
  figure('a controller removes its finalizer from an Ingress that would be refused today');

  await kubectl.run(['delete', 'validatingadmissionpolicybinding', POLICY]);
  await run.until('the twin', 60, async () => (await answer(deployer, external(NAMESPACE))) === 'admitted');
  for (const object of hosts(NAMESPACE)) assert.equal(await answer(deployer, object), 'admitted');
  figure('twin: without the binding each of them is admitted');
}

/** What the API server says of an object, which it does not keep. */
async function answer(kubectl: Kubectl, object: object): Promise<'admitted' | 'refused'> {
  try {
    await kubectl.run(['create', '--dry-run=server', '-f', '-'], JSON.stringify(object));
    return 'admitted';
  } catch (error) {
    assert.ok(error instanceof CommandError && error.errorOutput.includes(REFUSED), String(error));
    return 'refused';
  }
}

const LABELS = { 'app.kubernetes.io/managed-by': 'evenkeel' };

const namespaced = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: LABELS },
});

const account = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace },
});

const external = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'external', namespace },
  spec: { ports: [{ port: 3306 }], externalIPs: ['192.0.2.7'] },
});

const BACKEND = { service: { name: 'web', port: { number: 80 } } };

function ingress(namespace: string, spec: object, metadata: object = {}): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'other', namespace, ...metadata },
    spec,
  };
}

const rules = (host?: string): object => ({
  rules: [
    { ...(host === undefined ? {} : { host }), http: { paths: [{ path: '/', pathType: 'Prefix', backend: BACKEND }] } },
  ],
});

/** Ways to the host of another system. */
function hosts(namespace: string): object[] {
  const other = 'pingpong.example.com';
  const own = { ...rules('toytrex.com') };
  const noted = (key: string, value: string) => ({ annotations: { [key]: value } });
  return [
    ingress(namespace, rules(other)),
    ingress(namespace, rules('*.example.com')),
    ingress(namespace, rules()),
    ingress(namespace, { defaultBackend: BACKEND }),
    ingress(namespace, { ...own, tls: [{ hosts: [other] }] }),
    ingress(namespace, own, noted('nginx.ingress.kubernetes.io/server-alias', `www.toytrex.com, ${other}`)),
    ingress(namespace, own, noted('external-dns.alpha.kubernetes.io/hostname', other)),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'record', namespace, ...noted('external-dns.kubernetes.io/hostname', other) },
      spec: { type: 'ExternalName', externalName: 'cdn.example' },
    },
  ];
}

/** An Ingress from before the policy, which a controller holds. */
const held = ingress(NAMESPACE, rules('before.example'), { name: 'held', finalizers: ['example.com/balancer'] });

function pod(namespace: string, priorityClassName: string | undefined): object {
  const container = {
    name: 'main',
    image: 'main',
    resources: { requests: { cpu: '10m', memory: '8Mi' }, limits: { memory: '8Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'critical', namespace },
    spec: {
      ...(priorityClassName === undefined ? {} : { priorityClassName }),
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container],
    },
  };
}
