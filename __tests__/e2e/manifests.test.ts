// What the proofs read of manifests, and how they make a copy that breaks a promise.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packImages } from '../../e2e/images/components';
import { ImageStore } from '../../e2e/images/store';
import { writeBrokenCopy } from '../../e2e/manifests/broken-copy';
import { ofKind, readManifests } from '../../e2e/manifests/manifests';
import { cli } from '../support/cli';
import { twoSystems } from '../support/two-systems';

let scratch: string;
let dist: string;
let laptop: string;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'evenkeel-manifests-'));
  dist = join(scratch, 'dist');
  laptop = join(dist, 'clusters', 'laptop');
  const { code, err } = await cli(['synth', '--outdir', dist], () => ({ app: twoSystems.app() }));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
afterAll(() => rmSync(scratch, { recursive: true }));

test('of a folder: every object of its files, and none of the folders below', () => {
  const inventory = readFileSync(join(dist, 'inventory.txt'), 'utf8');
  const listed = inventory.split('\n').filter((line) => line.startsWith('  ')).length;
  const home = readManifests(dist).length;
  expect(home).toBeGreaterThan(0);
  expect(home + readManifests(laptop).length).toBe(listed);
  expect(readManifests(join(laptop, '10-blog-local.yaml')).length).toBeLessThan(readManifests(laptop).length);
});

test('a broken copy differs in one promise; a copy that would not differ is an error', () => {
  const file = join(scratch, 'blog.yaml');
  copyFileSync(join(laptop, '10-blog-local.yaml'), file);
  const broken = writeBrokenCopy(file, /replicas: 3/g, 'replicas: 4');
  expect(ofKind(readManifests(broken), 'Deployment')[0]?.spec.replicas).toBe(4);
  expect(ofKind(readManifests(file), 'Deployment')[0]?.spec.replicas).toBe(3);
  expect(() => writeBrokenCopy(file, /no such field/g, '')).toThrow('does not match /no such field/g');
});

test('an image has what its manifest says, and is found as nodes ask for it', async () => {
  const store = await ImageStore.create(join(scratch, 'images'), __filename);
  const images = packImages(store, readManifests(dist)).map(({ image }) => image);
  expect(images).toContain('registry.example/blog/web:1');
  const manifest = store.find('blog/web', '1');
  expect(store.find('blog/web', manifest?.digest ?? '')).toEqual(manifest);
  expect(store.find('blog/web', '2')).toBeUndefined();
  const { config }: { config: { digest: string } } = JSON.parse(String(store.read(manifest?.digest ?? '')));
  const environment: string[] = JSON.parse(String(store.read(config.digest))).config.Env;
  expect(environment).toEqual(expect.arrayContaining(['PORT=8080', 'VERSION=1', 'READY_PATH=/ready']));
});
