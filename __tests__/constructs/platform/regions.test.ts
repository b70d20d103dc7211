// A system on several clusters at once: what they share is counted together, and traffic is divided between them (P5, P7, P10).
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Database, Platform, System, WebService } from '../../../lib/constructs';
import { aks, eks, type Json, moveTraffic, type Target, TRAFFIC_STEPS } from '../../../lib/model';
import { trafficShares } from '../../../lib/model/platform/traffic';
import { synthesize } from '../../../lib/synth/synthesize';
import { at, errors, WEB } from '../../support/synthesis';

type Traffic = { readonly mumbai?: number; readonly london?: number; readonly dublin?: number };

/** 4 pods on each cluster, with 20 in all while a release rolls. */
class Shop extends System<{ readonly maxConnections: number; readonly host?: string }> {
  constructor(scope: Construct, target: Target<{ readonly maxConnections: number; readonly host?: string }>) {
    super(scope, 'shop', target);
    const { settings, cluster } = target;
    const host = 'host' in settings ? settings.host : undefined;
    const database = new Database(this, 'database', {
      host: host ?? `${cluster.name}.example`,
      port: 5432,
      limits: { maxConnections: settings.maxConnections, superuserReserved: 0 },
    });
    const web = new WebService(this, 'web', {
      ...WEB,
      image: this.image('web'),
      size: {
        cpu: 0.6,
        min: 2,
        max: 4,
      },
    });
    web.connectTo(database, { poolSize: 10 });
    web.exposeAt(`${cluster.name}.shop.example`, { common: ['shop.example'] });
  }
}

function synth(traffic?: Traffic, { maxConnections = 1000, host }: { maxConnections?: number; host?: string } = {}) {
  const clusters = {
    mumbai: eks({
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      capabilities: ['external-dns'],
      loadBalancerSubnets: ['10.20.0.0/24'],
    }),
    london: aks({
      region: 'uksouth',
      zones: ['uksouth-1', 'uksouth-2'],
      kubernetes: '1.36',
      capabilities: ['external-dns'],
      gateway: { albName: 'alb', albNamespace: 'alb' },
      gatewaySubnets: ['10.30.0.0/24'],
    }),
    dublin: eks({ region: 'eu-west-1', kubernetes: '1.36' }),
  };
  const app = new Platform({
    home: 'mumbai',
    clusters,
    images: { shop: { production: '1' } },
    environments: { production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } } },
  })
    .place(Shop, {
      production: {
        on: ['mumbai', 'london'],
        ...(traffic === undefined ? {} : { traffic }),
        settings: { maxConnections, ...(host === undefined ? {} : { host }) },
      },
    })
    .app();
  return synthesize(app, check);
}

function notes(synthesis: ReturnType<typeof synth>, cluster: string, kind: string, name: string): Json | undefined {
  const found = synthesis.objects.find(
    ({ entry }) => entry.cluster === cluster && entry.identity.kind === kind && entry.identity.name === name,
  );
  return at(found?.entry.manifest, 'metadata', 'annotations');
}

describe('P5: one host is one database for clients on all clusters', () => {
  test('the clients of all clusters are in the account', () => {
    const found = synth(undefined, { host: 'database.example' });
    expect(errors(found)).toEqual([]);
    for (const [cluster, other] of [
      ['mumbai', 'london'],
      ['london', 'mumbai'],
    ] as const) {
      expect(at(notes(found, cluster, 'Service', 'database'), 'evenkeel.dev/connections')).toMatch(
        `200 of 1000: web 100 + web of ${other}/shop-production 100 = 200 needed`,
      );
    }
  });

  test('and are refused where they do not fit together, although each alone would', () => {
    const both = synth(undefined, { host: 'database.example', maxConnections: 199 });
    expect(errors(both)).toEqual(['budget web.maxReplicas', 'budget web.maxReplicas']);
    expect(errors(synth(undefined, { maxConnections: 199 }))).toEqual([]);
  });
});

describe('P7, P10: hosts that all clusters serve', () => {
  test('get the same weight by default', () => {
    expect(trafficShares(['a', 'b'], undefined)('a')).toEqual({ weight: 1, all: 2 });
    expect(trafficShares(['a', 'b'], { a: 10 })('b')).toEqual({ weight: 0, all: 10 });
  });

  test.each(TRAFFIC_STEPS)('step %i: valid, with weights in Route 53 and by hand elsewhere', (step) => {
    const found = synth(moveTraffic('mumbai', 'london', step));
    expect(errors(found)).toEqual([]);
    const [mumbai, london] = [notes(found, 'mumbai', 'Ingress', 'web'), notes(found, 'london', 'Ingress', 'web')];
    for (const prefix of ['external-dns.kubernetes.io', 'external-dns.alpha.kubernetes.io']) {
      expect(at(mumbai, `${prefix}/hostname`)).toBe('mumbai.shop.example,shop.example');
      expect(at(mumbai, `${prefix}/aws-weight`)).toBe(String(100 - step));
      expect(at(mumbai, `${prefix}/set-identifier`)).toBe('mumbai');
      expect(at(london, `${prefix}/hostname`)).toBe('london.shop.example');
      expect(at(london, `${prefix}/aws-weight`)).toBeUndefined();
      expect(at(london, `${prefix}/ingress-hostname-source`)).toBe('annotation-only');
      expect(at(mumbai, `${prefix}/ingress-hostname-source`)).toBeUndefined();
    }
    expect(at(mumbai, 'evenkeel.dev/dns-by-hand')).toBeUndefined();
    expect(at(london, 'evenkeel.dev/dns-by-hand')).toBe('shop.example');
    expect(at(london, 'evenkeel.dev/traffic')).toBe(`${step} of 100`);
  });

  test('moving back takes the same steps: half-way, both directions have the same files', () => {
    expect(synth(moveTraffic('london', 'mumbai', 50)).files).toEqual(synth(moveTraffic('mumbai', 'london', 50)).files);
    expect(synth(moveTraffic('london', 'mumbai', 100)).files).toEqual(synth(moveTraffic('mumbai', 'london', 0)).files);
  });

  test('a step changes annotations of the Ingress and nothing else', () => {
    const [before, after] = [synth(moveTraffic('mumbai', 'london', 10)), synth(moveTraffic('mumbai', 'london', 50))];
    const changed = [...before.files].flatMap(([path, text]) => {
      const lines = (after.files.get(path) ?? '').split('\n');
      return text.split('\n').filter((line, index) => line !== lines[index]);
    });
    expect(changed).toContainEqual(expect.stringContaining('aws-weight'));
    expect(changed.filter((line) => !/aws-weight|evenkeel.dev\/traffic/.test(line))).toEqual([]);
  });

  test.each<[Traffic, string[]]>([
    [{ dublin: 10, mumbai: 90 }, ['traffic traffic.dublin']],
    [{ mumbai: 256 }, ['traffic traffic.mumbai']],
    [{ mumbai: 0.5 }, ['traffic traffic.mumbai']],
    [{ mumbai: -1, london: 2 }, ['traffic traffic.mumbai']],
    [{ mumbai: 0, london: 0 }, ['traffic traffic']],
  ])('%j is refused', (traffic, expected) => {
    expect(errors(synth(traffic))).toEqual(expected);
  });
});
