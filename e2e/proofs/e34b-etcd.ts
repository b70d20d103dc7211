// E34b: etcd of a cluster, saved and copied by the commands of its CronJob, lost, and restored by those of its drill.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ControlPlane } from '../cluster/control-plane';
import type { Kubectl } from '../cluster/kubectl';
import { type Manifest, ofKind, readManifests } from '../manifests/manifests';
import { command } from '../process/command';
import { binary } from '../programs/build';
import { DEPLOYED, DIST } from '../world/world';
import type { Proof } from './proof';

const COPY = 'etcd-backup-near';
const DRILL = `etcd-backup-operations-${COPY}`;

export const etcdBackup: Proof = {
  id: 'E34b',
  title: 'etcd is saved, copied, lost and restored by the commands of its backup and its drill: every object is back',
  needs: 'api',
  systems: DEPLOYED,
  full: true,
  programs: ['programs/restic', 'programs/etcd-tools'],
  prove: async ({ run, project }, figure) => {
    const manifests = readManifests(await project.synthesize('saved', '--app', join('e2e', 'apps', 'vault.ts')));
    const plane = await ControlPlane.start(run, { name: 'saved', controllers: false });
    const folder = join(run.folder, 'etcd-copies');
    const dump = join(folder, 'dump');
    mkdirSync(dump, { recursive: true });
    try {
      const { kubectl } = plane;
      // kinds that come with an operator are not there
      await kubectl.run(['apply', '-f', DIST.mumbai, '-l', 'app.kubernetes.io/part-of in (toytrex,pingpong)']);
      const before = await objectsOf(kubectl);
      const inCopy = commandsOf(manifests, COPY, folder);
      const inDrill = commandsOf(manifests, DRILL, folder);
      await inCopy('dump', (words) => words.filter((word) => !/^--(?:cacert|cert|key)=/.test(word)), plane.store);
      await inCopy('check');
      await inCopy('copy');
      const later = ['create', 'configmap', 'later', '-n', 'default'];
      await kubectl.run(later);
      rmSync(dump, { recursive: true });
      mkdirSync(dump);
      await inDrill('restore');
      await inDrill('check');
      await plane.replaceStore((data) => command('cp', ['-a', join(dump, 'restored'), data]));
      const after = await objectsOf(kubectl);
      assert.deepEqual(after, before);
      assert.ok(before.length > 20, `${before.length} objects`);
      await kubectl.run(later);
      figure(`${before.length} objects are back, with their identities; what came after the copy is not`);

      await plane.replaceStore(async () => {});
      assert.notDeepEqual(await objectsOf(kubectl), before);
      figure('twin: without the copy they are gone');
    } finally {
      await plane.stop();
    }
  },
};

/** Kinds of what the systems apply. */
const KINDS =
  'namespaces,deployments,services,configmaps,networkpolicies,roles,rolebindings,ingresses,poddisruptionbudgets';

async function objectsOf(kubectl: Kubectl): Promise<string[]> {
  const path = 'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid}{"\\n"}{end}';
  const lines = (await kubectl.run(['get', KINDS, '-A', '-o', path])).trim().split('\n');
  // the API server makes these by itself
  return lines.filter((line) => /(?:toytrex|pingpong)-production/.test(line)).sort();
}

/** Runs containers of a CronJob as processes of this machine, with a folder in place of the store and of /dump. */
function commandsOf(manifests: readonly Manifest[], name: string, folder: string) {
  const job = ofKind(manifests, 'CronJob').find(({ metadata }) => metadata.name === name);
  assert.ok(job, `a CronJob ${name}`);
  const { initContainers = [], containers } = job.spec.jobTemplate.spec.template.spec;
  const programs = ['programs/restic', 'programs/etcd-tools'] as const;
  const path = [
    dirname(binary(programs[0], 'restic')),
    dirname(binary(programs[1], 'etcdctl')),
    process.env['PATH'] ?? '',
  ].join(':');
  const env = {
    PATH: path,
    RESTIC_REPOSITORY: join(folder, 'repository'),
    RESTIC_PASSWORD_COMMAND: 'echo proof',
    RESTIC_HOST: 'etcd',
    RESTIC_CACHE_DIR: join(folder, 'cache'),
  };
  return async (
    container: string,
    change: (words: readonly string[]) => readonly string[] = (words) => words,
    endpoint = '',
  ): Promise<void> => {
    const found = [...initContainers, ...containers].find((one) => one.name === container);
    assert.ok(found?.command, `a command of ${container}`);
    const [program = '', ...words] = change(found.command).map((word) =>
      word.replaceAll(/(?<![\w/])\/dump\b/g, join(folder, 'dump')).replace(/(?<=^--endpoints=).*/, endpoint),
    );
    await command(program, words, { env });
  };
}
