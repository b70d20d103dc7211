// A service with limits outside the cluster: the account of its clients, and its note for each of them.

import type { Construct } from 'constructs';
import type { Outcome } from '../../model/finding/derivation';
import { findingOf } from '../../model/finding/finding';
import type { Schema } from '../../model/finding/schema';
import { accountNotes } from '../../model/manifest/annotations';
import { entriesOf, entryKey, setEntry } from '../../model/platform/entries';
import type { Budget } from '../../model/services/budget';
import type { Client, Limited } from '../network/connection';
import { System } from '../system/system';
import { checkLater } from '../tree/findings';
import { type Account, countedClients, type Joined, limitNotes } from './clients';
import { type ExternalServiceProps, OutsideService } from './outside-service';

/** On the root of the tree: a service with limits. One host is one service, in every cluster and environment that names it. */
const SERVICE = entryKey<unknown>('limited-service');

/**
 * Base of the services with limits. The use of all clients at the worst moment, autoscalers at their maximum and a rollout under
 * way, is summed over all clusters whose systems name the same host and port; exceeding a limit is a finding. The account is in the
 * annotations of its Service, and the most that it leaves to a client in those of the client's autoscaler.
 */
export abstract class LimitedService<
    Props extends ExternalServiceProps,
    Use extends object,
    Plan extends Budget = Budget,
  >
  extends OutsideService<Props>
  implements Limited<Use>
{
  abstract readonly use: Schema;
  protected readonly clients: Joined<Use>[] = [];

  constructor(scope: Construct, id: string, given: Props, schema: Schema, standIns: Partial<Props>) {
    super(scope, id, given, schema, standIns);
    setEntry(this.node.root, SERVICE, this);
    checkLater(this, () => this.outcome.problems.map((problem) => findingOf('budget', problem)));
  }

  join(client: Client, use: Use): void {
    this.clients.push({ client, use });
  }

  notesFor(client: string): Readonly<Record<string, string>> {
    return limitNotes(this.node.id, client, this.outcome.plan);
  }

  /** The account of all clients. */
  protected abstract account(clients: readonly (Account & Use)[]): Outcome<Plan>;

  protected override get notes(): Readonly<Record<string, string>> {
    return accountNotes(this.outcome.plan?.limits ?? []);
  }

  /** No problems without clients. */
  protected get outcome(): Outcome<Plan> {
    if (this.clients.length === 0) return { problems: [] };
    const counted = this.sharers.flatMap((sharer) =>
      countedClients(sharer.clients, (client) => this.nameOf(client, sharer)),
    );
    return counted.length === 0 ? { problems: [] } : this.account(counted);
  }

  /** This construct first, then the others that describe the same service. */
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
