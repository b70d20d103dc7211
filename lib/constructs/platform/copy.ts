// A copy of an environment: a system once more, as it is there but for what is said, under a name of its own.

import type { Finding } from '../../model/finding/finding';
import type { Trace } from '../../model/manifest/origin';

import type { AccessChanges, EnvironmentProps } from '../../model/platform/environment';
import type { Tags } from '../../model/platform/target';
import { unless } from '../tree/findings';

/** What a copy is of, what it is called, and in what it differs. */
export interface CopyProps<EnvironmentName extends string, Settings> {
  /** The environment that the system is placed in already. */
  readonly of: EnvironmentName;
  /** Name of the new environment: it survives what `of` survives, has its registry, its groups and its clusters. */
  readonly as: string;
  /** Settings that differ. Hosts must: nobody can share them. */
  readonly settings: Partial<Settings>;
  /** @default the tag that `of` has */
  readonly tag?: Tags;
  /** Groups that have another role here than in `of`, or only here; `none` takes a role away. @default those of `of` */
  readonly access?: AccessChanges;
}

/** A copy as it was asked for, and the line that did. */
export interface Copy {
  readonly system: unknown;
  readonly of: string;
  readonly as: string;
  readonly changes: CopyChanges;
  readonly trace: Trace;
}

/** What of a placement is not the same. */
export interface CopyChanges {
  readonly settings: object;
  readonly tag?: Tags;
  readonly access?: AccessChanges;
}

type Environments = Readonly<Record<string, EnvironmentProps>>;

/** The environments that were described, and those that copies make of them. */
export function withCopies(described: Environments, copies: readonly Copy[]): Environments {
  const made = copies.flatMap(({ of, as }) => (Object.hasOwn(described, of) ? [[as, described[of]] as const] : []));
  return {
    ...Object.fromEntries(made.flatMap(([as, props]) => (props === undefined ? [] : [[as, props]]))),
    ...described,
  };
}

/** Why a copy cannot be made. `placed` tells whether its system is placed in the environment that it is of. */
export function findCopyProblems(
  copy: Copy,
  copies: readonly Copy[],
  described: Environments,
  placed: boolean,
): Finding[] {
  const { of, as } = copy;
  const known = Object.keys(described);
  const other = copies.find((one) => one.as === as && (one.of !== of || (one !== copy && one.system === copy.system)));
  return [
    ...unless(known.includes(of), 'unknown-environment', {
      field: 'of',
      value: of,
      message: 'there is no environment of that name to copy',
      expected: `one of ${known.join(', ')}`,
    }),
    ...unless(placed || !known.includes(of), 'no-placement', {
      field: 'of',
      value: of,
      message: 'the system is not placed there, so that there is nothing to copy',
      expected: 'an environment in which place(…) puts it',
    }),
    ...unless(!known.includes(as) && other === undefined, 'environment-taken', {
      field: 'as',
      value: as,
      message: 'there is an environment of that name already, and a copy would be mixed with it',
      expected: 'a name that no environment has',
    }),
  ];
}
