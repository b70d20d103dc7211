// A real git repository outside of the cluster: git's own server behind HTTP, for those who know its password.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { command } from '../process/command';

/** Settings of this machine's users have no part in it. */
const ENV = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

export const CREDENTIALS = { username: 'flux', password: 'proof' } as const;

const AUTHORIZATION = `Basic ${Buffer.from(`${CREDENTIALS.username}:${CREDENTIALS.password}`).toString('base64')}`;

/** Why this machine lacks it; nothing where it does not. */
export function gitObstacle(): string | undefined {
  return hasServer() ? undefined : 'there is no git http-backend: apt-get install git';
}

function hasServer(): boolean {
  try {
    return existsSync(join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend'));
  } catch {
    return false;
  }
}

export class GitServer {
  /** Requests without the password: each got 401. */
  refused = 0;

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
  ) {}

  /** Serves a folder as a repository whose branch is `main`; nothing is committed yet. */
  static async start(folder: string): Promise<GitServer> {
    const server = createServer();
    const started = new GitServer(folder, server);
    server.on('request', (request, response) => started.answer(request, response));
    await started.git('init', '--quiet', '--initial-branch=main');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${basename(this.folder)}`;
  }

  /** Commits these paths as they are now, and gives the commit. */
  async commit(message: string, ...paths: string[]): Promise<string> {
    await this.git('add', '--all', ...paths);
    await this.git('-c', 'user.name=e2e', '-c', 'user.email=e2e@outside.test', 'commit', '--quiet', '-m', message);
    return (await this.git('rev-parse', 'HEAD')).trim();
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private git(...args: string[]): Promise<string> {
    return command('git', args, { cwd: this.folder, env: ENV });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== AUTHORIZATION) {
      this.refused += 1;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? '/', 'http://git');
    const backend = spawn('git', ['http-backend'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        ...process.env,
        ...ENV,
        GIT_PROJECT_ROOT: dirname(this.folder),
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      },
    });
    request.pipe(backend.stdin);
    const parts: Buffer[] = [];
    backend.stdout.on('data', (part: Buffer) => parts.push(part));
    backend.on('close', () => pass(Buffer.concat(parts), response));
  }
}

/** What a CGI program printed, as a response. */
function pass(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  for (const line of output.subarray(0, end).toString().split('\r\n')) {
    const [name = '', value = ''] = line.split(': ');
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(output.subarray(end + 4));
}
