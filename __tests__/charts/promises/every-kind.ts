// A system with a workload of every kind that charts have no example of, for promises that the shipped systems cannot break.
import { CronJob, NodeAgent, StatefulService, type System, WebService } from '../../../lib/constructs';
import { eks } from '../../../lib/model';
import { PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';

const IMAGE = 'registry.example/shop/any:1';
const resources = { cpu: '100m', memory: '128Mi' };

function build(system: System): void {
  const web = new WebService(system, 'web', WEB);
  web.exposeAt('shop.example');
  const stateful = {
    image: IMAGE,
    resources,
    probes: WEB.probes,
    port: 8080,
    claims: { '/data': { size: '1Gi' } },
    noBackup: 'a test',
  };
  web.connectTo(new StatefulService(system, 'cart', { ...stateful, size: { members: 3 } }));
  const survives = { zones: 0, because: 'what it holds can be made again' } as const;
  web.connectTo(new StatefulService(system, 'cache', { ...stateful, size: { replicas: 1 }, survives }));
  new NodeAgent(system, 'agent', { image: IMAGE, resources, port: 9100, probes: WEB.probes });
  new CronJob(system, 'report', { image: IMAGE, resources, schedule: '0 3 * * *', deadlineSeconds: 1800 });
}

export const everyKind = shop(build, {
  cluster: eks({
    region: 'ap-south-1',
    zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
    kubernetes: '1.36',
    capabilities: ['metrics-server'],
    nodePools: [{ name: 'general', cpu: '4', memory: '16Gi', pods: 30, nodesPerZone: { min: 1, max: 3 } }],
    ...SUBNETS,
  }),
  environment: PRODUCTION,
});
