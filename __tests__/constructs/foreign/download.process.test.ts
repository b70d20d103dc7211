// Include of an address: read by another process, whose own errors are not repeated.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { App, Chart, Include } from 'cdk8s';
import { check } from '../../../lib/checks';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { find } from '../../support/synthesis';

const SERVER = `
const map = 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: { name: a }\\ndata: { at: 12:30 }\\n';
const server = require('node:http').createServer(({ url }, response) => {
  if (url === '/moved.yaml') response.writeHead(302, { location: '/a.yaml' }).end();
  else if (url === '/a.yaml') response.end(map);
  else if (url === '/page') response.end('<!doctype html><html></html>');
  else response.writeHead(404).end('404 page not found');
});
server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));`;

let server: ChildProcess;
let address = '';

beforeAll(async () => {
  server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (server.stdout === null) throw new Error('the server has no output');
  const [port] = await once(server.stdout, 'data');
  address = `http://127.0.0.1:${port}`;
});
afterAll(() => server.kill());

function included(url: string): Synthesis {
  const app = new App();
  new Include(new Chart(app, 'chart'), 'in', { url });
  return synthesize(app, check);
}

const messages = ({ findings }: Synthesis) => findings.map(({ message }) => message.replaceAll(address, ''));

test('an address is read, over redirects too', () => {
  for (const path of ['a.yaml', 'moved.yaml']) {
    expect(find(included(`${address}/${path}`), 'ConfigMap', 'a').data).toEqual({ at: '12:30' });
  }
});

test('S30, S31: an address without a manifest', () => {
  expect(messages(included(`${address}/none.yaml`))).toEqual(['/none.yaml cannot be read: 404 Not Found']);
  expect(messages(included(`${address}/page`))).toEqual(['/page is a page in HTML']);
  expect(messages(included('http://127.0.0.1:1/a.yaml'))).toMatchObject([
    expect.stringMatching(/cannot be read: .*(ECONNREFUSED|bad port)/),
  ]);
});
