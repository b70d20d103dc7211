// Random apps of components and raw workloads: each declared connection is let through by the policies, and no other is.

import { ApiObject } from 'cdk8s';
import { connections } from '../../../lib/analysis/network/connections';
import { network, type System, WebService } from '../../../lib/constructs';
import { seeded } from '../../support/random';
import { errors, shop, WEB } from '../../support/synthesis';

/** A raw workload with its Service, whose port differs from that of its pods. */
function raw(system: System, name: string, port: number) {
  const labels = { app: name };
  const containers = [{ name, image: 'registry.example/shop/raw:1', ports: [{ name: 'main', containerPort: port }] }];
  const workload = new ApiObject(system, name, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      serviceName: name,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  });
  const service = new ApiObject(system, `${name}-service`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: labels, ports: [{ name: 'main', port: 80, targetPort: 'main' }] },
  });
  return { workload, service };
}

test('30 apps: the pairs that the policies let through are the declared ones', () => {
  const random = seeded(15);
  for (let trial = 0; trial < 30; trial++) {
    const declared: string[] = [];
    const synthesis = shop((system) => {
      const nodes = Array.from({ length: 2 + Math.floor(random() * 5) }, (_, index) => {
        const [name, port] = [`c${index}`, 8000 + index];
        return random() < 0.5
          ? { name, port, component: new WebService(system, name, { ...WEB, port }) }
          : { name, port, ...raw(system, name, port) };
      });
      for (const from of nodes) {
        for (const to of nodes) {
          if (from === to || random() < 0.6) continue;
          const isAdmitted = random() < 0.5;
          if ('component' in from) from.component.connectTo('component' in to ? to.component : to.service);
          else if ('component' in to && isAdmitted) to.component.admit(from.workload);
          else if (!('component' in to) && isAdmitted) network(to.workload).admit(from.workload, 'main');
          else network(from.workload).connectTo('component' in to ? to.component : to.service);
          declared.push(`shop-production/${from.name} → shop-production/${to.name} ${to.port}/TCP`);
        }
      }
      for (const node of nodes) if (!('component' in node)) network(node.workload);
    });
    expect(errors(synthesis).filter((error) => /^(neighbour|input|connection|identity)/.test(error))).toEqual([]);
    const found = connections(synthesis.entries).map(({ from, to, port }) => `${from} → ${to} ${port}`);
    expect(found.filter((line) => !/ 53\/(TCP|UDP)$/.test(line))).toEqual(declared.sort());
  }
});
