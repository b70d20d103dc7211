// docs/capacity.md: runs its examples and compares the results with the page.
import * as evenkeel from '../../lib';
import { isJsonObject, type Json } from '../../lib/model/manifest/json';
import { blocksOf, readPage, runPage } from '../support/page';
import { at } from '../support/synthesis';

const page = readPage('capacity.md');

/** The code of each example, without its import. */
const examples = blocksOf(page).flatMap((block) => {
  const [first = '', ...code] = block.split('\n');
  return /^import \{[^}]*\} from 'evenkeel';$/.test(first) ? [code.join('\n')] : [];
});

function run(code: string, wanted: string): Json | undefined {
  const given: unknown = JSON.parse(String(runPage(`${code}; return JSON.stringify({ ${wanted} });`, evenkeel)));
  if (!isJsonObject(given)) throw new Error('the example returns no object');
  return given;
}

test('the page has two examples', () => {
  expect(examples).toHaveLength(2);
});

test('capacity: the example returns what the page says', () => {
  const [example = ''] = examples;
  const [, promised] = /plan\?\.total; \/\/ \{ value: (\d+),/.exec(example) ?? [];
  const given = run(example, 'plan, problems');
  expect(at(given, 'problems')).toEqual([]);
  expect(String(at(given, 'plan', 'total', 'value'))).toBe(promised);
});

describe('nodes', () => {
  const [, example = ''] = examples;
  const given = run(example, 'plan, problems, held');
  const pool = at(given, 'plan', 'pools', 0);

  test('the example returns what the page says', () => {
    const [, promised] = /\?\.most; \/\/ \{ value: (\d+),/.exec(example) ?? [];
    expect(at(given, 'problems')).toEqual([]);
    expect(String(at(pool, 'most', 'value'))).toBe(promised);
  });

  test('the headroom of the pool is the derived one', () => {
    const [, derived] = /headroom; \/\/ (\{.*\})/.exec(example) ?? [];
    expect(example).toContain(`headroom: ${derived},`);
    expect(at(given, 'held', 'plan', 'headroom')).toEqual({ pods: 9, cpu: '2', memory: '4Gi' });
  });

  test('the table of nodes', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| .* (\d+) \|$/gm)].map(([, moment = '', nodes]) => [
      moment,
      Number(nodes),
    ]);
    expect(rows.slice(0, 5)).toEqual(
      ['offPeak', 'peak', 'rollout', 'afterLoss', 'most'].map((moment) => [moment, at(pool, moment, 'value')]),
    );
  });

  test('the subnet that is too small', () => {
    const [, refusal = '', fitting = ''] =
      /With\n`subnets: \{ nodes: 26 \}` above: \*([^;]*); ([^*]*)\*/.exec(page) ?? [];
    const smaller = run(example.replace('nodes: 25', 'nodes: 26'), 'problems');
    expect(at(smaller, 'problems', 0, 'expected')).toBe(fitting.replace('\n', ' '));
    expect(at(smaller, 'problems', 0, 'message')).toContain(refusal);
  });
});
