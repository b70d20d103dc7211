// A real PostgreSQL outside of the cluster: Debian's programs, data that goes with the run, and books of who was let in.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HOST_ADDRESSES, OUR_ADDRESS, POD_ADDRESSES } from '../cluster/network';
import { command } from '../process/command';
import { asUser, type Program, type Run } from '../process/run';
import { PASSWORD, USER } from './accounts';

const INSTALLED = '/usr/lib/postgresql';
/** Who owns the data: PostgreSQL refuses to run as root. Debian's package makes this user. */
const OWNER = 'postgres';
/** Not the port of a PostgreSQL that runs on this machine anyway. */
const PORT = 15432;

/** The most connections that were seen at once, a look every fifth of a second. */
export interface Count {
  peak(): number;
  stop(): void;
}

export class Postgres {
  private constructor(
    private readonly run: Run,
    private readonly folder: string,
    private server: Program,
  ) {}

  /** Why there is none on this machine. */
  static obstacle(): string | undefined {
    return programs() === undefined ? "it needs Debian's postgresql, see e2e/README.md" : undefined;
  }

  static async start(run: Run, maxConnections: number): Promise<Postgres> {
    const folder = run.makeFolder('postgres');
    await command('chown', [OWNER, folder]);
    const initdb = [program('initdb'), '--no-sync', '--encoding=UTF8', '--locale=C', `--username=${OWNER}`];
    const [setpriv = '', ...rest] = asUser(OWNER);
    const access = ['--auth-local=trust', '--auth-host=reject'];
    await command(setpriv, [...rest, ...initdb, ...access, '--pgdata', join(folder, 'data')]);
    const lines = [HOST_ADDRESSES, POD_ADDRESSES].map((from) => `host all ${USER} ${from} scram-sha-256\n`);
    appendFileSync(join(folder, 'data', 'pg_hba.conf'), lines.join(''));
    const postgres = new Postgres(run, folder, serve(run, folder, maxConnections));
    await postgres.ready();
    await postgres.ask(`create role ${USER} login password '${PASSWORD}'`);
    await postgres.ask(`create database ${USER} owner ${USER}`);
    return postgres;
  }

  /** Starts again with another `max_connections`; all connections end. */
  async restart(maxConnections: number): Promise<void> {
    await this.server.stop();
    this.server = serve(this.run, this.folder, maxConnections);
    await this.ready();
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  /** Connections of clients now. */
  async connections(): Promise<number> {
    return Number(await this.ask(CONNECTIONS));
  }

  /** Counts the connections of clients from now on. */
  count(): Count {
    let peak = 0;
    const child = spawn(program('psql'), this.options, { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.write(`${CONNECTIONS} \\watch 0.2\n`);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (/^\d+$/.test(line)) peak = Math.max(peak, Number(line));
    });
    return { peak: () => peak, stop: () => void child.kill() };
  }

  /** Connections that it has refused so far because there was no room, by its log. */
  refused(): number {
    return countRefusals(readFileSync(this.run.logOf('postgres'), 'utf8'));
  }

  private async ready(): Promise<void> {
    await this.run.until('PostgreSQL', 30, () => this.ask('select 1'));
  }

  private async ask(statement: string): Promise<string> {
    return (await command(program('psql'), [...this.options, '--command', statement])).trim();
  }

  private get options(): string[] {
    return ['--no-psqlrc', '--quiet', '-At', `--host=${this.folder}`, `--port=${PORT}`, `--username=${OWNER}`];
  }
}

/** Lines of a log that say that there was no room; a slot kept for a superuser is none. */
export function countRefusals(log: string): number {
  return log.match(/FATAL: +(sorry, too many clients already|remaining connection slots are reserved)/g)?.length ?? 0;
}

const CONNECTIONS = `select count(*) from pg_stat_activity where usename = '${USER}'`;

function serve(run: Run, folder: string, maxConnections: number): Program {
  const settings = {
    listen_addresses: OUR_ADDRESS,
    port: PORT,
    unix_socket_directories: folder,
    max_connections: maxConnections,
    fsync: 'off', // thrown away with the run
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A fast shutdown: the one that SIGTERM asks for waits until the last client has gone.
  return run.start('postgres', program('postgres'), ['-D', join(folder, 'data'), ...options], {
    user: OWNER,
    endsOn: 'SIGINT',
  });
}

/** Folder of the newest version that is installed: Debian puts its programs on no path. */
function programs(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  const versions = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

/** Path of one of its programs. */
export function program(name: string): string {
  return join(programs() ?? INSTALLED, name);
}
