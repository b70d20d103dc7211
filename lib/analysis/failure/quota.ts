// Quotas of a namespace that refuse pods: those that have no room for so many, or for what they request.
import { parseQuantity, WHOLE } from '../../model/amount';
import { catalogue } from '../catalogue';
import { type Demand, demands, total } from '../demand';
import { requestDefaults } from '../limit-ranges';
import { neighbours } from '../namespaces';
import { dig, isSet, shown } from '../shapes';
import type { Component, Load } from './component';
import type { Decider } from './verdict';

export interface Refusal {
  readonly says: string;
  readonly decides: Decider;
}

/** Quotas of the namespace that have no room for so many pods, or for what they request. */
export function shortQuotas(components: readonly Component[], load: Load, demand: (pods: number) => number): Refusal[] {
  const [first] = components;
  if (first === undefined) return [];
  const entries = neighbours(first.all, first.entry);
  const most = demands(
    entries.map(({ manifest }) => manifest),
    requestDefaults(entries),
  );
  const served = new Map(components.map((one) => [`${one.entry.identity.kind}/${one.name}`, one]));
  const asked = total(
    most.map((one) => {
      const component = served.get(`${one.kind}/${one.name}`);
      if (component === undefined || one.pods === 0) return one;
      return scaled(one, demand(component.wanted(load) + component.rollout(load).surge));
    }),
  );
  return catalogue(entries)
    .of('/ResourceQuota')
    .flatMap((entry) =>
      COUNTED.flatMap(({ key, amount }) => {
        const given = dig(entry.manifest, 'spec', 'hard')?.[key];
        const limit = isSet(given) ? parseQuantity(shown(given)) : undefined;
        if (limit === undefined || limit >= amount(asked)) return [];
        const says = `the quota ${entry.identity.name} has ${key} ${shown(given)}, which is less than all of that together`;
        return { says, decides: { entry, pointer: `/spec/hard/${key}` } };
      }),
    );
}

const COUNTED: readonly { readonly key: string; readonly amount: (demand: Demand) => bigint }[] = [
  { key: 'pods', amount: ({ pods }) => BigInt(pods) * WHOLE },
  { key: 'requests.cpu', amount: ({ cpu }) => cpu },
  { key: 'requests.memory', amount: ({ memory }) => memory },
];

/** The same pods in another number. */
function scaled(demand: Demand, pods: number): Demand {
  const each = (amount: bigint) => (amount / BigInt(demand.pods)) * BigInt(pods);
  return { pods, cpu: each(demand.cpu), memory: each(demand.memory) };
}
