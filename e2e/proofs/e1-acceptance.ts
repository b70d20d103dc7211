// E1: API servers of the oldest and the newest minor take what we write, strictly; 1.36 takes it for real, again, and by server-side apply.
import assert from 'node:assert/strict';
import { ControlPlane } from '../cluster/control-plane';
import { defineResources } from '../cluster/keda';
import { APPLY_SYSTEMS, clusterFolders, readSystems, SYSTEMS } from '../manifests/systems';
import { dryRun, linesOf } from '../measure/acceptance';
import type { Figure } from '../measure/figure';
import { MINORS, type Minor } from '../programs/build';
import { DEPLOYED, DIST, type World } from '../world/world';
import type { Proof } from './proof';

/** Minors between the oldest and the newest one. 1.36 takes what E1b applies. */
const BETWEEN: readonly Minor[] = ['1.36', '1.30'];

export const acceptance = accepted(
  'E1',
  MINORS.filter((minor) => !BETWEEN.includes(minor)),
);
export const acceptanceBetween: Proof = {
  ...accepted('E1c', BETWEEN),
  full: true,
  programs: ['programs/kubernetes-1.30'],
};

function accepted(id: string, minors: readonly Minor[]): Proof {
  return {
    id,
    title: `accepted by API servers of ${minors.join(', ')}: every object, strictly`,
    needs: 'api',
    prove: async (world, figure) => {
      for (const minor of minors) await acceptedBy(minor, world, figure);
    },
  };
}

export const application: Proof = {
  id: 'E1b',
  title: 'one plain apply of each folder, a second one changes nothing, server-side apply meets no conflict',
  needs: 'nodes',
  systems: DEPLOYED,
  prove: async (world, figure) => {
    const { cluster, applied } = await world.deployed();
    const folders = Object.values(DIST);
    for (const [index, folder] of folders.entries()) {
      const lines = linesOf(applied[index] ?? '');
      assert.equal(lines.length, readSystems(folder).length, 'the first apply names every object');
      for (const line of lines) assert.ok(line.endsWith(' created') || shared(folders.slice(0, index), line), line);
      // two clusters share this one: what both have without a namespace is as the last of them says
      await cluster.kubectl.run([...APPLY_SYSTEMS, folder]);
      for (const line of linesOf(await cluster.kubectl.run([...APPLY_SYSTEMS, folder]))) {
        // kubectl's own patch of a budget is never empty, since its selector is replaced as a whole: the server changes nothing.
        assert.match(line, line.startsWith('poddisruptionbudget.') ? / (unchanged|configured)$/ : / unchanged$/);
      }
      assert.equal(await cluster.kubectl.run(['diff', ...SYSTEMS, folder]), '', 'what is stored is what was written');
      const serverSide = linesOf(await cluster.kubectl.run([...APPLY_SYSTEMS, folder, '--server-side']));
      assert.equal(serverSide.length, lines.length);
      for (const line of serverSide) assert.match(line, / serverside-applied$/);
      figure(`${folder}: ${lines.length} created, then unchanged, then applied by the server without conflict`);
    }
  },
};

/** Whether one of the other folders has the object too, by what kubectl calls it. */
function shared(folders: readonly string[], line: string): boolean {
  const [name = ''] = line.split(' ');
  const [kind = '', own = ''] = name.split('/');
  return folders
    .flatMap(readSystems)
    .some(
      (one) =>
        kind.startsWith(one.kind.toLowerCase()) && one.metadata.name === own && one.metadata.namespace === undefined,
    );
}

async function acceptedBy(minor: Minor, world: World, figure: Figure): Promise<void> {
  const plane = await ControlPlane.start(world.run, { name: `api-${minor}`, minor, controllers: false });
  try {
    const { kubectl } = plane;
    const version = await kubectl.run(['get', '--raw', '/version']);
    assert.ok(version.includes(`"v${minor}.`), `the server says that it is ${version}`);
    const written = await world.project.synthesize(`for-${minor}`, '--kubernetes', minor);
    await defineResources(kubectl);
    const committed = minor === '1.36' ? clusterFolders(DIST.mumbai) : [];
    for (const folder of [...clusterFolders(written), ...committed])
      figure(`${minor}: ${(await dryRun(kubectl, folder)).objects} objects of ${folder} accepted`);
  } finally {
    await plane.stop();
  }
}
