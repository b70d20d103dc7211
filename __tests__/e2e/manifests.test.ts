// What the proofs read of manifests, and how they make a broken that breaks a promise.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packImages } from '../../e2e/images/components';
import { ImageStore } from '../../e2e/images/store';
import { writeBrokenCopy } from '../../e2e/manifests/broken-copy';
import { ofKind, readManifests } from '../../e2e/manifests/manifests';

const DIST = join(__dirname, '..', '..', 'dist');
const CLUSTERS = join(DIST, 'clusters');
const LAPTOP = join(CLUSTERS, 'laptop');

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'evenkeel-manifests-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

test('of a folder: every object of its files, and none of the folders below', () => {
  const inventory = readFileSync(join(DIST, 'inventory.txt'), 'utf8');
  const listed = inventory.split('\n').filter((line) => line.startsWith('  ')).length;
  const others = readdirSync(CLUSTERS).map((name) => readManifests(join(CLUSTERS, name)).length);
  const home = readManifests(DIST).length;
  expect(home).toBeGreaterThan(0);
  expect(others.reduce((sum, count) => sum + count, home)).toBe(listed);
  expect(readManifests(join(LAPTOP, '10-pingpong-local.yaml')).length).toBeLessThan(readManifests(LAPTOP).length);
});

test('a broken copy differs in one promise; a copy that would not differ is an error', () => {
  const file = join(scratch, 'pingpong.yaml');
  copyFileSync(join(LAPTOP, '10-pingpong-local.yaml'), file);
  const broken = writeBrokenCopy(file, /replicas: 3/g, 'replicas: 4');
  expect(ofKind(readManifests(broken), 'Deployment')[0]?.spec.replicas).toBe(4);
  expect(ofKind(readManifests(file), 'Deployment')[0]?.spec.replicas).toBe(3);
  expect(() => writeBrokenCopy(file, /no such field/g, '')).toThrow('does not match /no such field/g');
});

test('an image has what its manifest says, and is found as nodes ask for it', async () => {
  const store = await ImageStore.create(join(scratch, 'images'), __filename);
  const images = packImages(store, ofKind(readManifests(DIST), 'Deployment'));
  expect(images).toContain('123456789012.dkr.ecr.ap-south-1.amazonaws.com/pingpong/web:57');
  const manifest = store.find('pingpong/web', '57');
  expect(store.find('pingpong/web', manifest?.digest ?? '')).toEqual(manifest);
  expect(store.find('pingpong/web', '58')).toBeUndefined();
  const { config }: { config: { digest: string } } = JSON.parse(String(store.read(manifest?.digest ?? '')));
  const environment: string[] = JSON.parse(String(store.read(config.digest))).config.Env;
  expect(environment).toEqual(expect.arrayContaining(['PORT=8080', 'VERSION=57', 'READY_PATH=/healthz/ready']));
});
