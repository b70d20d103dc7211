// `evenkeel traffic`: what DNS must say, the steps of a move, and what a question may have wrong with it (P7, P10).
import type { Construct } from 'constructs';
import { Panther } from '../../charts/panther';
import { hosts, percentOf } from '../../lib/analysis/traffic/hosts';
import { check } from '../../lib/checks';
import { Platform, System, WebService } from '../../lib/constructs';
import { aks, type ClusterDescription, eks, moveTraffic, type Target, TRAFFIC_STEPS } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { app as shippedApp } from '../../main';
import { cli } from '../support/cli';
import { blockWith, readPage, runPage } from '../support/page';
import { shipped } from '../support/shipped';
import { at, errors, PRODUCTION, shopApp, WEB } from '../support/synthesis';

const HOST = 'booking.panther-clinic.example';
const PAGE = readPage('systems/panther.md');

/** The second provider's cluster, where the system then runs, and its first weights, as on the page. */
const onPage: { frankfurt: ClusterDescription; on: ClusterName[]; traffic: Traffic }[] = [];
runPage(`onPage.push({ ${blockWith(PAGE, 'frankfurt: eks(')} ${blockWith(PAGE, 'traffic: {')} });`, { onPage, eks });
const [second] = onPage;
if (second === undefined) throw new Error('the page adds no cluster');
const { frankfurt, on: everywhere, traffic: first } = second;

type Traffic = { readonly westeurope?: number; readonly northeurope?: number; readonly frankfurt?: number };

type ClusterName = keyof Traffic;

/** Panther Clinic in both regions, and on a second provider as its page says. */
function clinic(on: readonly ClusterName[], traffic?: Traffic) {
  const azure = {
    kubernetes: '1.35',
    capabilities: ['external-dns', 'metrics-server'],
    gateway: { albName: 'alb', albNamespace: 'alb-infra' },
    gatewaySubnets: ['10.30.0.0/24'],
  } as const;
  const zones = (region: string) => [1, 2, 3].map((number) => `${region}-${number}`);
  return new Platform({
    home: 'westeurope',
    images: { panther: { clinic: '1' } },
    clusters: {
      westeurope: aks({ ...azure, region: 'westeurope', zones: zones('westeurope') }),
      northeurope: aks({ ...azure, region: 'northeurope', zones: zones('northeurope') }),
      frankfurt,
    },
    environments: {
      clinic: {
        survives: { zones: 1, regions: 1 },
        registry: { external: 'panther.azurecr.io', pullSecret: 'panther' },
      },
    },
  })
    .place(Panther, {
      clinic: {
        on,
        ...(traffic === undefined ? {} : { traffic }),
        settings: {
          host: HOST,
          database: 'panther.postgres.database.azure.com',
          users: { peak: 30_000, offPeak: 8000 },
          growthPerSecond: 0.001,
        },
      },
    })
    .app();
}

const withFrankfurt = (traffic?: Traffic) => clinic(everywhere, traffic);
const added = () => ({ app: withFrankfurt(first) });
const both = () => ({ app: clinic(['westeurope', 'northeurope']) });
const MOVE = ['traffic', '--from', 'westeurope', '--to', 'frankfurt'];

/** A shop on two clusters that both have external-dns and Route 53. */
function platformWith(expose: (web: WebService, cluster: string) => void) {
  class Shop extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'shop', target);
      expose(new WebService(this, 'web', WEB), target.cluster.name);
    }
  }
  const aws = { kubernetes: '1.36', capabilities: ['external-dns'], loadBalancerSubnets: ['10.20.0.0/24'] } as const;
  return new Platform({
    home: 'mumbai',
    clusters: {
      mumbai: eks({ ...aws, region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'] }),
      dublin: eks({ ...aws, region: 'eu-west-1', zones: ['eu-west-1a', 'eu-west-1b'] }),
    },
    environments: { production: PRODUCTION },
  })
    .place(Shop, { production: { on: ['mumbai', 'dublin'], settings: {} } })
    .app();
}

interface Shown {
  readonly now?: number;
  readonly steps: readonly {
    readonly step: number;
    readonly line: string;
    readonly back?: number;
    readonly shares: readonly { readonly cluster: string; readonly percent: number; readonly setting: string }[];
  }[];
}

async function stepsOf(args: readonly string[], load: () => unknown): Promise<Shown> {
  const { code, out, err } = await cli([...args, '--json'], load);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const [move, ...more]: Shown[] = JSON.parse(out);
  if (move === undefined || more.length > 0) throw new Error(`${more.length} further moves`);
  return move;
}

/** The weights of a printed line, by the function that it calls. */
function weightsOf(line: string): Traffic {
  const [, from = '', to = '', step = '', others = '{}'] =
    /^traffic: moveTraffic\('(\w+)', '(\w+)', (\d+)(?:, (\{.*\}))?\),$/.exec(line) ?? [];
  const named = TRAFFIC_STEPS.find((one) => String(one) === step);
  if (named === undefined) throw new Error(`no line: ${line}`);
  return moveTraffic(from, to, named, JSON.parse(others.replaceAll(/(\w+):/g, '"$1":')));
}

/** All hosts, of the shipped systems. */
const printed = cli(['traffic'], () => ({ app: shippedApp }));

describe('P10 what DNS must say now', () => {
  test('the page shows the table of the host that both regions answer to', async () => {
    const { code, out, err } = await cli(['traffic', HOST, '--markdown'], () => ({ app: shippedApp }));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const region of ['westeurope', 'northeurope']) {
      expect(out).toContain(
        `| ${region} | ${region}.${HOST} | 1 of 2 | 50 % | /health/ready | by hand: enabled, weight 1 |`,
      );
    }
    expect(PAGE).toContain(out.trimEnd());
  });

  test('every host of the shipped systems, those of one cluster too', async () => {
    const { out } = await printed;
    expect(out).toMatch(
      /^toytrex\.com +mumbai +load balancer of Ingress toytrex-production\/web +– +100 % +– +external-dns$/m,
    );
    expect(out).toMatch(/^toytrex\.localhost +laptop .* by hand$/m);
    expect(out).toMatch(/^shop\.prod\.flaschenpost\.example +westeurope +flaschenpost-prod\.azurefd\.net /m);
    const first = new Set(out.split('\n').map((line) => line.split(' ')[0]));
    const exposed = shipped.objects.flatMap(({ entry }) => {
      const rules = at(entry.manifest, 'spec', 'rules');
      return entry.identity.kind === 'Ingress' && Array.isArray(rules) ? rules.map((rule) => at(rule, 'host')) : [];
    });
    expect(exposed.length).toBeGreaterThan(10);
    expect([...first]).toEqual(expect.arrayContaining(exposed));
  });

  test('clusters that write a plain record of one name are refused', async () => {
    const app = platformWith((web) => web.exposeAt('shop.example'));
    const { code, out, err } = await cli(['traffic'], () => ({ app }));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('error host-overwritten');
  });

  test('with weights on all clusters, nothing is set by hand', async () => {
    const app = platformWith((web, name) => web.exposeAt(`${name}.shop.example`, { common: ['shop.example'] }));
    const { out } = await cli(['traffic', 'shop.example'], () => ({ app }));
    expect(out).toMatch(
      /^shop\.example +dublin +dublin\.shop\.example +1 of 2 +50 % +\/ready +external-dns, set-identifier dublin$/m,
    );
    expect(out).not.toMatch(/by hand|one service/);
  });
});

describe('P7 the steps of a move to a second provider', () => {
  test('the page shows them as they are printed, of the clusters that it adds', async () => {
    const { code, out, err } = await cli([...MOVE, '--markdown'], added);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(PAGE).toContain(out.trimEnd());
  });

  test('an added cluster gets nothing, and the others keep their shares', async () => {
    const { now, steps } = await stepsOf(MOVE, added);
    expect(now).toBe(0);
    expect(steps.map(({ step, back }) => [step, back])).toEqual([
      [0, undefined],
      [10, 0],
      [50, 10],
      [100, 50],
    ]);
    const percents = steps.map(({ shares }) =>
      Object.fromEntries(shares.map(({ cluster, percent }) => [cluster, percent])),
    );
    expect(percents).toEqual([
      { frankfurt: 0, northeurope: 50, westeurope: 50 },
      { frankfurt: 5, northeurope: 50, westeurope: 45 },
      { frankfurt: 25, northeurope: 50, westeurope: 25 },
      { frankfurt: 50, northeurope: 50, westeurope: 0 },
    ]);
  });

  test.each(TRAFFIC_STEPS)(
    'the line of step %i, once written, gives what the step says, and the command knows it',
    async (step) => {
      const planned = (await stepsOf(MOVE, added)).steps.find((one) => one.step === step);
      const app = withFrankfurt(weightsOf(planned?.line ?? ''));
      const synthesis = synthesize(app, check);
      expect(errors(synthesis)).toEqual([]);
      const host = hosts(synthesis.objects.map(({ entry }) => entry)).find((one) => one.host === HOST);
      const shares = host?.answers.map((answer) => [answer.cluster, percentOf(host, answer)]);
      expect(shares).toEqual(planned?.shares.map(({ cluster, percent }) => [cluster, percent]));
      const again = await stepsOf(MOVE, () => ({ app }));
      expect(again.now).toBe(step);
      expect(again.steps).toEqual((await stepsOf(MOVE, added)).steps);
    },
  );

  test('without `traffic` the new cluster gets a third at once, which is half of what both have', async () => {
    const { now, steps } = await stepsOf(MOVE, () => ({ app: withFrankfurt() }));
    expect(now).toBe(50);
    expect(steps[2]?.shares.map(({ percent }) => Math.round(percent))).toEqual([33, 33, 33]);
  });

  test('nothing is disabled but what gets nothing: Traffic Manager has no weight 0', async () => {
    const { steps } = await stepsOf(['traffic', '--from', 'westeurope', '--to', 'northeurope'], both);
    const settings = steps.map(({ shares }) => shares.map(({ setting }) => setting));
    expect(settings).toEqual([
      ['disabled', 'enabled, weight 100'],
      ['enabled, weight 10', 'enabled, weight 90'],
      ['enabled, weight 50', 'enabled, weight 50'],
      ['enabled, weight 100', 'disabled'],
    ]);
  });

  test('the way back is the same steps', async () => {
    const there = await stepsOf(['traffic', '--from', 'westeurope', '--to', 'northeurope'], both);
    const back = await stepsOf(['traffic', '--from', 'northeurope', '--to', 'westeurope'], both);
    const sharesAt = ({ steps }: Shown, step: number) => steps.find((one) => one.step === step)?.shares;
    for (const [one, other] of [
      [0, 100],
      [50, 50],
      [100, 0],
    ] as const) {
      expect(sharesAt(there, one)).toEqual(sharesAt(back, other));
    }
  });
});

describe('bad input: all of it at once, exit code 1, nothing on stdout', () => {
  test.each<[string[], string[]]>([
    [
      ['--from', 'westeurop', '--to', 'frankfort'],
      ['unknown cluster --from', 'unknown cluster --to'],
    ],
    [
      ['x.example', '--from', 'westeurope', '--to', 'nowhere'],
      ['unknown cluster --to', 'unknown host: no cluster serves it host'],
    ],
    [['x.example'], ['unknown host: no cluster serves it host']],
    [['--from', 'westeurope'], ['is missing: a move needs both clusters --to']],
    [['--to', 'westeurope'], ['is missing: a move needs both clusters --from']],
    [['--from', 'westeurope', '--to', 'westeurope'], ['is the cluster that traffic moves from --to']],
    [
      [`westeurope.${HOST}`, '--from', 'northeurope', '--to', 'frankfurt'],
      [`does not serve westeurope.${HOST} --from`, `does not serve westeurope.${HOST} --to`],
    ],
    [
      ['--from', 'frankfurt', '--to', 'frankfurt', 'x.example'],
      ['unknown host: no cluster serves it host', 'is the cluster that traffic moves from --to'],
    ],
  ])('%j', async (args, expected) => {
    const { code, out, err } = await cli(['traffic', ...args], added);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    const reported = err
      .split(/^error /m)
      .slice(1)
      .map((one) => {
        const [rule, message] = one.split('\n').map((line) => line.trim());
        expect(rule).toBe('traffic-move');
        return `${message} ${/field +(\S+)/.exec(one)?.[1]}`;
      });
    expect(reported).toEqual(expected);
  });

  test('an app with errors', async () => {
    const app = shopApp((system) => new WebService(system, 'web', { ...WEB, port: 0 }));
    const { code, out, err } = await cli(['traffic'], () => ({ app }));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('error input\n  port cannot be 0');
  });
});
