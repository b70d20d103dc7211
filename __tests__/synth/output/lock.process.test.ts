// The lock between processes: who waits for whom, and whose lock may be taken over.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SILENT_MS } from '../../../lib/synth/output/heartbeat';
import { acquireLock, currentProcess, lockState, type Owner } from '../../../lib/synth/output/lock';
import { OutputError } from '../../../lib/synth/output/output-error';
import { testWith } from '../../support/requirements';

const onLinux = testWith('Linux', process.platform === 'linux');

let directory: string;
let lock: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-lock-'));
  lock = path.join(directory, 'dist.evenkeel-lock');
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  fs.rmSync(directory, { recursive: true, force: true });
});

function lockFor(owner: Partial<Owner>): void {
  fs.writeFileSync(lock, JSON.stringify({ ...currentProcess(), ...owner }));
}

function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

function errorOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

test('held while held, free afterwards, and nothing else remains', () => {
  expect(lockState(lock)).toBe('free');
  const held = acquireLock(lock, 0);
  expect(lockState(lock)).toBe('held');
  expect([held.isHeld(), held.predecessor]).toEqual([true, undefined]);
  expect(fs.readdirSync(directory)).toEqual(['dist.evenkeel-lock']);
  held.release();
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('the lock of a dead process is taken over', () => {
  const pid = deadPid();
  lockFor({ pid, started: 'boot 1' });
  expect(lockState(lock)).toBe('abandoned');
  const held = acquireLock(lock, 0);
  expect(held.predecessor?.pid).toBe(pid);
  held.release();
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('also when those who wanted to take it over died in turn', () => {
  const [first, second] = [
    { ...currentProcess(), pid: deadPid() },
    { ...currentProcess(), pid: deadPid() },
  ];
  fs.writeFileSync(lock, JSON.stringify(first));
  fs.writeFileSync(`${lock}-${first.token}`, JSON.stringify(second));
  const held = acquireLock(lock, 0);
  expect(held.isHeld()).toBe(true);
  held.release();
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('while a living process takes it over, no other does', () => {
  const first = { ...currentProcess(), pid: deadPid() };
  fs.writeFileSync(lock, JSON.stringify(first));
  fs.writeFileSync(`${lock}-${first.token}`, JSON.stringify(currentProcess()));
  expect(errorOf(() => acquireLock(lock, 30))).toBeInstanceOf(OutputError);
  expect(JSON.parse(fs.readFileSync(lock, 'utf8'))).toEqual(first);
});

test('a writer waits for a living one, and goes on when it is gone', () => {
  const script = `setTimeout(() => require('fs').rmSync(process.argv[1]), 400); setTimeout(() => {}, 60000)`;
  const child = spawn(process.execPath, ['-e', script, lock]);
  started.push(child);
  const { started: _, ...owner } = currentProcess();
  fs.writeFileSync(lock, JSON.stringify({ ...owner, pid: child.pid }));
  expect(lockState(lock)).toBe('held');
  const begin = performance.now();
  acquireLock(lock, 20_000).release();
  expect(performance.now() - begin).toBeGreaterThan(300);
});

test('who waited long enough learns the pid, the file and what to do', () => {
  lockFor({});
  const begin = performance.now();
  const error = errorOf(() => acquireLock(lock, 200));
  expect(performance.now() - begin).toBeGreaterThan(190);
  expect(String(error)).toMatch(new RegExp(`held by process ${process.pid} after waiting 0.2 s — .*delete ${lock}`));
  expect(fs.existsSync(lock)).toBe(true);
});

test('a lock from another host is never judged by its pid', () => {
  lockFor({ pid: deadPid(), host: 'build-7' });
  expect(lockState(lock)).toBe('held');
  const error = errorOf(() => acquireLock(lock, 20));
  expect(String(error)).toMatch(new RegExp(`build-7.* — .*delete ${lock}`));
});

test.each(['', '{"pid":1}', '{"pid":1,"host":"x","token":"../../evil"}', 'null'])(
  'a lock with the text %j is not judged either',
  (text) => {
    fs.writeFileSync(lock, text);
    expect(String(errorOf(() => acquireLock(lock, 20)))).toMatch(
      `has no readable owner after waiting 0.02 s — delete ${lock}`,
    );
  },
);

// F11: neither another container nor a lock in a repository keeps a directory for ever.
test.each([
  ['of a killed process in another container', () => JSON.stringify({ ...currentProcess(), pid: 5, space: 'pid:[1]' })],
  ['of a machine that is gone', () => JSON.stringify({ ...currentProcess(), host: 'build-7' })],
  ['in a repository', () => 'planted'],
  ['that is large', () => 'x'.repeat(100_000)],
])(
  'a silent lock %s is taken over within seconds',
  (_, text) => {
    fs.writeFileSync(lock, text());
    const begin = performance.now();
    const taken = acquireLock(lock, 20_000);
    expect(performance.now() - begin).toBeGreaterThan(SILENT_MS - 100);
    expect(performance.now() - begin).toBeLessThan(SILENT_MS + 5_000);
    expect(taken.isHeld()).toBe(true);
    taken.release();
    expect(fs.readdirSync(directory)).toEqual([]);
  },
  30_000,
);

test('a directory in its place is an error at once, and stays', () => {
  fs.mkdirSync(lock);
  fs.writeFileSync(path.join(lock, 'x'), 'x');
  const begin = performance.now();
  expect(String(errorOf(() => acquireLock(lock, 20_000)))).toMatch(/cannot be created: it is a directory \(EISDIR/);
  expect(performance.now() - begin).toBeLessThan(SILENT_MS - 1_000);
  expect([fs.readdirSync(directory), fs.readdirSync(lock)]).toEqual([['dist.evenkeel-lock'], ['x']]);
});

test('a silent lock is taken by one of several that wait', async () => {
  fs.writeFileSync(lock, JSON.stringify({ ...currentProcess(), host: 'build-7' }));
  const source = path.join(__dirname, '../../../lib/synth/output/lock');
  const code = `
    const { acquireLock } = require(${JSON.stringify(source)});
    const fs = require('node:fs');
    const lock = acquireLock(process.argv[2], 30000);
    fs.writeFileSync(process.argv[2] + '.inside', '', { flag: 'wx' }); // fails if another is inside
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    fs.unlinkSync(process.argv[2] + '.inside');
    lock.release();`;
  const runs = Array.from({ length: 4 }, () => exitOf(holder(code)));
  expect(await Promise.all(runs)).toEqual([0, 0, 0, 0]);
  expect(fs.readdirSync(directory)).toEqual(['program.js']);
}, 60_000);

onLinux(
  'a live lock of another container is never taken, however long and busily it is held',
  async () => {
    const ms = 2.5 * SILENT_MS;
    const source = path.join(__dirname, '../../../lib/synth/output/lock');
    // Busy all the time, so that no timer of its own thread could run; and with the mark of another container.
    const code = `
    const fs = require('node:fs');
    const { readlinkSync } = fs;
    fs.readlinkSync = (file, ...rest) => (file === '/proc/self/ns/pid' ? 'pid:[1]' : readlinkSync(file, ...rest));
    const { acquireLock } = require(${JSON.stringify(source)});
    const lock = acquireLock(process.argv[2], 0);
    fs.writeSync(1, 'held');
    for (const end = performance.now() + ${ms}; performance.now() < end; );
    fs.writeFileSync(process.argv[2] + '.verdict', String(lock.isHeld()));
    lock.release();`;
    const child = holder(code);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const begin = performance.now();
    const next = await new Promise((resolve) => setTimeout(() => resolve(acquireLock(lock, 60_000)), 0));
    expect(performance.now() - begin).toBeGreaterThan(ms - 1_000);
    expect(fs.readFileSync(`${lock}.verdict`, 'utf8')).toBe('true');
    expect(next).toMatchObject({ predecessor: undefined });
    if (typeof next === 'object' && next !== null && 'release' in next && typeof next.release === 'function')
      next.release();
  },
  60_000,
);

/** A process that runs `code` with the lock's path, its TypeScript bundled. */
function holder(code: string): ChildProcess {
  const [source, program] = [path.join(directory, 'program.ts'), path.join(directory, 'program.js')];
  if (!fs.existsSync(program)) {
    fs.writeFileSync(source, code);
    const esbuild = path.join(__dirname, '../../../node_modules/.bin/esbuild');
    execFileSync(esbuild, [source, '--bundle', '--platform=node', `--outfile=${program}`, '--log-level=error']);
    fs.rmSync(source);
  }
  const child = spawn(process.execPath, [program, lock], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  return child;
}

const exitOf = (child: ChildProcess) => new Promise((resolve) => child.on('exit', resolve));

test('a lock that was removed is noticed, and the next owner keeps its own', () => {
  const first = acquireLock(lock, 0);
  fs.rmSync(lock);
  const second = acquireLock(lock, 0);
  expect(() => first.verify()).toThrow(OutputError);
  first.release();
  expect(second.isHeld()).toBe(true);
  second.verify();
  second.release();
});

test('without hard links the lock is still created', () => {
  const link = jest.spyOn(fs, 'linkSync').mockImplementation(() => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  });
  try {
    const held = acquireLock(lock, 0);
    expect(held.isHeld()).toBe(true);
    expect(errorOf(() => acquireLock(lock, 20))).toBeInstanceOf(OutputError);
    held.release();
  } finally {
    link.mockRestore();
  }
});

test('a directory that vanished is an error, not an endless wait', () => {
  expect(errorOf(() => acquireLock(path.join(directory, 'gone', 'lock'), 10_000))).toBeInstanceOf(OutputError);
});

onLinux('a reused pid does not keep a lock alive', () => {
  lockFor({ started: 'another-boot 12345' });
  expect(lockState(lock)).toBe('abandoned');
  acquireLock(lock, 0).release();
});

onLinux('a container of the same host name is another host', () => {
  lockFor({ pid: deadPid(), space: 'pid:[1]' });
  expect(lockState(lock)).toBe('held');
});

onLinux('a process that has ended, but whose parent has not looked, is dead', async () => {
  // The shell starts a process, becomes `sleep`, and so never looks after it. The process waits for that: a shell would look.
  const untilItSleeps = 'sh -c "until grep -q sleep /proc/\\$PPID/comm; do :; done" & echo $!; exec sleep 60';
  const child = spawn('sh', ['-c', untilItSleeps], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  const pid = await new Promise<number>((resolve) => child.stdout.once('data', (text) => resolve(Number(text))));
  const isZombie = () => / Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  for (let attempt = 0; attempt < 100 && !isZombie(); attempt++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isZombie()).toBe(true);
  lockFor({ pid });
  expect(lockState(lock)).toBe('abandoned');
});
