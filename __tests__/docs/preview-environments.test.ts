// docs/how-to/preview-environments.md: the page's line makes the environment that it says, and its commands print what it says (G9).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { pairObjects } from '../../lib/analysis/changes/object-pairs';
import { check } from '../../lib/checks';
import { checkChanges } from '../../lib/checks/changes/check-changes';
import { Platform, System, WebService } from '../../lib/constructs';
import type { Previews, Target } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { cli } from '../support/cli';
import { blocksOf, readPage, runPage } from '../support/page';
import { errors, find, TWO_ZONES, WEB } from '../support/synthesis';

const PAGE = readPage('how-to/preview-environments.md');

interface Settings {
  readonly host: string;
  readonly replicas: number;
}

class Guestbook extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'guestbook', target);
    const { host, replicas } = this.settings;
    new WebService(this, 'web', { ...WEB, image: this.image('web'), size: { replicas } }).exposeAt(host);
  }
}

const [line = '', ...more] = blocksOf(PAGE);

/** The platform of a reader, with the page's line. */
function synthesized(previews: Previews) {
  const platform = new Platform({
    home: 'mumbai',
    clusters: { mumbai: TWO_ZONES },
    environments: { dev: { survives: { zones: 0, regions: 0 }, registry: { external: 'dev.example' } } },
    images: { guestbook: { dev: '7' } },
  }).place(Guestbook, { dev: { on: 'mumbai', settings: { host: 'dev.guestbook.example', replicas: 2 } } });
  runPage(line, { platform, Guestbook, previews });
  return synthesize(platform.app(), check);
}

test('G9: the line of the page, with a branch and without', () => {
  expect(more).toEqual([]);
  const [without, found] = [synthesized({}), synthesized({ 'feature/pay-42': {} })];
  expect([errors(without), errors(found)]).toEqual([[], []]);
  const added = [...found.files.keys()].filter((path) => !without.files.has(path));
  expect(added).toEqual(['05-guestbook-feature-pay-42.yaml', '10-guestbook-feature-pay-42.yaml']);
  expect(find(found, 'Namespace', 'guestbook-feature-pay-42')).toBeDefined();
  const [host] = PAGE.match(/feature-pay-42-guestbook\S+example/) ?? [];
  expect(found.files.get('10-guestbook-feature-pay-42.yaml')).toContain(`- host: ${host}\n`);
});

test('G9: the end of a preview says how its namespace is deleted, as the page does', () => {
  const entriesOf = (previews: Previews) => synthesized(previews).objects.map(({ entry }) => entry);
  const objects = entriesOf({ 'feature/pay-42': {} });
  const [finding, ...others] = checkChanges(pairObjects({ ref: 'HEAD', objects, known: new Set() }, entriesOf({})));
  const [deletion = ''] = PAGE.match(/kubectl delete namespace [\w-]+/) ?? [];
  expect(finding).toMatchObject({ rule: 'data-removed', severity: 'warning', fix: expect.stringContaining(deletion) });
  expect(others).toEqual([]);
});

describe('G9: the commands of the page', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-page-'));
  const file = join(scratch, 'previews.json');
  afterAll(() => rmSync(scratch, { recursive: true }));

  test('do one after the other what they say', async () => {
    writeFileSync(file, '{}\n');
    const lines = (blocksOf(PAGE, 'sh')[0] ?? '').trim().split('\n');
    const outputs: string[] = [];
    for (const command of lines) {
      const [, args = ''] = /^npm run preview -- (.*?)\s*(?:#.*)?$/.exec(command) ?? [];
      const { code, out, err } = await cli(['preview', '--file', file, ...args.split(' ')], () => ({}));
      expect({ command, code, err }).toEqual({ command, code: 0, err: '' });
      outputs.push(out);
      if (args.includes('--image')) {
        expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
          'feature/pay-42': { until: '2026-12-05', images: { guestbook: '61' } },
        });
      }
    }
    expect(outputs[0]).toBe('feature-pay-42\n');
    expect(outputs[2]).toMatch(/^feature\/pay-42 +feature-pay-42 +2026-12-05 +guestbook: 61$/m);
    expect(readFileSync(file, 'utf8')).toBe('{}\n');
  });
});
