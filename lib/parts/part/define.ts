// How a part is made: its properties checked at its line, and what its systems read of the cluster around them.

import { Component } from '../../constructs/component/component';
import type { ComponentProps } from '../../constructs/component/component-props';
import type { LongRunningProps } from '../../constructs/component/stateless';
import type { Part, PlacedPart } from '../../constructs/parts/part';
import { System } from '../../constructs/system/system';
import { boundsByZone } from '../../model/cluster/pool-bounds';
import { accept } from '../../model/finding/input';
import { fields, number, type Schema, text } from '../../model/finding/schema';
import { captureTrace } from '../../model/manifest/origin';

/** A component of any kind. */
export type AnyComponent = Component<ComponentProps>;

/** Makes a part of what the user said of it. What the schema refuses is reported at the user's line, and its default stands for it. */
export function definePart<Props extends object>(
  name: string,
  schema: Schema,
  props: Props,
  parts: Pick<Part, 'systems' | 'neighbours'>,
): Part<Props> {
  const { input, problems } = accept<Props>(name, schema, props, {});
  return { name, props: input, problems, trace: captureTrace(), ...parts };
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 7 * 86_400, y: 365 * 86_400 };

/** Seconds of a duration such as `15d`; `undefined` for another text. */
export function durationSeconds(text: string): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d*)([hdwy])$/.exec(text) ?? [];
  const seconds = UNITS[unit];
  return seconds === undefined ? undefined : Number(count) * seconds;
}

/** What taking a part out of the promise to survive zones may say. */
export const SURVIVES: Schema = fields<NonNullable<LongRunningProps['survives']>>(
  { zones: number({ atLeast: 0, atMost: 0 }), because: text('a reason, as a sentence') },
  "{ zones: 0, because: 'a reason' }",
);

/** The components of a system. */
export const componentsOf = (system: System<unknown>): AnyComponent[] =>
  system.node.findAll().filter((construct): construct is AnyComponent => construct instanceof Component);

/** The systems of the cluster that were built before, those of other parts among them. */
export const systemsBeside = (system: System<unknown>): readonly System<unknown>[] =>
  (system.node.scope?.node.children ?? []).filter(System.isSystem).filter((one) => one !== system);

/** How large a cluster is, as far as its parts follow from it. */
export interface ClusterSize {
  /** The most nodes of its pools; 0 where they are not declared. */
  readonly nodes: number;
  /** The most pods of its components. */
  readonly pods: number;
  /** Those that show metrics. */
  readonly scraped: number;
}

/** The size of the cluster of a part. */
export function clusterSize(system: System<unknown>, here: PlacedPart): ClusterSize {
  const { nodePools, zones } = system.target.cluster;
  const bounds = nodePools.flatMap((pool) => boundsByZone(pool, zones));
  const observed = here.systems.flatMap(componentsOf).map((component) => component.observed);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return {
    nodes: sum(bounds.map(({ max }) => max)),
    pods: sum(observed.map(({ pods }) => pods)),
    scraped: sum(observed.flatMap(({ port, pods }) => (port === undefined ? [] : pods))),
  };
}
