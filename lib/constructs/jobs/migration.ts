// A migration before a release: a Job that must succeed before the components that wait for it are applied.

import { Construct, type IConstruct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import { fields, like, list, optional } from '../../model/finding/schema';
import { APP } from '../../model/manifest/well-known';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { System } from '../system/system';
import { isRefused } from '../tree/door';
import { checkLater } from '../tree/findings';
import { ENDING, ENDING_STAND_INS, type EndingProps } from './ending';
import { OneTimeComponent } from './job';
import { Release } from './release';

/** Required and optional properties of a Migration. */
export interface MigrationProps extends EndingProps {
  /** The components that wait for it. @default all others of the system, but those that it connects to */
  readonly before?: readonly IConstruct[];
  /**
   * What must be there first, beside what it connects to, mounts and reads: a resource by which an operator makes its database.
   * @default nothing else
   */
  readonly after?: readonly IConstruct[];
}

const CONSTRUCTS = optional(
  list(like('a component, or another construct of the system', Construct.isConstruct), '[web]'),
);

const MIGRATION = fields<MigrationProps>({ ...ENDING, before: CONSTRUCTS, after: CONSTRUCTS });

/**
 * A Job that runs before the rest of a release: once for each build, and again when its variables or files change.
 *
 * It is in a file of its own, `07-<system>-<environment>.yaml`, with its ServiceAccount, policy and configuration, and with all that it
 * connects to, mounts and reads. Waves of Argo CD keep the order there; kubectl and Flux must be made to wait: docs/how-to/migrate-a-database.md.
 * Pods of the release before run beside the new schema.
 *
 * @example new Migration(this, 'migrate', { resources, deadlineSeconds: 600, command: ['/app/migrate'] }).connectTo(database, { poolSize: 1 })
 * @throws when it is not inside a System
 */
export class Migration extends OneTimeComponent<MigrationProps> {
  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id, props, MIGRATION, ENDING_STAND_INS);
    const { before, after = [] } = this.props;
    const release = new Release(this.system, this, { after, ...(before === undefined ? {} : { before }) });
    setEntry(this.system, ENTRY.phases, (scopes, kind) => release.phaseOf(scopes, kind));
    checkLater(this, () => (isRefused(this) ? [] : this.findOrderProblems(release)));
  }

  protected get podsAtOnce(): number {
    return 1;
  }

  protected override get jobLabels(): Readonly<Record<string, string>> {
    return { [APP.component]: 'migration' };
  }

  private findOrderProblems(release: Release) {
    const { before = [], after = [] } = this.props;
    const isElsewhere = (one: IConstruct) => !one.node.scopes.includes(this.system) || System.isSystem(one);
    const named = [
      ...before.map((one) => ({ field: 'before', one })),
      ...after.map((one) => ({ field: 'after', one })),
    ];
    return named.flatMap(({ field, one }) => {
      const { path: value } = one.node;
      const problem = (message: string, expected: string) => [
        findingOf('migration-order', { field, value, message, expected }),
      ];
      if (isElsewhere(one)) return problem(`${value} is not a part of this system`, 'a component of the same system');
      if (one === this) return problem('a migration cannot wait for itself', 'other components');
      if (field === 'after') return [];
      if (one instanceof Migration)
        return problem(
          `${one.name} is a migration, and runs at the same time`,
          'one Migration, whose command does both in order',
        );
      if (!release.isNeeded(one)) return [];
      return problem(`${value} waits for a migration that needs it`, 'components that the migration does not need');
    });
  }
}
