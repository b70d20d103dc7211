// Traffic over several clusters: whether each is large enough for its share, what the weights divide, and who writes each name.

import type { IConstruct } from 'constructs';
import { rivals } from '../../analysis/traffic/hosts';
import type { Finding } from '../../model/finding/finding';
import { describeIdentity } from '../../model/manifest/object';
import type { Trace } from '../../model/manifest/origin';

import { ENTRY, setEntry, type Verification } from '../../model/platform/entries';
import { regionsLostFor, type TrafficShare, weightWithin } from '../../model/platform/traffic';
import { WebService } from '../component/web-service';
import { Exposure } from '../exposure/exposure';
import type { System } from '../system/system';
import { report } from '../tree/findings';

/** A placement as it was asked for. */
export interface Shares {
  /** Whether `traffic` is given. */
  readonly weighted: boolean;
  /** Regions of its clusters. */
  readonly regions: number;
  /** Regions that the environment survives the loss of. */
  readonly lost: number;
}

/** Reports, at the line of the placement, what its `traffic` has wrong in view of the systems that it made, one a cluster. */
export function reportTrafficShares(systems: readonly System<unknown>[], shares: Shares, trace: Trace): void {
  const common = systems.map((system) => exposuresOf(system).some(({ common }) => common.length > 0));
  const [first] = systems;
  if (shares.weighted && first !== undefined && !common.includes(true)) {
    const message = `${first.system} in ${first.target.environment.name} has no host that its clusters share, so that the weights divide nothing`;
    const expected = 'exposeAt(…, { common: [the host that all clusters answer to] }), or no traffic';
    report(first.node.root, { rule: 'traffic', severity: 'error', field: 'traffic', message, expected }, trace);
  }
  for (const system of systems.filter((_, index) => common[index])) {
    for (const component of sizedIn(system)) {
      for (const problem of findCapacityProblems(component, system, shares)) report(component, problem, trace);
    }
  }
}

function exposuresOf(system: System<unknown>): Exposure[] {
  return system.node.findAll().filter((one) => one instanceof Exposure);
}

/** Components that the traffic of common hosts reaches: those that are exposed at one, and whatever is called from them. */
function sizedIn(system: System<unknown>): WebService[] {
  const services = system.node.findAll().filter((one) => one instanceof WebService);
  const ownHostsOnly = (service: WebService) =>
    exposuresOf(system).some(({ common, node }) => node.scope === service && common.length === 0);
  return services.filter((service) => service.isSized && !ownHostsOnly(service));
}

/** A cluster that is sent more than it is sized for: `sizeFor` gives it 1 ÷ the regions that are left. */
function findCapacityProblems({ name }: WebService, { target }: System<unknown>, { regions, lost }: Shares): Finding[] {
  const { cluster, environment, share } = target;
  const left = regions - lost;
  if (share.weight * left <= share.all) return [];
  const most = weightWithin(share, left);
  const enough = regionsLostFor(share, regions);
  const carries = enough === regions - 1 ? 'each region carries all of it' : `each carries 1 ÷ ${regions - enough}`;
  return [
    {
      rule: 'traffic-capacity',
      severity: 'error',
      field: `traffic.${cluster.name}`,
      value: share.weight,
      message: `${cluster.name} is sent ${percent(share)} of the traffic (${share.weight} of ${share.all}), and ${name} in ${environment.name} is sized there for ${percent({ weight: 1, all: left })}: 1 ÷ ${left} of ${regions} regions left`,
      expected: `survives.regions: ${enough} in ${environment.name}, so that ${carries}; or ${most === 0 ? 'a weight for another cluster too' : `a weight of at most ${most} of ${share.all}`}`,
    },
  ];
}

const percent = ({ weight, all }: TrafficShare): string => `${Math.round((1000 * weight) / all) / 10} %`;

/** Lets the app be asked for names that external-dns writes on several clusters without a weight. */
export function checkRecordsLater(app: IConstruct): void {
  const verification: Verification = (objects) =>
    [...rivals(objects)].flatMap(([host, entries]): Finding[] => {
      const [first] = entries;
      if (first === undefined) return [];
      const source = first.origin.source();
      return [
        {
          rule: 'host-overwritten',
          severity: 'error',
          construct: first.origin.construct,
          object: describeIdentity(first.identity),
          field: '/metadata/annotations',
          value: host,
          message: `external-dns of ${entries.map(({ cluster }) => cluster).join(', ')} each writes a record of ${host}, and not every one has a weight: they overwrite each other, and one of the clusters gets all of the traffic`,
          expected: `exposeAt(…, { common: ['${host}'] }), which divides it; or a host of its own on each cluster`,
          ...(source === undefined ? {} : { source }),
        },
      ];
    });
  setEntry(app, ENTRY.verification, verification);
}
