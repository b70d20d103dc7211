// What a cluster needs beside its nodes: names (CoreDNS), metrics (metrics-server), ingress (Traefik).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program, Run } from '../process/run';
import { binary } from '../programs/build';
import { aggregated } from './aggregated';
import type { ControlPlane } from './control-plane';
import { type Host, OUR_ADDRESS } from './network';

/** Every name below it is ours: of what runs outside of the cluster, on this machine. `test` is reserved (RFC 6761). */
const OUTSIDE = 'outside.test';
/** Every name below it leads to the ingress, as users' names do. */
const INGRESS = 'ingress.test';

/** Every name below it is ours: a proof may stand for a store of that provider. */
const STORES = 'amazonaws.com';

/** Names of Services, and of hosts outside that stand for the real ones: `hosts` gives their addresses. */
export async function startNames(
  run: Run,
  plane: ControlPlane,
  hosts: ReadonlyMap<string, string>,
  ingress: Host,
): Promise<void> {
  const file = join(plane.folder, 'Corefile');
  const known = [...hosts].map(([name, address]) => `    ${address} ${name}`).join('\n');
  writeFileSync(
    file,
    `.:53 {
  bind ${OUR_ADDRESS}
  errors
  kubernetes cluster.local {
    kubeconfig ${await plane.kubeconfig('coredns', 'system:masters')}
  }
  hosts {
${known}
    fallthrough
  }
${below(OUTSIDE, OUR_ADDRESS)}
${below(STORES, OUR_ADDRESS)}
${below(INGRESS, ingress.address)}
}
`,
  );
  run.start('coredns', binary('programs/coredns', 'coredns'), ['-conf', file]);
}

/** Answers for all names below this one. */
function below(zone: string, address: string): string {
  return `  template IN A ${zone} {
    answer "{{ .Name }} 60 IN A ${address}"
  }
  template IN AAAA ${zone} {
    rcode NOERROR
  }`;
}

/** CPU and memory of pods, as `kubectl top` and autoscalers ask for them. */
export async function startMetrics(run: Run, plane: ControlPlane): Promise<void> {
  const port = 4443;
  const access = await plane.kubeconfig('metrics-server', 'system:masters');
  run.start('metrics-server', binary('programs/metrics-server', 'metrics-server'), [
    ...['--kubeconfig', '--authentication-kubeconfig', '--authorization-kubeconfig'].map((flag) => `${flag}=${access}`),
    `--bind-address=${OUR_ADDRESS}`,
    `--secure-port=${port}`,
    `--cert-dir=${join(plane.folder, 'metrics-server')}`,
    '--kubelet-insecure-tls',
    '--kubelet-preferred-address-types=InternalIP',
    '--metric-resolution=15s', // the shortest: it must exceed the time-out of a request
  ]);
  const api = { group: 'metrics.k8s.io', version: 'v1beta1', name: 'metrics-server', port };
  await plane.kubectl.apply(aggregated(api));
  await run.until('metrics API', 90, () => plane.kubectl.run(['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes']));
}

/** Serves Ingresses of a class by Traefik: HTTP on 80, HTTPS on 443. */
export async function startIngress(run: Run, plane: ControlPlane, className: string, host: Host): Promise<Program> {
  await plane.kubectl.apply([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: className },
      spec: { controller: 'traefik.io/ingress-controller' },
    },
  ]);
  const arguments_ = [
    `--entrypoints.web.address=${host.address}:80`,
    `--entrypoints.websecure.address=${host.address}:443`,
    '--entrypoints.websecure.http.tls=true',
    '--providers.kubernetesingress=true',
    `--providers.kubernetesingress.ingressclass=${className}`,
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
    '--log.level=WARN',
  ];
  const env = { KUBECONFIG: await plane.kubeconfig('traefik', 'system:masters') };
  const name = `ingress-${className}`;
  return run.start(name, binary('programs/traefik', 'traefik'), arguments_, { namespace: host.namespace, env });
}
