// Each Azure pipeline is valid by the schema of the service's own editor, both with templates by name and with them expanded.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { expand, FLASCHENPOST, PIPELINES, SCHEDULED, unexpanded } from '../support/pipelines/azure';
import { broken, shipped } from '../support/pipelines/files';

const FIXTURE = join(__dirname, '../fixtures/azure-pipelines');

const text = gunzipSync(readFileSync(join(FIXTURE, 'service-schema.json.gz'))).toString();
// pinned, so it need not be validated itself; its non-standard keywords are hints for editors, its patterns are not Unicode expressions, and scalars are coerced
const isPipeline = new Ajv({
  strict: false,
  unicodeRegExp: false,
  coerceTypes: true,
  validateSchema: false,
  code: { optimize: false },
}).compile(JSON.parse(text));

test('the schema is the one named in its README', () => {
  const readme = readFileSync(join(FIXTURE, 'README.md'), 'utf8');
  expect(readme).toContain(createHash('sha256').update(text).digest('hex'));
  expect(readme).toContain(JSON.parse(text).$comment);
});

test.each([...PIPELINES, ...SCHEDULED])('%s is valid', (main) => {
  expect(isPipeline(unexpanded(shipped, main))).toBe(true);
  expect(isPipeline(expand(shipped, main))).toBe(true);
});

test.each([
  ['task: AzureCLI@2', 'task: AzureCLI@9'],
  ['azureSubscription:', 'subscription:'],
  ['runOnce:', 'runTwice:'],
  ['- stage: images', '- stag: images'],
  ['batch: true', 'batch: perhaps'],
  ['lockBehavior: sequential', 'lockBehavior: none'],
])('%j as %j is refused', (from, to) => {
  for (const main of PIPELINES) expect(isPipeline(expand(broken(from, to), main))).toBe(false);
});

test.each([
  ['- cron: ', '- corn: '],
  ['task: AzureCLI@2', 'task: AzureCLI@9'],
])('by the clock, %j as %j is refused', (from, to) => {
  expect(SCHEDULED.length).toBeGreaterThan(0);
  for (const main of SCHEDULED) expect(isPipeline(expand(broken(from, to), main))).toBe(false);
});

test('unknown and missing parameters of a template are refused', () => {
  const [given = ''] = /^ +deployerConnection: .*\n/m.exec(shipped[FLASCHENPOST] ?? '') ?? [];
  expect(() => expand(broken(given, ''), FLASCHENPOST)).toThrow(/not given/);
  expect(() => expand(broken('after: dev', 'before: dev'), FLASCHENPOST)).toThrow(/no parameter before/);
});

test('the pipeline that init writes is valid, and is not with a misspelt step', () => {
  const text = readFileSync(join(__dirname, '../../templates/pipelines/azure/azure-pipelines.yml'), 'utf8');
  expect(isPipeline(parse(text))).toBe(true);
  expect(isPipeline(parse(text.replace('- bash: npm ci', '- bsh: npm ci')))).toBe(false);
});
