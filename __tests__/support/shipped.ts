// The systems of charts/ as main.ts synthesizes them, and the objects of one of them: for the tests in __tests__/charts/.
import { check } from '../../lib/checks';
import type { JsonObject } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { app } from '../../main';

export const shipped = synthesize(app, check);

/** Objects of one namespace on one cluster, by kind and name. */
export class Placement {
  constructor(
    private readonly cluster: string,
    private readonly namespace: string,
  ) {}

  all(kind: string): JsonObject[] {
    return shipped.entries
      .filter(({ cluster, identity }) => cluster === this.cluster && identity.kind === kind)
      .filter(({ identity }) => (identity.namespace ?? identity.name) === this.namespace)
      .map(({ manifest }) => manifest);
  }

  /** The object of this kind whose name is, or before a content hash begins with, `name`. */
  one(kind: string, name: string): JsonObject {
    const found = this.all(kind).filter(({ metadata }) => {
      const own = String(Object.entries(metadata ?? {}).find(([key]) => key === 'name')?.[1]);
      return own === name || own.startsWith(`${name}-config-`);
    });
    const [object] = found;
    if (object === undefined || found.length > 1)
      throw new Error(`${found.length} of ${kind} ${name} in ${this.namespace}`);
    return object;
  }
}
