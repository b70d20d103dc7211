// The journal of a run: what it started outside its own process, so that the run, its watchdog or the next run can end all of it.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cgroup, removeCgroups } from './cgroups';
import { command } from './command';
import { endProcess, isRunning, type ProcessIdentity, startOf } from './process-identity';

/** Something that outlives this process unless it is ended. */
export type Entry =
  | Owner
  | ({ readonly kind: 'process'; readonly name: string } & ProcessIdentity)
  | { readonly kind: 'namespace' | 'link'; readonly name: string }
  | { readonly kind: 'folder'; readonly path: string }
  | ({ readonly kind: 'cgroup' } & Cgroup);

/** The process whose run it is. */
type Owner = { readonly kind: 'owner'; readonly name: string } & ProcessIdentity;

const PREFIX = 'evenkeel-e2e-';

/** A folder of its own for one run: journal, logs, data of all parts. */
export class Journal {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), PREFIX));
    mkdirSync(join(this.folder, 'logs'));
    this.write({ kind: 'owner', name: 'e2e', ...startOf(process.pid) });
  }

  write(entry: Entry): void {
    appendFileSync(journalOf(this.folder), `${JSON.stringify(entry)}\n`);
  }
}

/** Ends everything in the journal of a run, the latest first, and removes its folder unless `keep` says that its logs are wanted. */
export async function cleanUp(folder: string, keep: boolean): Promise<void> {
  for (const entry of readJournal(folder).reverse()) await end(entry);
  if (keep) rmSync(journalOf(folder), { force: true });
  else rmSync(folder, { recursive: true, force: true });
}

/** Ends what earlier runs left whose own process and whose watchdog were both killed. */
export async function cleanUpAfterOthers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const owner = readJournal(folder).find((entry): entry is Owner => entry.kind === 'owner');
    if (owner !== undefined && !isRunning(owner)) await cleanUp(folder, false);
  }
}

async function end(entry: Entry): Promise<void> {
  switch (entry.kind) {
    case 'owner':
      return;
    case 'process':
      return endProcess(entry);
    case 'cgroup':
      return removeCgroups(entry);
    case 'folder':
      return rmSync(entry.path, { recursive: true, force: true });
    case 'link':
      return command('ip', ['link', 'delete', entry.name]).then(ignore, ignore);
    case 'namespace':
      return endNamespace(entry.name);
  }
}

async function endNamespace(name: string): Promise<void> {
  const pids = await command('ip', ['netns', 'pids', name]).catch(() => '');
  for (const pid of pids.split('\n').filter((line) => line !== '')) await endProcess(startOf(Number(pid)));
  await command('ip', ['netns', 'delete', name]).catch(ignore);
}

function readJournal(folder: string): Entry[] {
  if (!existsSync(journalOf(folder))) return [];
  const lines = readFileSync(journalOf(folder), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): Entry => JSON.parse(line));
}

function journalOf(folder: string): string {
  return join(folder, 'journal');
}

/** What is not there any more needs no end. */
function ignore(): void {}
