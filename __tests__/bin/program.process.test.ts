// The program comes to its end before its app counts: what it does later, or where no one looks, is an error (F21, F25, S05).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CHART, dataOf, synth } from './support';

test.each<[string, string, readonly string[]]>([
  ['a timer that adds', `${CHART}setTimeout(() => add({ late: 'yes' }), 300);`, ['late: "yes"']],
  [
    'a request that adds',
    `import http from 'node:http';
${CHART}const server = http.createServer((_, answer) => void setTimeout(() => answer.end('hello'), 100));
server.listen(0, () => {
  const { port } = server.address() as { port: number };
  http.get({ port }, (answer) => answer.on('data', (text) => add({ text: String(text) })).on('end', () => server.close()));
});`,
    ['text: hello'],
  ],
  [
    'an interval that waits for something',
    `${CHART}let count = 0;
const interval = setInterval(() => {
  count += 1;
  if (count === 3) { clearInterval(interval); add({ count: String(count) }); }
}, 50);`,
    ['count: "3"'],
  ],
  [
    'a server that stays open',
    `import http from 'node:http';\n${CHART}add({ a: 'b' });\nhttp.createServer().listen(0);`,
    ['a: b'],
  ],
  [
    'a function that waits for ever and adds nothing',
    `${CHART}add({ a: 'b' });\nasync function wait() { await new Promise(() => {}); }\nvoid wait();`,
    ['a: b'],
  ],
  [
    'one without a name, while the file itself adds',
    `${CHART}void (async () => { await new Promise(() => {}); })();\nadd({ a: 'b' });`,
    ['a: b'],
  ],
  [
    'a function that no one awaits, and that comes to its end',
    `${CHART}async function load() { await null; add({ a: 'b' }); await null; }\nvoid load();`,
    ['a: b'],
  ],
  ['an interval that does nothing', `${CHART}add({ a: 'b' });\nsetInterval(() => {}, 1000);`, ['a: b']],
  ['a timer that keeps nothing alive', `${CHART}add({ a: 'b' });\nsetTimeout(() => {}, 60_000).unref();`, ['a: b']],
  [
    'S05: a promise of the app',
    `${CHART.replace('export const app', 'const made')}const later = new Promise((resolve) => setTimeout(resolve, 50));
export const app = later.then(() => { add({ a: 'b' }); return made; });`.replace('new Chart(app', 'new Chart(made'),
    ['a: b'],
  ],
  [
    'S05: a function that makes the app',
    `${CHART.replace('export const app', 'const made')}export async function app() { add({ a: 'b' }); return made; }`.replace(
      'new Chart(app',
      'new Chart(made',
    ),
    ['a: b'],
  ],
  ['S34: app.synth() leaves it to the verb what is written', `${CHART}add({ a: 'b' });\napp.synth();`, ['a: b']],
])('counts: %s', (_, main, data) => {
  const outcome = synth({ 'main.ts': main });
  expect(outcome).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(dataOf(outcome)).toEqual(data);
});

test.each<[string, string, RegExp]>([
  [
    'F21: process.exit',
    `${CHART}add({ a: 'b' });\nprocess.exit(0);`,
    /^main\.ts:7:9 error app\n {2}the program calls process\.exit\(0\)\n {2}expected /,
  ],
  [
    'a function that adds, and then waits for ever',
    `${CHART}async function load() {\n  add({ a: 'b' });\n  await new Promise(() => {});\n  add({ c: 'd' });\n}\nload();`,
    /^main\.ts:\d+:\d+ error app\n {2}load adds constructs and never ends: .*\n {2}expected an app that awaits it/,
  ],
  [
    'one that waits before it adds, and after',
    `${CHART}const later = async () => {\n  await null;\n  add({ a: 'b' });\n  await new Promise(() => {});\n};\nvoid later();`,
    /^main\.ts:\d+:\d+ error app\n {2}later adds constructs and never ends: /,
  ],
  [
    'one without a name',
    `${CHART}void (async () => {\n  await null;\n  add({ a: 'b' });\n  await new Promise(() => {});\n})();`,
    /^main\.ts:\d+:\d+ error app\n {2}a function adds constructs and never ends: /,
  ],
  [
    'F21: process.exit that is caught',
    `${CHART}add({ a: 'b' });\ntry { process.exit(); } catch {}`,
    /^main\.ts:7:15 error app\n {2}the program calls process\.exit\(\)\n/,
  ],
  [
    'F21: process.exit in a timer',
    `${CHART}add({ a: 'b' });\nsetTimeout(() => process.exit(0), 20);`,
    /^main\.ts:7:26 error app\n {2}the program calls process\.exit\(0\)\n/,
  ],
  [
    'F21: an exit code',
    `${CHART}add({ a: 'b' });\nprocess.exitCode = 3;`,
    /^error app\n {2}the program sets process\.exitCode to 3\n/,
  ],
  [
    'F25: an exception in a timer',
    `${CHART}add({ a: 'b' });\nsetTimeout(() => { throw new Error('boom'); }, 50);`,
    /^main\.ts:7:26 error app\n {2}Error: boom\n/,
  ],
  [
    'F25: a rejected promise in a timer',
    `${CHART}add({ a: 'b' });\nsetTimeout(async () => { throw new Error('boom'); }, 50);`,
    /^main\.ts:7:32 error app\n {2}Error: boom\n/,
  ],
  [
    'S05: an app that never comes',
    'export const app = new Promise(() => {});',
    /^error app\n {2}.*a promise never settles\n/,
  ],
  [
    'S05: a top-level await that never ends',
    `${CHART}await new Promise(() => {});`,
    /^error app\n {2}.*a promise never settles\n/,
  ],
  [
    'S05: an app that is rejected',
    "export const app = Promise.reject(new Error('no data'));",
    /^main\.ts:1:35 error app\n {2}Error: no data\n/,
  ],
  [
    'an interval that adds without end',
    `${CHART}let count = 0;\nsetInterval(() => add({ a: 'b' }, \`map\${count++}\`), 100);`,
    /^main\.ts:7:1 error app\n {2}an interval adds constructs without end\n/,
  ],
  [
    'a timer that is longer than anyone waits',
    `${CHART}add({ a: 'b' });\nsetTimeout(() => add({ c: 'd' }, 'late'), 60_000);`,
    /^main\.ts:7:1 error app\n {2}the program still works 10 s after loading: what it adds later would be lost\n/,
  ],
  [
    'S34: app.synth() of an app that is not exported',
    `${CHART.replace('export ', '')}add({ a: 'b' });\napp.synth();`,
    /^main\.ts:7:5 error app\n {2}the file exports no app\n/,
  ],
])('%s', (_, main, message) => {
  const { status, stdout, stderr, written } = synth({ 'main.ts': main });
  expect({ status, stdout, written }).toEqual({ status: 1, stdout: '', written: undefined });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\n1 error, nothing written\n$/);
});

test('several failures are reported at once', () => {
  const main = `${CHART}setTimeout(() => { throw new Error('one'); }, 20);\nvoid Promise.reject(new Error('two'));`;
  const { status, stderr } = synth({ 'main.ts': main });
  expect(status).toBe(1);
  expect(stderr).toMatch(/Error: two\n[\s\S]*Error: one\n[\s\S]*\n2 errors, nothing written\n$/);
});

test('what one program of a process leaves running is not waited for by the next, and what that one starts is', () => {
  const script = `
const { spawn } = require('node:child_process');
const program = require(process.argv[1]).watchProgram();
(async () => {
  program.start();
  const left = spawn('sleep', ['60']);
  program.end();
  program.start();
  let hasEnded = false;
  spawn('sleep', ['0.2']).on('exit', () => { hasEnded = true; });
  const failures = await program.drain(() => 0);
  program.end();
  left.kill();
  console.log(JSON.stringify({ failures: failures.map(String), hasEnded }));
})();`;
  const path = join(__dirname, '../../bin/program.js');
  const { stdout } = spawnSync(process.execPath, ['-e', script, path], { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual({ failures: [], hasEnded: true });
});
