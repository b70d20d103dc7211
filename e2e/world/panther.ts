// Panther Clinic in North Europe, where it is alone: its manifests, and the nodes of its pool that simulated clusters are given.

import { resourcesOf } from '../../lib/model/nodes/node-plan-input';
import { nodesFor, podsInZone, podsOnNode } from '../../lib/model/nodes/packing';
import type { Kubectl } from '../cluster/kubectl';
import type { SimulatedNodes } from '../cluster/kwok';
import { type Deployment, type Manifest, ofKind } from '../manifests/manifests';
import { UNPLAYED } from './world';

export const CLINIC = UNPLAYED.northeurope;
export const BOOKING = { namespace: 'panther-clinic', name: 'booking' };
export const HEADROOM = { namespace: 'headroom', name: 'headroom' };

/** What charts/platform.ts says of the pool; a test keeps the two the same. */
export const POOL = {
  zones: ['northeurope-1', 'northeurope-2', 'northeurope-3'],
  cpu: '7400m',
  memory: '26Gi',
} satisfies Partial<SimulatedNodes>;

const ROOM = { ...resourcesOf(POOL), pods: 110 };

/** Pods of a Deployment, by its requests. */
export interface Running {
  readonly deployment: Deployment;
  readonly pods: number;
}

/** Nodes in each zone that carry these pods in any order of arrival, as the provider plan computes them. */
export function nodesInZone(running: readonly Running[]): number {
  const groups = running.map(({ deployment, pods }) => ({
    name: deployment.metadata.name,
    ...requestsOf(deployment),
    pods: podsInZone(pods, POOL.zones.length, 1),
  }));
  return nodesFor(ROOM, groups).value;
}

/** Pods of the Deployment that fill a node of the pool. */
export function podsToFill(deployment: Deployment): number {
  return podsOnNode(ROOM, requestsOf(deployment));
}

/** The autoscaler of pods has no metrics on simulated nodes, and leaves any number between its bounds alone. */
export async function scaleBooking({ kubectl }: { readonly kubectl: Kubectl }, pods: number): Promise<void> {
  const { namespace, name } = BOOKING;
  await kubectl.run(['scale', `deployment/${name}`, '-n', namespace, `--replicas=${pods}`]);
}

/** The Deployment of that name. */
export function deploymentOf(manifests: readonly Manifest[], { namespace, name }: typeof BOOKING): Deployment {
  const found = ofKind(manifests, 'Deployment').find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
  if (found === undefined) throw new Error(`no Deployment ${namespace}/${name}`);
  return found;
}

function requestsOf({ spec }: Deployment) {
  const [{ resources } = {}, ...others] = spec.template.spec.containers;
  const { cpu = '', memory = '' } = resources?.requests ?? {};
  if (cpu === '' || memory === '' || others.length > 0) throw new Error('requests of one container are needed');
  return resourcesOf({ cpu, memory });
}
