// A copy of an environment: the same system again, under another environment name, with stated changes only.

import type { Finding } from '../../model/finding/finding';
import { fields, like, optional, text } from '../../model/finding/schema';
import { isJsonObject } from '../../model/manifest/json';
import type { Trace } from '../../model/manifest/origin';
import { ACCESS_CHANGES, type AccessChanges } from '../../model/platform/environment';
import { unless } from '../tree/findings';
import type { PlacementProps } from './place';

/** The original of a copy, its name, and its differences. */
export interface CopyProps<EnvironmentName extends string, Settings> {
  /** The environment in which the system is already placed. */
  readonly of: EnvironmentName;
  /** Name of the new environment: it survives what `of` survives, has its registry, its groups, its clusters, and its images unless `images` has others. */
  readonly as: string;
  /** Settings that differ. Hosts must: two environments cannot share one. */
  readonly settings: Partial<Settings>;
  /** Groups that have another role here than in `of`, or only here; `none` takes a role away. @default those of `of` */
  readonly access?: AccessChanges;
}

/** What a copy may say. */
export const COPY = fields<CopyProps<string, object>>({
  of: text('the name of an environment'),
  as: text('the name of a new environment'),
  settings: like('settings: { … }', isJsonObject),
  access: optional(ACCESS_CHANGES),
});

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
  readonly access?: AccessChanges;
}

/** The described environments, and those that copies add. */
export function withCopies<Environment>(
  described: Readonly<Record<string, Environment>>,
  copies: readonly Pick<Copy, 'of' | 'as'>[],
): Readonly<Record<string, Environment>> {
  const made: Record<string, Environment> = {};
  for (const { of, as } of copies) {
    const original = Object.hasOwn(described, of) ? described[of] : undefined;
    if (original !== undefined) made[as] = original;
  }
  return { ...made, ...described };
}

/** Why a copy cannot be made. `placed`: whether its system is placed in the environment that it copies. */
export function findCopyProblems(
  copy: Copy,
  copies: readonly Copy[],
  known: readonly string[],
  placed: boolean,
): Finding[] {
  const { of, as } = copy;
  const other = copies.find((one) => one.as === as && (one.of !== of || (one !== copy && one.system === copy.system)));
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

/** A copy gets its own namespace. */
export function withoutNamespace<Settings>({
  namespace: _,
  ...placement
}: PlacementProps<string, Settings>): PlacementProps<string, Settings> {
  return placement;
}
