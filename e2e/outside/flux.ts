// Flux beside the control plane: its definitions, and the two controllers that read git and apply.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../cluster/control-plane';
import { freePorts } from '../cluster/ports';
import { FOLDER } from '../process/paths';
import type { Program } from '../process/run';
import { binary, type Extra } from '../programs/build';
import { sourcesOf } from '../programs/sources';

export const FLUX = ['programs/source-controller', 'programs/kustomize-controller'] as const satisfies readonly Extra[];

const NAMESPACE = 'flux-system';

/** Starts them with their own intervals and rights, as they are installed. The namespace holds nothing else. */
export async function startFlux(plane: ControlPlane): Promise<Program[]> {
  const { kubectl, run } = plane;
  for (const module of FLUX) {
    const sources = sourcesOf(join(FOLDER, module), module.replace('programs', 'github.com/fluxcd'));
    await kubectl.run(['apply', '--server-side', '-f', join(sources, 'config', 'crd', 'bases')]);
  }
  await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, ...NOTIFICATION]);
  await kubectl.established();
  const [storage = 0, sourceMetrics = 0, sourceHealth = 0, metrics = 0, health = 0] = await freePorts(5);
  const env = { KUBECONFIG: await plane.kubeconfig('flux', 'system:masters'), RUNTIME_NAMESPACE: NAMESPACE };
  const folder = join(plane.folder, 'artifacts');
  mkdirSync(folder);
  const reads = [
    `--storage-path=${folder}`,
    `--storage-addr=127.0.0.1:${storage}`,
    `--storage-adv-addr=127.0.0.1:${storage}`,
    `--metrics-addr=127.0.0.1:${sourceMetrics}`,
    `--health-addr=127.0.0.1:${sourceHealth}`,
  ];
  const applies = [`--metrics-addr=127.0.0.1:${metrics}`, `--health-addr=127.0.0.1:${health}`];
  return [
    run.start('source-controller', binary(FLUX[0], 'source-controller'), reads, { env }),
    run.start('kustomize-controller', binary(FLUX[1], 'kustomize-controller'), applies, { env }),
  ];
}

/** notification-controller does not run: its kinds are known, any fields are kept, and no alert is sent. */
const NOTIFICATION = ['Alert', 'Provider'].map((kind) => {
  const plural = `${kind.toLowerCase()}s`;
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const version = { name: 'v1beta3', served: true, storage: true, schema: { openAPIV3Schema: anything } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.notification.toolkit.fluxcd.io` },
    spec: {
      group: 'notification.toolkit.fluxcd.io',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [version],
    },
  };
});
