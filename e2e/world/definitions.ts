// Definitions of kinds beside the built-in ones: the Gateway API by bundle, what controllers of providers read, and stand-ins.

import { join } from 'node:path';
import type { Bundle } from '../../lib/model/exposure/gateway-api';
import { pluralOf } from '../../lib/model/manifest/kind-lookup';
import { groupOf } from '../../lib/model/manifest/object';
import type { Kubectl } from '../cluster/kubectl';
import type { AnyObject } from '../manifests/manifests';
import { CommandError } from '../process/command';
import { type Pinned, pinnedSources } from '../programs/sources';

const GATEWAY_API: Readonly<Record<Bundle, Omit<Pinned, 'module'>>> = {
  '1.3': { version: 'v1.3.0', sum: 'h1:q6okN+/UKDATola4JY7zXzx40WO4VISk7i9DIfOvr9M=' },
  '1.4': { version: 'v1.4.1', sum: 'h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8=' },
  '1.5': { version: 'v1.5.1', sum: 'h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=' },
  '1.6': { version: 'v1.6.3', sum: 'h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=' },
  '1.7': { version: 'v1.7.0', sum: 'h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY=' },
};

const LOAD_BALANCER_CONTROLLER: Pinned = {
  module: 'github.com/kubernetes-sigs/aws-load-balancer-controller',
  version: 'v0.0.0-20260423195125-93ff3b5fdaad',
  sum: 'h1:sttxR+rS5X6cS1ldieB5JKVucs61EHq8XO7VKySyU5w=',
};

const GKE: Pinned = {
  module: 'github.com/GoogleCloudPlatform/gke-gateway-api',
  version: 'v1.3.0',
  sum: 'h1:4WjH6dFtnezCFiYlbmq0SBF2f8PIQD3rV99m5FRb/UM=',
};

/** Has an API server know the standard channel of a bundle: all that is in it, as it is released. An older bundle cannot follow. */
export async function defineGatewayApi(kubectl: Kubectl, bundle: Bundle): Promise<void> {
  const sources = pinnedSources({ module: 'sigs.k8s.io/gateway-api', ...GATEWAY_API[bundle] });
  await define(kubectl, join(sources, 'config', 'crd', 'standard'));
}

/** Has it know what the controllers of AWS and Google read beside Gateways and routes. */
export async function defineProviders(kubectl: Kubectl): Promise<void> {
  await define(kubectl, join(pinnedSources(LOAD_BALANCER_CONTROLLER), 'config', 'crd', 'gateway', 'gateway-crds.yaml'));
  await define(kubectl, join(pinnedSources(GKE), 'config', 'crd'));
}

/** Too large for the annotation of a client-side apply. */
async function define(kubectl: Kubectl, path: string): Promise<void> {
  await kubectl.run(['apply', '--server-side', '-f', path]);
  await kubectl.established();
}

/** Has it know the kinds of objects that it does not, with any fields. Gives their names. */
export async function defineStandIns(kubectl: Kubectl, objects: readonly AnyObject[]): Promise<string[]> {
  const kinds = new Map(objects.map((object) => [`${object.apiVersion}/${object.kind}`, object]));
  const missing: AnyObject[] = [];
  for (const object of kinds.values()) if (!(await serves(kubectl, object))) missing.push(object);
  if (missing.length === 0) return [];
  await kubectl.apply(missing.map(standIn));
  await kubectl.established();
  return missing.map(({ kind }) => kind);
}

async function serves(kubectl: Kubectl, { apiVersion, kind }: AnyObject): Promise<boolean> {
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  try {
    const served: { readonly resources: readonly { readonly kind: string }[] } = JSON.parse(
      await kubectl.run(['get', '--raw', path]),
    );
    return served.resources.some((resource) => resource.kind === kind);
  } catch (error) {
    if (error instanceof CommandError && error.message.includes('NotFound')) return false;
    throw error;
  }
}

function standIn({ apiVersion, kind, metadata }: AnyObject): object {
  const group = groupOf(apiVersion);
  const plural = pluralOf(group, kind);
  if (plural === undefined) throw new Error(`no plural is known of ${apiVersion} ${kind}`);
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const [, name = ''] = apiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: metadata.namespace === undefined ? 'Cluster' : 'Namespaced',
      versions: [{ name, served: true, storage: true, schema: { openAPIV3Schema: anything } }],
    },
  };
}
