// A service outside the cluster that can take only so much: the account of its clients, and what it says of each of them.

import type { Construct } from 'constructs';
import { type Outcome, plural } from '../../model/finding/derivation';
import { findingOf } from '../../model/finding/finding';
import { accountNotes, limitKey } from '../../model/manifest/annotations';
import { entriesOf, entryKey, setEntry } from '../../model/platform/entries';
import type { RollingUpdate } from '../../model/pods/replacement';
import type { Budget, BudgetClient } from '../../model/services/budget';
import type { Client, Limited } from '../network/connection';
import { System } from '../system/system';
import { checkLater } from '../tree/findings';

import { ExternalService, type ExternalServiceProps } from './external-service';

/** On the root of the tree: a service with limits. One host is one service, whichever cluster or environment names it. */
const SERVICE = entryKey<unknown>('limited-service');

/** A client as the account knows it, but for what it takes. */
export interface Account extends BudgetClient {
  readonly replacement: RollingUpdate;
}

/**
 * Base of the services with limits. Whatever its clients take of it at the worst moment, autoscalers at their maximum and a rollout
 * under way, is added up over all clusters whose systems name the same host and port; more than there is, is a finding. The account stands in the annotations of its Service, and the most that
 * it leaves to a client in those of the client's autoscaler.
 */
export abstract class LimitedService<
    Props extends ExternalServiceProps,
    Use extends object,
    Plan extends Budget = Budget,
  >
  extends ExternalService<Props>
  implements Limited<Use>
{
  private readonly clients: { readonly client: Client; readonly use: Use }[] = [];

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id, props);
    setEntry(this.node.root, SERVICE, this);
    checkLater(this, () => this.outcome.problems.map((problem) => findingOf('budget', problem)));
  }

  join(client: Client, use: Use): void {
    this.clients.push({ client, use });
  }

  notesFor(client: string): Readonly<Record<string, string>> {
    const binding = this.outcome.plan?.clients.find(({ name }) => name === client)?.binding;
    if (binding === undefined) return {};
    const { value, because } = binding.maxReplicas;
    const sentence = `at most ${plural(value, 'replica')}, bound by ${binding.limit}: ${because}`;
    return { [limitKey(this.node.id)]: sentence };
  }

  /** The account of all clients. */
  protected abstract account(clients: readonly (Account & Use)[]): Outcome<Plan>;

  protected override get notes(): Readonly<Record<string, string>> {
    return accountNotes(this.outcome.plan?.limits ?? []);
  }

  /** Nobody's account is empty, and says nothing; a client whose size is refused is told with it. */
  protected get outcome(): Outcome<Plan> {
    if (this.clients.length === 0) return { problems: [] };
    const counted = this.sharers.flatMap((sharer) =>
      sharer.clients
        .filter(({ client }) => client.isCounted())
        .map(({ client, use }) => ({ ...use, name: this.nameOf(client, sharer), ...client.numbers() })),
    );
    return counted.length === 0 ? { problems: [] } : this.account(counted);
  }

  /** This one first, then whoever else describes the same service. */
  private get sharers(): this[] {
    const others = entriesOf(this.node.root, SERVICE).filter((other): other is this => this.isSame(other));
    return [this, ...others.filter((other) => other !== this)];
  }

  private isSame(other: unknown): other is this {
    if (!(other instanceof LimitedService) || other.constructor !== this.constructor) return false;
    return other.props.host === this.props.host && other.props.port === this.props.port;
  }

  private nameOf({ name }: Client, sharer: this): string {
    return sharer === this ? name : `${name} of ${System.of(sharer).node.path}`;
  }
}
