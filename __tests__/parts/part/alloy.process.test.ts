// G6, G7: Alloy's own parser takes the configuration of each collector, and what it refers to is in it.
import { spawnSync } from 'node:child_process';
import { binary } from '../../../e2e/programs/build';
import type { Part } from '../../../lib/constructs';
import { logs, traces } from '../../../lib/parts';
import { equipped, fileOf } from '../../support/parts';
import { testWith } from '../../support/requirements';
import { errors } from '../../support/synthesis';

const testHere = testWith('go', spawnSync('go', ['version']).status === 0);

interface Configuration {
  readonly error?: string;
  readonly components: readonly string[];
  readonly references: readonly string[];
}

function read(text: string): Configuration {
  const { stdout, stderr } = spawnSync(binary('reader', 'reader'), ['alloy'], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** What a configuration refers to and does not have. Functions of Alloy's library have no dot or begin with `sys.`. */
const dangling = ({ components, references }: Configuration): string[] =>
  references.filter((name) => !name.startsWith('sys.') && !components.some((one) => name.startsWith(`${one}.`)));

const S3 = { s3: { bucket: 'shop', region: 'eu-west-1', keys: { secret: 'keys', id: 'id', value: 'value' } } } as const;

testHere.each<[string, Part, string]>([
  ['logs in a volume', logs({ retention: '2d', store: { volume: '20Gi' } }), 'log-collector'],
  [
    'logs in a bucket',
    logs({ retention: '30d', store: S3, survives: { zones: 0, because: 'two zones' } }),
    'log-collector',
  ],
  ['traces in a volume', traces({ retention: '2d', store: { volume: '20Gi' } }), 'trace-collector'],
  ['traces in a bucket', traces({ retention: '14d', store: S3 }), 'trace-collector'],
])('the collector of %s', (what, part, component) => {
  const found = equipped([part]);
  expect(errors(found)).toEqual([]);
  const configuration = read(fileOf(found, `${what.split(' ')[0]}-operations`, component, '/etc/alloy/config.alloy'));
  expect(configuration.error).toBeUndefined();
  expect(configuration.components.length).toBeGreaterThan(2);
  expect(configuration.references.length).toBeGreaterThan(1);
  expect(dangling(configuration)).toEqual([]);
});

testHere('a block without its end is refused, and a component that is not there is noticed', () => {
  expect(read('loki.write "loki" {\n').error).toContain('expected }');
  expect(dangling(read('loki.source.file "a" {\n  forward_to = [loki.write.loki.receiver]\n}\n'))).toEqual([
    'loki.write.loki.receiver',
  ]);
});
