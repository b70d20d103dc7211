// Load on the cluster's own addresses, from the client's network namespace, and its verdict.
import { spawn } from 'node:child_process';
import { HOST_ADDRESSES, type Host } from '../cluster/network';
import { binary } from '../programs/build';

export interface LoadProps {
  /** Names the load in figures, such as `NodePort, keep-alive`. */
  readonly name: string;
  readonly from: Host;
  /** Addresses with ports; connections take them in turn. */
  readonly targets: readonly string[];
  readonly host?: string;
  /** Certificate of the authority that signed the server's own. @default plain HTTP */
  readonly authority?: string;
  readonly path?: string;
  readonly connections?: number;
  /** Requests a second in all. */
  readonly rate: number;
  /** A connection for every request. @default false */
  readonly newConnections?: boolean;
}

/** What became of every request. sent = answered + lost. */
export interface Verdict {
  readonly name: string;
  /** Unix milliseconds of second 0. */
  readonly started: number;
  readonly sent: number;
  readonly answered: number;
  /** Requests without a complete answer. */
  readonly lost: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly headers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly latencyMilliseconds: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly seconds: readonly {
    readonly second: number;
    readonly sent: number;
    readonly lost: number;
    readonly notOk: number;
  }[];
}

export interface Load {
  /** Lets the requests in flight be answered, and gives the verdict on all. */
  stop(): Promise<Verdict>;
}

const LONGEST = '15m';

const LOCAL_PORTS = { first: 10_000, windows: 8, each: 6000 };
let loads = 0;

/** Local ports for the next load: of the last 8 loads, each has its own. */
function localPorts(): string {
  const first = LOCAL_PORTS.first + (loads++ % LOCAL_PORTS.windows) * LOCAL_PORTS.each;
  return `${first}-${first + LOCAL_PORTS.each - 1}`;
}

export function startLoad(props: LoadProps): Load {
  const { name, from, targets, host, authority, path = '/', connections = 20, rate, newConnections = false } = props;
  const load = binary('load', 'load');
  const args = [
    ...targets.flatMap((target) => ['--target', target]),
    ...['--within', HOST_ADDRESSES, '--path', path, '--duration', LONGEST, '--until-eof'],
    ...['--connections', String(connections), '--rate', String(rate), '--count-header', 'X-Version'],
    ...['--local-ports', localPorts()],
    ...(host === undefined ? [] : ['--host', host]),
    ...(authority === undefined ? [] : ['--tls', '--server-name', host ?? '', '--ca', authority]),
    ...(newConnections ? ['--new-connections'] : []),
  ];
  const child = spawn('nsenter', [`--net=/var/run/netns/${from.namespace}`, '--', load, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    stop: async () => {
      child.stdin.end();
      const code = await ended;
      if (code !== 0) throw new Error(`the load generator failed: exit ${code}`);
      const verdict: Omit<Verdict, 'name'> = JSON.parse(output);
      return { name, ...verdict };
    },
  };
}

/** One line of figures. */
export function describeVerdict({
  name,
  sent,
  lost,
  statuses,
  reasons,
  latencyMilliseconds: latency,
}: Verdict): string {
  const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  const why = Object.entries(reasons).map(([reason, count]) => `${count} × ${reason}`);
  const times = `p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms, max ${latency.max.toFixed(0)} ms`;
  return `${name}: ${sent} sent, ${lost} lost${why.length > 0 ? ` (${why.join(', ')})` : ''}; ${answers.join(', ')}; ${times}`;
}
