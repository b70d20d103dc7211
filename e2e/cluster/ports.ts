// Free ports of this machine.
import { createServer } from 'node:net';

/** Ports that programs of this run have, or will have in a moment. */
const given = new Set<number>();

/** Ports without a listener, each given once. */
export async function freePorts(count: number): Promise<number[]> {
  const found = (await listenOnce(count)).filter((port) => !given.has(port));
  for (const port of found) given.add(port);
  return found.length === count ? found : [...found, ...(await freePorts(count - found.length))];
}

/** They are all held until the last one is found, so that no two are the same. */
async function listenOnce(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise((resolve) => server.close(resolve));
      if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
      return address.port;
    }),
  );
}
