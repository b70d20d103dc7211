// A proof states the systems that it works on, and is skipped with that reason where one of them is gone.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterFolders, systemsIn } from '../../e2e/manifests/systems';
import { PROOFS } from '../../e2e/proofs';
import { findGone } from '../../e2e/runner/choice';
import { DEPLOYED } from '../../e2e/world/world';
import { cli } from '../support/cli';
import { twoSystems } from '../support/two-systems';

const FOLDER = join(__dirname, '../../e2e/proofs');
const NAMES = ['toytrex', 'pingpong', 'flaschenpost', 'panther'];

/** The ids of the proofs in a file, and the systems that its code names. */
const files = readdirSync(FOLDER)
  .filter((name) => /^e\d/.test(name))
  .map((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const ids = [...text.matchAll(/(?:\bid: |accepted\(\s*)'(E\w+)'/g)].map(([, id = '']) => id);
    return { name, ids, named: NAMES.filter((system) => new RegExp(`\\b${system}\\b`).test(text)) };
  });

test('the systems in dist are those of its namespaces, on any cluster', async () => {
  const dist = mkdtempSync(join(tmpdir(), 'evenkeel-systems-'));
  try {
    await cli(['synth', '--outdir', dist], () => ({ app: twoSystems.app() }));
    expect(clusterFolders(dist)).toEqual([dist, join(dist, 'clusters', 'laptop')]);
    expect([...systemsIn(dist)].sort()).toEqual(['blog', 'shop']);
    rmSync(join(dist, 'clusters'), { recursive: true });
    expect(clusterFolders(dist)).toEqual([dist]);
  } finally {
    rmSync(dist, { recursive: true });
  }
});

test('a proof whose systems are there runs; one that lacks some is skipped, and they are named', () => {
  const proof = { systems: ['toytrex', 'pingpong'] };
  expect(findGone(proof, new Set(['toytrex', 'pingpong', 'shop']))).toBeUndefined();
  expect(findGone(proof, new Set(['toytrex']))).toBe('needs pingpong: not in dist');
  expect(findGone(proof, new Set(['shop']))).toBe('needs toytrex, pingpong: not in dist');
  expect(findGone({}, new Set())).toBeUndefined();
});

test('every proof is found in its file', () => {
  expect(files.flatMap(({ ids }) => ids).sort()).toEqual(PROOFS.map(({ id }) => id).sort());
});

test.each(files)('$name: its proofs state the systems that it names', ({ ids, named }) => {
  for (const { id, systems = [] } of PROOFS.filter((proof) => ids.includes(proof.id))) {
    expect({ id, missing: named.filter((system) => !systems.includes(system)) }).toEqual({ id, missing: [] });
  }
});

test('every proof on real nodes needs the systems of the cluster that they share', () => {
  for (const { id, needs, systems = [] } of PROOFS) {
    if (needs === 'nodes') expect({ id, systems }).toEqual({ id, systems: expect.arrayContaining([...DEPLOYED]) });
  }
});

test('without any of the shipped systems, what works on any project still runs', () => {
  const able = PROOFS.filter((proof) => findGone(proof, new Set(['shop'])) === undefined);
  expect(able.map(({ id }) => id)).toEqual(['E1', 'E1c', 'E11c', 'E24', 'E36', 'E14', 'E14b']);
});
