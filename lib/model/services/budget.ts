// A server shared by several clients: whether all fit, and how many replicas each may have given the others.

import { smallestWith } from '../finding/bisection';
import { type Derived, derived, exceeds, plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { checked, type Fields, list, number, type Schema, text } from '../finding/schema';
import { defined } from '../manifest/json';

/** A client of the server. */
export interface BudgetClient {
  /** Name of the client. */
  readonly name: string;
  /** Most pods that are wanted at any time: the maximum of its autoscaler. */
  readonly maxReplicas: number;
}

export const BUDGET_CLIENT: Fields<BudgetClient> = {
  name: text(),
  maxReplicas: number({ atLeast: 1, atMost: 1e6, whole: true }),
};

/** One client or more, each once. */
export function clientList(client: Schema): Schema {
  return checked<readonly BudgetClient[]>(list(client), (clients) => {
    if (clients.length === 0)
      return [{ value: 0, message: 'the budget has no clients', expected: 'at least one client' }];
    const twice = clients.filter(({ name }, index) => clients.findIndex((other) => other.name === name) !== index);
    return twice.map(({ name }) => {
      return { value: name, message: `client '${name}' is listed twice`, expected: 'each client once' };
    });
  });
}

/** A limited resource of the server. */
export interface Limit<Client> {
  /** `connections`. */
  readonly name: string;
  readonly available: Derived;
  /** The use of a client with `replicas`; never less with more of them. */
  readonly need: (client: Client, replicas: number) => Derived;
  /** Another fix, given the total need: `max_connections of at least 350`. */
  readonly remedy: (needed: number) => string;
}

/** The most replicas that one limit leaves to a client while the others are at their maximum. */
export interface Cap {
  /** Name of the limit. */
  readonly limit: string;
  /** Most replicas of the client that the limit leaves room for. */
  readonly maxReplicas: Derived;
}

/** What one client uses, and may use. */
export interface ClientBudget {
  /** Name of the client. */
  readonly name: string;
  /** By limit, its use at its maximum. */
  readonly needs: readonly { readonly limit: string; readonly amount: Derived }[];
  /** One per limit that it draws on. */
  readonly caps: readonly Cap[];
  /** The smallest of the caps: the binding limit. Absent where it draws on none. */
  readonly binding?: Cap;
}

/** The whole account. */
export interface Budget {
  /** Whether all clients together stay within every limit. */
  readonly fits: boolean;
  /** By limit: what there is, and what all clients need at most. */
  readonly limits: readonly { readonly limit: string; readonly available: Derived; readonly needed: Derived }[];
  /** By client: its needs, and what is left for it. */
  readonly clients: readonly ClientBudget[];
}

/** A cap beyond this counts as unlimited. */
const UNLIMITED = 1e9;

/** The account of every limit and client. */
export function shareBudget<Client extends BudgetClient>(
  limits: readonly Limit<Client>[],
  clients: readonly Client[],
): Budget {
  const totals = limits.map((limit) => ({
    limit: limit.name,
    available: limit.available,
    needed: totalNeed(limit, clients),
  }));
  return {
    fits: totals.every(({ needed, available }) => !exceeds(needed.value, available.value)),
    limits: totals,
    clients: clients.map((client) => clientBudget(limits, client, clients)),
  };
}

/** One problem per exceeded limit, at the client with the largest use. */
export function findBudgetProblems<Client extends BudgetClient>(
  limits: readonly Limit<Client>[],
  clients: readonly Client[],
): Problem[] {
  return limits.flatMap((limit) => {
    const needed = totalNeed(limit, clients);
    const over = needed.value - limit.available.value;
    const [most] = [...clients].sort((a, b) => needNow(limit, b) - needNow(limit, a));
    if (most === undefined || !exceeds(needed.value, limit.available.value)) return [];
    const ways = clients.flatMap((client) => {
      const cap = capOf(limit, client, clients)?.maxReplicas.value;
      return cap === undefined || cap === 0 ? [] : [`${client.name} at most ${plural(cap, 'replica')}`];
    });
    return [
      {
        field: `${most.name}.maxReplicas`,
        value: most.maxReplicas,
        message: `${show(over)} too many ${limit.name} at the worst moment: ${needed.because}, ${show(limit.available.value)} available (${limit.available.because})`,
        expected: [...ways, limit.remedy(needed.value)].join(', or '),
      },
    ];
  });
}

function clientBudget<Client extends BudgetClient>(
  limits: readonly Limit<Client>[],
  client: Client,
  clients: readonly Client[],
): ClientBudget {
  const caps = limits.flatMap((limit) => capOf(limit, client, clients) ?? []);
  const [binding] = [...caps].sort((a, b) => a.maxReplicas.value - b.maxReplicas.value);
  return {
    name: client.name,
    needs: limits.map((limit) => ({ limit: limit.name, amount: limit.need(client, client.maxReplicas) })),
    caps,
    ...defined({ binding }),
  };
}

/** The cap, by bisection over replicas; undefined where the client does not use this resource. */
function capOf<Client extends BudgetClient>(
  limit: Limit<Client>,
  client: Client,
  clients: readonly Client[],
): Cap | undefined {
  const others = clients.filter((other) => other !== client).reduce((sum, other) => sum + needNow(limit, other), 0);
  const room = limit.available.value - others;
  const fits = (replicas: number) => !exceeds(limit.need(client, replicas).value, room);
  let high = 1;
  while (high < UNLIMITED && fits(high)) high *= 2;
  if (high >= UNLIMITED) return undefined;
  const low = smallestWith(1, high, (replicas) => !fits(replicas)) - 1;
  const left = `${show(limit.available.value)} ${limit.name} − ${show(others)} of others leave ${show(room)}`;
  const because =
    low === 0
      ? `${left}: not even one replica fits (${limit.need(client, 1).because})`
      : `${left}: ${plural(low, 'replica')} take ${show(limit.need(client, low).value)}, one more would take ${show(limit.need(client, low + 1).value)}`;
  return { limit: limit.name, maxReplicas: derived(low, because) };
}

function needNow<Client extends BudgetClient>(limit: Limit<Client>, client: Client): number {
  return limit.need(client, client.maxReplicas).value;
}

function totalNeed<Client extends BudgetClient>(limit: Limit<Client>, clients: readonly Client[]): Derived {
  const sum = clients.reduce((total, client) => total + needNow(limit, client), 0);
  const parts = clients.map((client) => `${client.name} ${show(needNow(limit, client))}`);
  return derived(sum, parts.length === 1 ? `${parts[0]} needed` : `${parts.join(' + ')} = ${show(sum)} needed`);
}
