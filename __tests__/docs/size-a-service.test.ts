// docs/how-to/size-a-service.md: the page's code results in the page's sentences (P1).
import { WebService } from '../../lib/constructs';
import { eks } from '../../lib/model';
import { blockWith, readPage, runPage } from '../support/page';
import { at, find, SUBNETS, shop, WEB } from '../support/synthesis';

const PAGE = readPage('how-to/size-a-service.md');

const zones = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];
const cluster = eks({ region: 'ap-south-1', zones, kubernetes: '1.36', capabilities: ['metrics-server'], ...SUBNETS });

/** Builds the page's service, with its code changed by `change`. */
const synth = (change: (code: string) => string = (code) => code) =>
  shop(
    (system) => {
      const code = blockWith(PAGE, 'const size = ').replace('new WebService(this,', 'new WebService(system,');
      runPage(change(code), { WebService, system, probes: WEB.probes });
    },
    { cluster },
  );

describe('P1: numbers follow from the requirement', () => {
  test('the derivations in the annotations', () => {
    const result = synth();
    expect(result.findings).toEqual([]);
    const annotations = at(find(result, 'HorizontalPodAutoscaler', 'booking'), 'metadata', 'annotations');
    const lines = PAGE.match(/^evenkeel\.dev\/.*$/gm) ?? [];
    expect(lines.length).toBe(4);
    for (const line of lines) {
      const [key = '', ...sentence] = line.split(': ');
      expect(at(annotations, key)).toBe(sentence.join(': '));
    }
  });

  test('the refusal', () => {
    const [finding] = synth((code) => code.replace('meanSeconds: 0.04', 'meanSeconds: 0.06')).findings;
    expect(finding?.message).toContain('a mean of 60 ms');
    expect(PAGE).toContain(`\n${finding?.message}\n`);
  });
});
