// docs/how-to/size-a-service.md: what the page writes is what comes out (P1).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Load, WebService } from '../../lib/constructs';
import { eks } from '../../lib/model';
import { at, find, SUBNETS, shop, WEB } from '../support/synthesis';

const PAGE = readFileSync(join(__dirname, '../../docs/how-to/size-a-service.md'), 'utf8');

const zones = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];
const cluster = eks({ region: 'ap-south-1', zones, kubernetes: '1.36', ...SUBNETS });

const synth = (change: Partial<Load> = {}) =>
  shop(
    (system) => {
      const { replicas: _, ...props } = WEB;
      const booking = new WebService(system, 'booking', { ...props, resources: { memory: '1Gi' } });
      const measured: Load = {
        users: { peak: 30_000, offPeak: 8000 },
        thinkSeconds: 10,
        service: { meanSeconds: 0.04 },
        cpuSecondsPerRequest: 0.01,
        concurrencyPerPod: 8,
        latency: { quantile: 0.98, seconds: 0.2 },
        growthPerSecond: 0.001,
        nodeSeconds: 180,
        margin: 1.25,
      };
      booking.sizeFor({ ...measured, ...change });
    },
    { cluster },
  );

test('the page shows the input of this test', () => {
  const source = readFileSync(__filename, 'utf8').replaceAll(/^ +/gm, '');
  const [, input = ''] = /booking\.sizeFor\(\{\n([^}]*\}[^`]*)\}\);\n```/.exec(PAGE) ?? [];
  expect(input).toContain('thinkSeconds');
  expect(source).toContain(input.replaceAll(/^ +/gm, ''));
});

describe('P1: numbers follow from the requirement', () => {
  test('and the sentences that come out of it', () => {
    const found = synth();
    expect(found.findings).toEqual([]);
    const said = at(find(found, 'HorizontalPodAutoscaler', 'booking'), 'metadata', 'annotations');
    const lines = PAGE.match(/^evenkeel\.dev\/.*$/gm) ?? [];
    expect(lines.length).toBe(4);
    for (const line of lines) {
      const [key = '', ...sentence] = line.split(': ');
      expect(at(said, key)).toBe(sentence.join(': '));
    }
  });

  test('and the refusal', () => {
    const [finding] = synth({ service: { meanSeconds: 0.06 } }).findings;
    expect(PAGE).toContain(`\n${finding?.message}\n`);
  });
});
