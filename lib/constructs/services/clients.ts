// The clients of a service with limits: those whose size is known, and the most that an account leaves to one of them.

import { plural } from '../../model/finding/derivation';
import { limitKey } from '../../model/manifest/annotations';
import type { Replacement } from '../../model/pods/replacement';
import type { Budget, BudgetClient } from '../../model/services/budget';
import type { Client } from '../network/connection';

/** A client in the account, without its use of the service. */
export interface Account extends BudgetClient {
  readonly replacement: Replacement;
}

/** A client with its use of the service. */
export interface Joined<Use> {
  readonly client: Client;
  readonly use: Use;
}

/** The clients in the account. One whose size was refused is reported by its own construct and left out. */
export function countedClients<Use>(
  joined: readonly Joined<Use>[],
  nameOf: (client: Client) => string = ({ name }) => name,
): (Account & Use)[] {
  return joined
    .filter(({ client }) => client.isCounted())
    .map(({ client, use }) => ({ ...use, name: nameOf(client), ...client.numbers() }));
}

/** The most replicas that an account leaves to a client, as an annotation of what decides its size. */
export function limitNotes(
  service: string,
  client: string,
  plan: Budget | undefined,
): Readonly<Record<string, string>> {
  const binding = plan?.clients.find(({ name }) => name === client)?.binding;
  if (binding === undefined) return {};
  const { value, because } = binding.maxReplicas;
  return { [limitKey(service)]: `at most ${plural(value, 'replica')}, bound by ${binding.limit}: ${because}` };
}
