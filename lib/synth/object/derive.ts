// Step 5, derive: completes objects that follow from the final ones, such as a namespace's quota, then applies their overrides.

import { type Finding, findingAt } from '../../model/finding/finding';
import { groupBy } from '../../model/manifest/group-by';
import { isJsonObject, type JsonObject } from '../../model/manifest/json';
import { deployerFile, migrationFile } from '../text/file-names';
import { type FinalObject, finish } from './final';
import type { Overridden } from './override';

/** Completes the objects that follow from others. Keeps the order. */
export function derive(objects: readonly Overridden[]): {
  readonly objects: readonly FinalObject[];
  readonly findings: readonly Finding[];
} {
  const final = objects.flatMap((object) => ('final' in object ? [object.final] : []));
  const byNamespace = groupBy(final, ({ entry }) => namespaceKey(entry.cluster, entry.manifest));
  const byFile = groupBy(final, ({ file }) => file);
  const byCluster = groupBy(final, ({ entry }) => entry.cluster);
  const findings: Finding[] = [];
  const derived = objects.map((object) => {
    if ('final' in object) return object.final;
    const { rendered, complete } = object;
    const { cluster, destination, origin } = rendered;
    const { manifest, findings: incomplete } = complete(rendered.manifest, {
      others: manifestsOf(byNamespace.get(namespaceKey(cluster, rendered.manifest))),
      deployed: [migrationFile(destination), deployerFile(destination)].flatMap((file) =>
        manifestsOf(byFile.get(file)),
      ),
      get cluster() {
        return manifestsOf(byCluster.get(cluster));
      },
    });
    const finished = finish({ ...rendered, manifest });
    findings.push(...incomplete.map((finding) => findingAt(origin, finding)), ...finished.findings);
    return finished.object;
  });
  return { objects: derived, findings };
}

function manifestsOf(objects: readonly FinalObject[] = []): JsonObject[] {
  return objects.map(({ entry }) => entry.manifest);
}

function namespaceKey(cluster: string, { metadata }: JsonObject): string {
  const namespace = isJsonObject(metadata) ? metadata.namespace : undefined;
  return `${cluster}\n${typeof namespace === 'string' ? namespace : ''}`;
}
