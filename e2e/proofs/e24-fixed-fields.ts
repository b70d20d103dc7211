// E24: API servers refuse the changes that synth refuses, and make those beside them: the oldest minor and the newest.
import assert from 'node:assert/strict';
import { ControlPlane } from '../cluster/control-plane';
import type { Kubectl } from '../cluster/kubectl';
import { answerOf, CHANGES_NAMESPACE, isServed, type ObjectChange } from '../manifests/change';
import { OBJECT_CHANGES } from '../manifests/object-changes';
import { linesOf } from '../measure/acceptance';
import type { Figure } from '../measure/figure';
import { CommandError } from '../process/command';
import { MINORS, type Minor } from '../programs/build';
import type { World } from '../world/world';
import type { Proof } from './proof';

export const fixedFields: Proof = {
  id: 'E24',
  title: 'what synth says of a change, the API server says: refused, made, or kept as it was',
  needs: 'api',
  full: true,
  prove: async (world, figure) => {
    const minors = MINORS.filter((each) => each === '1.27' || each === '1.37');
    await Promise.all(minors.map((minor) => proveOn(minor, world, figure)));
  },
};

async function proveOn(minor: Minor, { run }: World, figure: Figure): Promise<void> {
  const plane = await ControlPlane.start(run, { name: `changes-${minor}`, minor, controllers: false });
  try {
    const { kubectl } = plane;
    await kubectl.apply(SURROUNDINGS);
    const number = Number(minor.split('.')[1]);
    const changes = OBJECT_CHANGES.filter((change) => isServed(change, number));
    const wrong: string[] = [];
    const counts = { refused: 0, made: 0, kept: 0 };
    for (const change of changes) {
      const expected = answerOf(change, number);
      const { answer, reason } = await answerTo(kubectl, change).catch(otherError);
      if (answer !== 'error') counts[answer] += 1;
      if (answer !== expected) wrong.push(`${change.kind}, ${change.what}: ${answer}, not ${expected}: ${reason}`);
    }
    assert.deepEqual(wrong, [], `${minor} answers otherwise`);
    figure(
      `${minor}: ${changes.length} changes as synth says: ${counts.refused} refused, ${counts.made} made, ${counts.kept} kept`,
    );
  } finally {
    await plane.stop();
  }
}

/** Neither a refusal nor an answer: it fails the proof, which goes on to the others. */
const otherError = (error: unknown) => ({ answer: 'error' as const, reason: String(error) });

const SURROUNDINGS: readonly object[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CHANGES_NAMESPACE } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: CHANGES_NAMESPACE } },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'grows' },
    provisioner: 'a.example',
    allowVolumeExpansion: true,
  },
];

/** Kinds to which the API server itself adds a finalizer. */
const HELD = /^\/PersistentVolume|\/VolumeAttributesClass$/;

interface Answered {
  readonly answer: ObjectChange['answer'];
  readonly reason: string;
}

/** Applies the object as it was, and asks about the change, which is not kept. */
async function answerTo(kubectl: Kubectl, change: ObjectChange): Promise<Answered> {
  const { kind, before, after, bound } = change;
  await kubectl.apply([before]);
  try {
    if (bound) await bind(kubectl);
    // its names are fixed once they are accepted
    if (kind.endsWith('/CustomResourceDefinition')) await kubectl.established(JSON.stringify(before));
    const lines = linesOf(await kubectl.run(['apply', '--dry-run=server', '-f', '-'], JSON.stringify(after)));
    return { answer: await madeOrKept(kubectl, change), reason: lines.join(' ') };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // any other error fails the proof
    const isRefusal = /is invalid|forbidden|immutable|may not change/i.test(error.errorOutput);
    assert.ok(isRefusal, String(error));
    return { answer: 'refused', reason: error.errorOutput.trim() };
  } finally {
    // these wait for a controller that ends their finalizer
    if (HELD.test(kind))
      await kubectl.run(
        ['patch', '-f', '-', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'],
        JSON.stringify(before),
      );
    await kubectl.run(
      ['delete', '-f', '-', '--ignore-not-found', '--grace-period=0', '--force', '--timeout=30s'],
      JSON.stringify(before),
    );
  }
}

/** A controller would do this once the claim has its volume. */
async function bind(kubectl: Kubectl): Promise<void> {
  const status = { phase: 'Bound', capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'] };
  const patch = JSON.stringify({ status });
  await kubectl.run([
    'patch',
    'pvc',
    'one',
    '-n',
    CHANGES_NAMESPACE,
    '--subresource=status',
    '--type=merge',
    '-p',
    patch,
  ]);
}

/** Of a headless Service the API server says that it changes, and keeps the address. */
async function madeOrKept(kubectl: Kubectl, { kind, after, before }: ObjectChange): Promise<'made' | 'kept'> {
  if (kind !== '/Service' || !JSON.stringify(before).includes('"None"')) return 'made';
  const answer = await kubectl.run(
    ['apply', '--dry-run=server', '-o', 'jsonpath={.spec.clusterIP}', '-f', '-'],
    JSON.stringify(after),
  );
  return answer === 'None' ? 'kept' : 'made';
}
