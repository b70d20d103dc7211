// Dependencies across files: kubectl applies files by name, and names do not follow dependencies, so some cannot be kept.

import type { IConstruct } from 'constructs';
import { type Finding, findingAt } from '../../model/finding/finding';
import type { Dependency } from './collect';

/** First and last file of the objects below a construct. */
interface Range {
  first: string;
  last: string;
}

/** A warning for each dependency whose target is in a file that is applied after the source's. Linear in the tree. */
export function findCrossings(
  dependencies: readonly Dependency[],
  objects: Iterable<{ readonly construct: IConstruct; readonly file: string }>,
): Finding[] {
  if (dependencies.length === 0) return [];
  const ranges = new Map<IConstruct, Range>();
  for (const { construct, file } of objects) {
    for (const scope of construct.node.scopes) widen(ranges, scope, file);
  }
  return dependencies.flatMap(({ source, target, origin }) => {
    const before = ranges.get(target);
    const after = ranges.get(source);
    const related = source.node.scopes.includes(target) || target.node.scopes.includes(source);
    if (related || before === undefined || after === undefined || before.last <= after.first) return [];
    const finding: Finding = {
      rule: 'dependency-across-files',
      severity: 'warning',
      message: `depends on ${target.node.path}, but ${after.first} is applied before ${before.last}`,
      expected: 'a dependency in the same file or an earlier one: files are applied by name',
    };
    return [findingAt(origin, finding)];
  });
}

function widen(ranges: Map<IConstruct, Range>, scope: IConstruct, file: string): void {
  const range = ranges.get(scope);
  if (range === undefined) ranges.set(scope, { first: file, last: file });
  else if (file < range.first) range.first = file;
  else if (file > range.last) range.last = file;
}
