// Traffic over several clusters: whether each is large enough for its share, what the weights divide, and who writes each name.

import type { IConstruct } from 'constructs';
import { rivals } from '../../analysis/traffic/hosts';
import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf, findingOn } from '../../model/finding/finding';
import type { Trace } from '../../model/manifest/origin';
import { ENTRY, setEntry, type Verification } from '../../model/platform/entries';
import { regionsLostFor, type TrafficShare, weightWithin } from '../../model/platform/traffic';
import { WebService } from '../component/web-service';
import { Exposure } from '../exposure/exposure';
import { System } from '../system/system';
import { report } from '../tree/findings';

/** How a placement divides traffic. */
export interface Shares {
  /** Whether `traffic` is given. */
  readonly weighted: boolean;
  /** Regions of its clusters. */
  readonly regions: number;
  /** Regions whose loss the environment survives. */
  readonly lost: number;
}

/** Reports, at the line of the placement, where its `traffic` does not fit its systems, one per cluster. */
export function reportTrafficShares(systems: readonly System<unknown>[], shares: Shares, trace: Trace): void {
  const common = systems.map((system) => exposuresOf(system).some(({ common }) => common.length > 0));
  const [first] = systems;
  if (shares.weighted && first !== undefined && !common.includes(true)) {
    const message = `${first.system} in ${first.target.environment.name} has no common host, so traffic weights have no effect`;
    const expected = 'exposeAt(…, { common: [a host that all clusters serve] }), or no traffic';
    report(first.node.root, { rule: 'traffic', severity: 'error', field: 'traffic', message, expected }, trace);
  }
  for (const system of systems.filter((_, index) => common[index])) {
    for (const component of sizedIn(system)) {
      for (const problem of findCapacityProblems(component, system, shares)) report(component, problem, trace);
    }
  }
}

function exposuresOf(system: System<unknown>): Exposure[] {
  return system.node.findAll().filter((construct) => construct instanceof Exposure);
}

/** Components that traffic of common hosts reaches: those exposed at one, and all that they may call. */
function sizedIn(system: System<unknown>): WebService[] {
  const services = system.node.findAll().filter((construct) => construct instanceof WebService);
  const ownHostsOnly = (service: WebService) =>
    exposuresOf(system).some(({ common, node }) => node.scope === service && common.length === 0);
  return services.filter((service) => service.isSized && !ownHostsOnly(service));
}

/** Finds a cluster with a larger share than its load was sized for, which is 1 ÷ the regions left after the loss. */
function findCapacityProblems({ name }: WebService, { target }: System<unknown>, { regions, lost }: Shares): Finding[] {
  const { cluster, environment, share } = target;
  const left = regions - lost;
  if (share.weight * left <= share.all) return [];
  const most = weightWithin(share, left);
  const enough = regionsLostFor(share, regions);
  const carries = enough === regions - 1 ? 'each region carries all of it' : `each carries 1/${regions - enough}`;
  return [
    {
      rule: 'traffic-capacity',
      severity: 'error',
      field: `traffic.${cluster.name}`,
      value: share.weight,
      message: `${cluster.name} gets ${percent(share)} of the traffic (${share.weight} of ${share.all}), but ${name} in ${environment.name} is sized for ${percent({ weight: 1, all: left })}: 1/${left}, with ${left} of ${regions} regions left`,
      expected: `survives.regions: ${enough} in ${environment.name} (${carries}), or ${most === 0 ? 'a weight for another cluster too' : `a weight of at most ${most} of ${share.all}`}`,
    },
  ];
}

const percent = ({ weight, all }: TrafficShare): string => `${Math.round((1000 * weight) / all) / 10} %`;

/** Reports, at the line of the cluster, hosts of its `gatewayApi` that nothing there has. */
export function reportGatewayHosts(app: IConstruct): void {
  const clusters = new Map(System.allIn(app).map((system) => [system.target.cluster.name, system]));
  for (const [name, { target, node }] of clusters) {
    const { gatewayApi, trace } = target.cluster;
    const all = (node.scope?.node.findAll() ?? []).filter((construct) => construct instanceof Exposure);
    const known = [...new Set(all.flatMap(({ hosts }) => hosts))].sort();
    for (const host of Object.keys(gatewayApi?.hosts ?? {}).filter((one) => !known.includes(one))) {
      const problem = {
        field: `clusters.${name}.gatewayApi.hosts`,
        value: host,
        message: `nothing on ${name} is exposed at ${host}${didYouMean(host, known)}`,
        expected: known.length === 0 ? 'no hosts' : `one of ${known.join(', ')}`,
      };
      report(app, findingOf('gateway-host', problem), trace);
    }
  }
}

/** Registers a check for names that external-dns writes from several clusters without a weight. */
export function checkRecordsLater(app: IConstruct): void {
  const verification: Verification = (objects) =>
    [...rivals(objects)].flatMap(([host, entries]): Finding[] => {
      const [first] = entries;
      if (first === undefined) return [];
      return [
        findingOn(first, {
          rule: 'host-overwritten',
          severity: 'error',
          field: '/metadata/annotations',
          value: host,
          message: `external-dns on ${entries.map(({ cluster }) => cluster).join(' and ')} would overwrite each other's record of ${host}: one cluster gets all traffic`,
          expected: `exposeAt(…, { common: ['${host}'] }), which divides the traffic; or a separate host on each cluster`,
        }),
      ];
    });
  setEntry(app, ENTRY.verification, verification);
}
