// P3: the verdict of a load test, asked of its script in Python.
import { spawnSync } from 'node:child_process';
import { LOAD_SCRIPT } from '../../../lib/constructs/load-test/script';
import { testWith } from '../../support/requirements';

const inPython = testWith('python3', spawnSync('python3', ['--version']).status === 0);

/** What the script itself answers. */
function ask(expression: string): unknown {
  const program = `${LOAD_SCRIPT}\nimport json\nprint(json.dumps(${expression}))\n`;
  const { stdout, stderr, status } = spawnSync('python3', ['-'], { input: program, encoding: 'utf8', env: {} });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
}

inPython.each<[string, string, number]>([
  ['kept to the millisecond', 'verdict(1000, 0, whole_milliseconds(200.4), 200.0, 0)', 0],
  ['missed by one', 'verdict(1000, 0, whole_milliseconds(201), 200.0, 0)', 1],
  ['what Locust itself would round down to 200', 'verdict(1000, 0, whole_milliseconds(204), 200.0, 0)', 1],
  ['a single failure', 'verdict(1000, 1, 100, 200.0, 0)', 1],
  ['nothing at all', 'verdict(0, 0, 0, 200.0, 0)', 1],
  ['a worker that is lost', 'verdict(1000, 0, 100, 200.0, 1)', 1],
])('the verdict in Python: %s', (_, call, reasons) => {
  expect(ask(call)).toHaveLength(reasons);
});
