// Whatever a run of the proofs starts ends with it: by itself, by the watchdog after a SIGKILL, by the next run after both.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { cleanUpAfterOthers, Journal } from '../../e2e/process/journal';
import { endProcess, isRunning, startOf } from '../../e2e/process/process-identity';
import { Run } from '../../e2e/process/run';

/** /proc distinguishes processes. */
const onLinux = process.platform === 'linux' ? test : test.skip;

const E2E = join(__dirname, '..', '..', 'e2e');

async function until(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !holds(); attempt += 1) await sleep(50);
  expect(holds()).toBe(true);
}

onLinux('a run ends its programs and removes its folder', async () => {
  const run = await Run.begin();
  const program = run.start('sleeper', 'sleep', ['600']);
  const identity = startOf(program.pid);
  expect(isRunning(identity)).toBe(true);
  await run.end(false);
  expect(isRunning(identity)).toBe(false);
  expect(existsSync(run.folder)).toBe(false);
});

onLinux('a program is asked to end by its own signal, and a folder beside the run goes with it', async () => {
  const run = await Run.begin();
  const folder = run.makeFolder('data');
  const script =
    'trap "echo fast >&2; exit" INT; trap "echo slow >&2; exit" TERM; echo begun >&2; while :; do sleep 0.1; done';
  const program = run.start('database', 'sh', ['-c', script], { endsOn: 'SIGINT' });
  await until(() => readFileSync(run.logOf('database'), 'utf8') === 'begun\n');
  expect(folder).toBe(`${run.folder}-data`);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await run.end(true);
  expect(readFileSync(run.logOf('database'), 'utf8')).toBe('begun\nfast\n');
  expect(isRunning(startOf(program.pid))).toBe(false);
  expect(existsSync(folder)).toBe(false);
  rmSync(run.folder, { recursive: true });
});

/** Only root may become another user. */
const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? test : test.skip;

asRoot('a program of another user is that process itself, without root', async () => {
  const run = await Run.begin();
  const script = 'echo "$$ $(id -un)" >&2; exec sleep 600';
  const program = run.start('guest', 'sh', ['-c', script], { user: 'daemon' });
  await expect(
    run.until('its word', 10, async () => readFileSync(run.logOf('guest'), 'utf8').trim() || undefined),
  ).resolves.toBe(`${program.pid} daemon`);
  await run.end(false);
});

onLinux('a program that ends by itself fails whatever waits, with its last lines', async () => {
  const run = await Run.begin();
  run.start('broken', 'sh', ['-c', 'echo no such disk >&2; exit 3']);
  await expect(run.until('the broken program', 10, async () => undefined)).rejects.toThrow(
    /broken ended by itself \(exit 3\)[\s\S]*last lines of [\s\S]*no such disk/,
  );
  await run.end(true);
  expect(readFileSync(run.logOf('broken'), 'utf8')).toBe('no such disk\n');
  rmSync(run.folder, { recursive: true });
});

onLinux('what is awaited in vain is named, with the last reason', async () => {
  const run = await Run.begin();
  const never = run.until('the moon', 0.1, async () => {
    throw new Error('too far');
  });
  await expect(never).rejects.toThrow('the moon: not within 0.1 s: too far');
  await run.end(false);
});

onLinux('after a SIGKILL the watchdog ends what was started', async () => {
  const source = `
    const { Run } = require('./process/run');
    Run.begin().then((run) => console.log(JSON.stringify({ folder: run.folder, pid: run.start('sleeper', 'sleep', ['600']).pid })));
    setInterval(() => {}, 1000);`;
  const { outputFiles } = buildSync({
    stdin: { contents: source, resolveDir: E2E },
    bundle: true,
    platform: 'node',
    write: false,
    define: { __dirname: JSON.stringify(join(E2E, 'process')) },
  });
  const child = spawn(process.execPath, ['-e', outputFiles[0]?.text ?? ''], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  const { pid, folder }: { pid: number; folder: string } = JSON.parse(line);
  const sleeper = startOf(pid);
  child.kill('SIGKILL');
  await until(() => !isRunning(sleeper));
  await until(() => !existsSync(join(folder, 'journal')));
  rmSync(folder, { recursive: true });
});

onLinux(
  'the next run ends what a run left whose watchdog was killed too, and nothing of a run that goes on',
  async () => {
    const left = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const kept = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const [gone, going] = [new Journal(), new Journal()];
    const owner = { kind: 'owner', name: 'e2e', pid: 1, started: 'long ago' } as const;
    writeFileSync(join(gone.folder, 'journal'), '');
    gone.write(owner);
    const [orphan, other] = [startOf(left.pid ?? 0), startOf(kept.pid ?? 0)];
    gone.write({ kind: 'process', name: 'orphan', ...orphan });
    going.write({ kind: 'process', name: 'other', ...other });
    await cleanUpAfterOthers();
    expect(isRunning(orphan)).toBe(false);
    expect(existsSync(gone.folder)).toBe(false);
    expect(isRunning(other)).toBe(true);
    await endProcess(other);
    rmSync(going.folder, { recursive: true });
  },
);

onLinux('a pid that another process got later is left alone', async () => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const identity = startOf(child.pid ?? 0);
  await endProcess({ ...identity, started: '1' });
  expect(isRunning(identity)).toBe(true);
  await endProcess(identity);
  expect(isRunning(identity)).toBe(false);
});
