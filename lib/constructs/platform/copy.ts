// A copy of an environment: the same system again, under another environment name, with stated changes only.

import type { Finding } from '../../model/finding/finding';
import type { Trace } from '../../model/manifest/origin';
import type { AccessChanges, EnvironmentProps } from '../../model/platform/environment';
import type { Tags } from '../../model/platform/target';
import { unless } from '../tree/findings';

/** The original of a copy, its name, and its differences. */
export interface CopyProps<EnvironmentName extends string, Settings> {
  /** The environment in which the system is already placed. */
  readonly of: EnvironmentName;
  /** Name of the new environment: it survives what `of` survives, has its registry, its groups and its clusters. */
  readonly as: string;
  /** Settings that differ. Hosts must: two environments cannot share one. */
  readonly settings: Partial<Settings>;
  /** @default the tag of `of` */
  readonly tag?: Tags;
  /** Groups that have another role here than in `of`, or only here; `none` takes a role away. @default those of `of` */
  readonly access?: AccessChanges;
}

/** A requested copy, and the line that requested it. */
export interface Copy {
  readonly system: unknown;
  readonly of: string;
  readonly as: string;
  readonly changes: CopyChanges;
  readonly trace: Trace;
}

/** The properties of a placement that a copy changes. */
export interface CopyChanges {
  readonly settings: object;
  readonly tag?: Tags;
  readonly access?: AccessChanges;
}

type Environments = Readonly<Record<string, EnvironmentProps>>;

/** The described environments, and those that copies add. */
export function withCopies(described: Environments, copies: readonly Copy[]): Environments {
  const made = copies.flatMap(({ of, as }) => (Object.hasOwn(described, of) ? [[as, described[of]] as const] : []));
  return {
    ...Object.fromEntries(made.flatMap(([as, props]) => (props === undefined ? [] : [[as, props]]))),
    ...described,
  };
}

/** Why a copy cannot be made. `placed`: whether its system is placed in the environment that it copies. */
export function findCopyProblems(
  copy: Copy,
  copies: readonly Copy[],
  described: Environments,
  placed: boolean,
): Finding[] {
  const { of, as } = copy;
  const known = Object.keys(described);
  const other = copies.find(
    (known) => known.as === as && (known.of !== of || (known !== copy && known.system === copy.system)),
  );
  return [
    ...unless(known.includes(of), 'unknown-environment', {
      field: 'of',
      value: of,
      message: 'the environment to copy does not exist',
      expected: `one of ${known.join(', ')}`,
    }),
    ...unless(placed || !known.includes(of), 'no-placement', {
      field: 'of',
      value: of,
      message: 'the system is not placed in this environment',
      expected: 'an environment into which place(…) puts it',
    }),
    ...unless(!known.includes(as) && other === undefined, 'environment-taken', {
      field: 'as',
      value: as,
      message: 'an environment of this name already exists',
      expected: 'an unused environment name',
    }),
  ];
}
