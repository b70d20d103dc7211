// docs/capacity.md: what its example gives when it is run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import * as evenkeel from '../lib';

test('the example gives what the page says', () => {
  const page = readFileSync(join(__dirname, '..', 'docs', 'capacity.md'), 'utf8');
  const [, example = ''] = /```ts\nimport \{ deriveCapacity \} from 'evenkeel';\n([\s\S]*?)```/.exec(page) ?? [];
  const [, promised] = /plan\?\.total; \/\/ \{ value: (\d+),/.exec(example) ?? [];
  const { plan, contradictions } = runInNewContext(`${example}; ({ plan, contradictions })`, { ...evenkeel });
  expect(contradictions).toEqual([]);
  expect(String(plan.total.value)).toBe(promised);
});
