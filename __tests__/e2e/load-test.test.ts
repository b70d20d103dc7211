// What is read of a load test's tables, and of the time that requests were in the pods; and the size of the one that proofs run.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageStore } from '../../e2e/images/store';
import { ofKind, readManifests } from '../../e2e/manifests/manifests';
import { readTable } from '../../e2e/measure/load-test';
import { parseResponseTimes, quantileOf, requestsOf, since } from '../../e2e/measure/response-times';
import { Project } from '../../e2e/world/project';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'evenkeel-load-test-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe('P3: what the load test left', () => {
  const HEAD = 'Type,Name,Request Count,Failure Count,Median Response Time,50%,98%,100%';

  test('the row of all requests, and no other', () => {
    const table = readTable(`${HEAD}\r\nGET,/,9,9,9,9,9,9\r\n,Aggregated,2700,3,33,33,143,412\r\n`);
    expect(table).toEqual({ requests: 2700, failures: 3, percentiles: { '50%': 33, '98%': 143, '100%': 412 } });
  });

  test('a table without that row is none', () => {
    expect(() => readTable(`${HEAD}\nGET,/,9,9,9,9,9,9\n`)).toThrow('no row of all requests');
  });
});

describe('P3: what the pods say', () => {
  const before = parseResponseTimes('{"30":5,"900":1}');
  const now = parseResponseTimes('{"30":102,"200":1,"204":2,"900":1}');

  test('what came before a run is none of its requests', () => {
    expect(requestsOf(since(before, now))).toBe(100);
    expect(quantileOf(since(before, now), 1)).toBe(204);
  });

  test('a quantile is the time of the request that completes the share', () => {
    expect(quantileOf(since(before, now), 0.97)).toBe(30);
    expect(quantileOf(since(before, now), 0.98)).toBe(200);
    expect(quantileOf(since(before, now), 0.981)).toBe(204);
  });

  test('no request has no quantile', () => {
    expect(quantileOf(parseResponseTimes('{}'), 0.98)).toBeNaN();
  });
});

test('P3: the load test of practice is as large as Panther Clinic’s divided by 50, by as many workers', async () => {
  const project = Project.create(join(scratch, 'project'));
  const manifests = readManifests(await project.synthesize('practice', '--app', join('e2e', 'apps', 'practice.ts')));
  const jobs = ofKind(manifests, 'Job').map(({ metadata, spec }) => [metadata.name, spec.parallelism, spec.suspend]);
  expect(jobs).toEqual([
    ['load-master', 1, true],
    ['load-workers', 3, true],
  ]);
  const [master] = ofKind(manifests, 'Job');
  expect(master?.spec.template.spec.containers[0]?.args?.join(' ')).toContain('--users 600 --spawn-rate 60 ');
});

test('an image of a root file system of its own starts what that says', async () => {
  const folder = join(scratch, 'root');
  mkdirSync(folder);
  writeFileSync(join(folder, 'program'), '');
  const store = await ImageStore.create(join(scratch, 'images'), __filename);
  const root = await store.pack(folder, ['/program', '-v']);
  store.add({ reference: 'registry.example/a/own:1', root, environment: {} });
  store.add({ reference: 'registry.example/a/usual:1', environment: {} });
  const read = (digest: string) => JSON.parse(String(store.read(digest)));
  const [own, usual] = ['a/own', 'a/usual'].map((name) => read(store.find(name, '1')?.digest ?? ''));
  expect(read(own.config.digest).config.Entrypoint).toEqual(['/program', '-v']);
  expect(read(own.config.digest).rootfs.diff_ids).toEqual([root.layer.digest]);
  expect(read(usual.config.digest).config.Entrypoint).toEqual(['/server']);
  expect(usual.layers[0].digest).not.toBe(root.layer.digest);
  const archive = execFileSync('tar', ['-tf', await store.archive('registry.example/a/usual:1')], { encoding: 'utf8' });
  expect(archive).toContain(usual.layers[0].digest.replace('sha256:', ''));
  expect(archive).not.toContain(root.layer.digest.replace('sha256:', ''));
});
