// The weighted proxy that stands for DNS: shares, kept connections, and a way that is not there.
import { Agent, createServer, get, type Server } from 'node:http';
import { TrafficSplit } from '../../e2e/measure/traffic-split';

const HERE = '127.0.0.1';
const servers: Server[] = [];
let split: TrafficSplit;
let port: number;

async function serve(name: string): Promise<number> {
  const server = createServer((_request, response) => response.end(name));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, HERE, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function ask(agent: Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: HERE, port, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject);
  });
}

beforeEach(async () => {
  const [first, second] = [await serve('first'), await serve('second')];
  split = await TrafficSplit.start(
    { address: HERE, port: 0 },
    { address: HERE, port: first },
    { address: HERE, port: second },
  );
  port = split.port;
});
afterEach(() => {
  split.stop();
  for (const server of servers.splice(0)) server.close();
});

describe('P7: traffic in named steps', () => {
  test.each([
    [0, 0],
    [10, 2],
    [50, 10],
    [100, 20],
  ])('%i %% of 20 connections', async (percent, expected) => {
    split.setPercentToSecond(percent);
    const answers: string[] = [];
    for (let request = 0; request < 20; request++) answers.push(await ask());
    expect(answers.filter((answer) => answer === 'second')).toHaveLength(expected);
    expect(split.connections).toEqual([20 - expected, expected]);
  });

  test('a connection that is kept stays where it is', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask(agent)).toBe('first');
    split.setPercentToSecond(100);
    expect(await ask(agent)).toBe('first');
    expect(await ask()).toBe('second');
    agent.destroy();
  });

  test('a way that is not there loses the request, and is not hidden', async () => {
    for (const server of servers.splice(0)) server.close();
    await expect(ask()).rejects.toThrow();
  });
});
