// A weighted proxy: it stands for weighted DNS records. It decides for each new connection; those that are kept stay where they are.
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where something listens. */
export interface Way {
  readonly address: string;
  readonly port: number;
}

export class TrafficSplit {
  /** Connections that each way got since the weights were last changed. */
  private counts: readonly [number, number] = [0, 0];
  private percentToSecond = 0;

  private constructor(private readonly server: Server) {}

  /** Listens; everything goes the first way until the share is set. */
  static async start(at: Way, first: Way, second: Way): Promise<TrafficSplit> {
    const server = createServer({ allowHalfOpen: true });
    const split = new TrafficSplit(server);
    server.on('connection', (client) => forward(client, split.choosesSecond() ? second : first));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at.port, at.address, resolve));
    server.unref(); // it ends with the process
    return split;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen on a port');
    return address.port;
  }

  get connections(): readonly [number, number] {
    return this.counts;
  }

  /** Sends this number of every 100 new connections the second way. */
  setPercentToSecond(percent: number): void {
    this.counts = [0, 0];
    this.percentToSecond = percent;
  }

  stop(): void {
    this.server.close();
  }

  /** In turn and not by chance: at every time as near to the weights as whole connections can be. */
  private choosesSecond(): boolean {
    const [first, second] = this.counts;
    const isSecond = second < Math.round(((first + second + 1) * this.percentToSecond) / 100);
    this.counts = isSecond ? [first, second + 1] : [first + 1, second];
    return isSecond;
  }
}

function forward(client: Socket, { address, port }: Way): void {
  const server = connect({ host: address, port, allowHalfOpen: true });
  client.pipe(server).pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
}
