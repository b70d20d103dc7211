// `evenkeel traffic`: what DNS must say, the steps of a move, and what a question may have wrong with it (P7, P10).
import type { Construct } from 'constructs';
import { hosts, percentOf } from '../../lib/analysis/traffic/hosts';
import { check } from '../../lib/checks';
import { Platform, System, WebService } from '../../lib/constructs';
import { eks, moveTraffic, type Target, TRAFFIC_STEPS } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { cli } from '../support/cli';
import { regions, type Traffic } from '../support/regions';
import { errors, PRODUCTION, shopApp, WEB } from '../support/synthesis';

const HOST = 'booking.example';

/** Sized for its load, so that a region may be lost; answers to a name of each region, and to one that all share. */
class Booking extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'booking', target);
    const load = {
      users: { peak: 30_000, offPeak: 8000 },
      thinkSeconds: 10,
      service: { meanSeconds: 0.04 },
      concurrencyPerPod: 8,
      cpuSecondsPerRequest: 0.01,
      latency: { quantile: 0.98, seconds: 0.2 },
      growthPerSecond: 0.001,
      nodeSeconds: 180,
      margin: 1.25,
    };
    const web = new WebService(this, 'web', { ...WEB, resources: { memory: '1Gi' }, size: { load } });
    web.exposeAt(`${target.cluster.name}.${HOST}`, { common: [HOST] });
  }
}

/** Booking on some of the clusters. */
const clinic = (on: readonly (keyof Traffic)[], traffic?: Traffic) =>
  regions({})
    .place(Booking, {
      clinic: { on, ...(traffic === undefined ? {} : { traffic }), settings: {} },
    })
    .app();

const withFrankfurt = (traffic?: Traffic) => clinic(['westeurope', 'northeurope', 'frankfurt'], traffic);
const added = () => ({ app: withFrankfurt({ westeurope: 1, northeurope: 1 }) });
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

describe('P10 what DNS must say now', () => {
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
