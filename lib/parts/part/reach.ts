// Where the pods of parts reach: pods of every namespace, ports of every node, and the systems of other parts.

import type { Connectable, ConnectOptions, Peer } from '../../constructs/network/connection';
import { selectorLabels } from '../../constructs/tree/labels';
import type { PodSource } from '../../model/exposure/source';

/** Ports of what parts ask each other. */
export const PORTS = { prometheus: 9090, loki: 3100, tempo: 3200, consul: 8500 } as const;

/** The address of what is reached is in a file of the part: no variables. */
export const BY_FILE: ConnectOptions = { as: {} };

/** Something that is reached at an address which the part knows. */
const reached = (name: string, host: string, port: number, peer: Peer): Connectable => ({
  connection: () => ({ name, host, port, peer }),
});

/** Every pod of the cluster, at every port: the policies of those pods say who is let in. */
export const everyPod: Connectable = reached('pods', 'pods', 1, { every: 'pod' });

/** A port of every node, whose addresses no manifest knows. */
export const everyNode = (name: string, port: number): Connectable =>
  reached(name, name, port, { outside: `${name}, on every node`, cidrs: [], port });

/** Pods that others made, at a port. */
export const podsIn = (name: string, pods: PodSource, port: number): Connectable =>
  reached(name, hostIn(pods.namespace, name), port, { ...pods, port });

/** A component of another namespace, at a port of its pods. */
export const componentIn = (namespace: string, component: string, port: number): Connectable =>
  reached(`${component}-${port}`, hostIn(namespace, component), port, {
    namespace,
    podLabels: selectorLabels(component),
    port,
  });

/** The host name of a Service, as pods of every namespace look it up. */
export const hostIn = (namespace: string, service: string): string => `${service}.${namespace}.svc.cluster.local`;
