// What is lost with an object that is deleted, beyond what its manifest can bring back.

import type { Kind } from '../../model/manifest/kinds';

/** What goes with an object of the kind. */
export const LOSSES: ReadonlyMap<Kind, string> = new Map<Kind, string>([
  ['/Namespace', 'everything in it, volumes too'],
  ['/PersistentVolumeClaim', 'its data, unless its volume is retained'],
  ['/PersistentVolume', 'the way to its data'],
  // its claims belong to it: cloudnative-pg, "Storage"
  ['postgresql.cnpg.io/Cluster', 'the claims of its pods, and the database in them unless volumes are retained'],
  ['apiextensions.k8s.io/CustomResourceDefinition', 'every object of its kind'],
]);
