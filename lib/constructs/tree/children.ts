// Children of a construct may have any id: constructs takes `constructor`, a valid name of a cluster, for one that exists already.

import type { IConstruct } from 'constructs';

/** Lets `construct`, which has no children yet, have children whose ids are properties of every object. */
export function allowAnyId({ node }: IConstruct): void {
  if (node.children.length === 0) Reflect.set(node, '_children', Object.create(null));
}
