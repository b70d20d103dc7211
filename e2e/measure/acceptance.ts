// Whether an API server takes a folder of manifests: every object, strictly, without a warning, and without storing any of it.
import assert from 'node:assert/strict';
import type { Kubectl } from '../cluster/kubectl';
import { type Manifest, type Namespace, ofKind, readManifests } from '../manifests/manifests';
import { CommandError } from '../process/command';
import type { List } from '../world/objects';

/**
 * Sends every object of the folder as a strict dry run; a warning (a deprecated version, a pod that Pod Security would refuse) fails too.
 * A dry run needs the namespaces: the missing ones are created as the manifests have them, and `created` names them.
 */
export async function dryRun(
  kubectl: Kubectl,
  folder: string,
): Promise<{ objects: number; created: readonly string[] }> {
  const manifests = readManifests(folder);
  const created = await createNamespaces(kubectl, manifests);
  const options = ['--dry-run=server', '--validate=strict', '--warnings-as-errors'];
  const output = await kubectl.run(['apply', '-f', folder, ...options]);
  assert.equal(linesOf(output).length, manifests.length, output);
  return { objects: manifests.length, created };
}

/** Shows that a namespace enforces what its labels say: a privileged pod is refused. */
export async function assertEnforced(kubectl: Kubectl, namespace: string): Promise<void> {
  const container = { name: 'intruder', image: 'intruder', securityContext: { privileged: true } };
  const metadata = { name: 'intruder', namespace };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } };
  await assert.rejects(
    kubectl.run(['create', '--dry-run=server', '-f', '-'], JSON.stringify(pod)),
    (error) => error instanceof CommandError && /violates PodSecurity "restricted:/.test(error.message),
  );
}

/** Messages about refused pods: by Pod Security, by a quota, by any admission. */
export async function refusals(kubectl: Kubectl, namespace: string): Promise<string[]> {
  const events = ['events', '-n', namespace, '--field-selector', 'reason=FailedCreate'];
  const { items } = await kubectl.get<List<{ readonly message: string }>>(events);
  return items.map(({ message }) => message);
}

export function linesOf(output: string): string[] {
  return output.trim().split('\n');
}

async function createNamespaces(kubectl: Kubectl, manifests: readonly Manifest[]): Promise<string[]> {
  const created: string[] = [];
  for (const namespace of ofKind(manifests, 'Namespace')) {
    const there = await find(kubectl, namespace);
    if (there === undefined) {
      await kubectl.run(['create', '--validate=strict', '-f', '-'], JSON.stringify(namespace));
      created.push(namespace.metadata.name);
    } else if (there.metadata.labels?.['app.kubernetes.io/managed-by'] !== 'evenkeel') {
      throw new Error(
        `namespace ${namespace.metadata.name} exists and is not ours: it lacks app.kubernetes.io/managed-by=evenkeel`,
      );
    }
  }
  return created;
}

async function find(kubectl: Kubectl, { metadata }: Namespace): Promise<Namespace | undefined> {
  const output = await kubectl.run(['get', 'namespace', metadata.name, '--ignore-not-found', '-o', 'json']);
  if (output === '') return undefined;
  const namespace: Namespace = JSON.parse(output);
  return namespace;
}
