// The lock between processes: who waits for whom, and whose lock may be taken over.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { acquireLock, currentProcess, lockState, type Owner } from '../../../lib/synth/output/lock';
import { OutputError } from '../../../lib/synth/output/output-error';
import { testWith } from '../../support/requirements';

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

const onLinux = testWith('Linux', process.platform === 'linux');

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
