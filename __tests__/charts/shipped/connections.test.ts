// The policies of the shipped systems let through what their charts declare, no more and no less.
import { connections } from '../../../lib/analysis/network/connections';
import { hostConnections } from '../../../lib/analysis/network/host-network';
import { shipped } from '../../support/shipped';
import { SHIPPED } from './placements';

const STAGES = ['dev', 'prod', 'qa', 'staging'] as const;
/** Private endpoints of each stage's services, and the addresses of Entra ID. */
const ENDPOINTS = { dev: '10.30.1.0/28', qa: '10.30.1.16/28', staging: '10.30.1.32/28', prod: '10.30.1.48/28' };
const ENTRA = ['20.190.128.0/18', '20.20.32.0/19', '20.231.128.0/19', '40.126.0.0/18'];

/**
 * Prometheus is let in where a component shows its metrics. It may reach every pod, and some plugins count pods among the addresses of a
 * balancer's subnet: that is the first line of what is exposed.
 */
const scraping = (...to: readonly string[]) =>
  to.flatMap((name) => [
    ...(/web|gateway|booking/.test(name) ? [`metrics-operations/prometheus → ${name} 8080/TCP ?`] : []),
    `metrics-operations/prometheus → ${name} 9102/TCP`,
  ]);

test('the shipped systems: every pair of components over all namespaces', () => {
  const lines = connections(shipped.entries)
    .filter((one) => !hostConnections(shipped.entries).has(one))
    .map(({ from, to, port }) => `${from} → ${to} ${port}`)
    .filter((line) => !/ 53\/(TCP|UDP)$/.test(line))
    .filter((line) => SHIPPED.some(({ namespace }) => line.includes(`${namespace}/`)))
    .map((line) => line.replaceAll(/namespaces .*traefik/g, 'Traefik'));
  expect(lines).toEqual([
    ...['pingpong-local/web', 'toytrex-local/middleware', 'toytrex-local/web'].map(
      (name) => `metrics-local/prometheus → ${name} 9102/TCP`,
    ),
    'Traefik → pingpong-local/web 8080/TCP',
    'Traefik → toytrex-local/web 8080/TCP',
    'toytrex-local/middleware → anywhere 3306/TCP',
    'toytrex-local/web → toytrex-local/middleware 8080/TCP',
    '10.20.0.0/24 → pingpong-production/web 8080/TCP',
    '10.20.0.0/24 → toytrex-production/web 8080/TCP',
    '10.20.1.0/24 → pingpong-production/web 8080/TCP',
    '10.20.1.0/24 → toytrex-production/web 8080/TCP',
    ...scraping('pingpong-production/web', 'toytrex-production/middleware', 'toytrex-production/web'),
    'toytrex-production/middleware → anywhere 3306/TCP',
    'toytrex-production/web → toytrex-production/middleware 8080/TCP',
    '10.31.0.0/24 → panther-clinic/booking 8080/TCP',
    ...scraping('panther-clinic/booking'),
    'panther-clinic/booking → anywhere 5432/TCP',
    ...STAGES.map((environment) => `10.30.0.0/24 → flaschenpost-${environment}/gateway 8080/TCP`),
    '10.30.0.0/24 → panther-clinic-dev/booking 8080/TCP',
    '10.30.0.0/24 → panther-clinic/booking 8080/TCP',
    ...STAGES.flatMap((environment) => {
      const endpoints = ENDPOINTS[environment];
      const [catalogue, dispatch, gateway, orders] = ['catalogue', 'dispatch', 'gateway', 'orders'].map(
        (name) => `flaschenpost-${environment}/${name}`,
      );
      return [
        `${catalogue} → ${endpoints} 10255/TCP`,
        `${catalogue} → ${endpoints} 6380/TCP`,
        `${dispatch} → ${endpoints} 443/TCP`,
        `${dispatch} → ${endpoints} 5671/TCP`,
        ...ENTRA.map((cidr) => `${dispatch} → ${cidr} 443/TCP`),
        `${gateway} → ${catalogue} 8080/TCP`,
        `${gateway} → ${orders} 8080/TCP`,
        `${orders} → ${endpoints} 10255/TCP`,
        `${orders} → ${endpoints} 5671/TCP`,
      ];
    }),
    ...scraping(
      ...STAGES.flatMap((environment) =>
        ['catalogue', 'dispatch', 'gateway', 'orders'].map((name) => `flaschenpost-${environment}/${name}`),
      ),
    ),
    ...scraping('panther-clinic-dev/booking', 'panther-clinic/booking'),
    'panther-clinic-dev/booking → anywhere 5432/TCP',
    'panther-clinic/booking → anywhere 5432/TCP',
    'panther-load/load-workers → anywhere 443/TCP',
    'panther-load/load-workers → panther-load/load-master 5557/TCP',
  ]);
});

test('on the host network is only what reads the nodes, and nothing else of the parts meets a system', () => {
  const hosts = [...hostConnections(shipped.entries).values()].flat();
  expect([...new Set(hosts)].sort()).toEqual([
    'node-metrics-local/node-exporter',
    'node-metrics-operations/node-exporter',
  ]);
});
