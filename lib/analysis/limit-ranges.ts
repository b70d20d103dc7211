// What a namespace gives to containers that say nothing: the defaults of its LimitRanges.
import type { JsonObject } from '../model/json';
import type { ApiEntry } from '../model/object';
import { catalogue } from './catalogue';
import type { RequestDefaults } from './demand';
import { dig, places, record } from './shapes';

/** Defaults of limits, or of requests, among the objects of one namespace. */
export function containerDefaults(members: readonly ApiEntry[], field: 'default' | 'defaultRequest'): JsonObject {
  const ranges = catalogue(members).of('/LimitRange');
  const items = ranges.flatMap(({ manifest }) => places(dig(manifest, 'spec'), 'limits', '/spec'));
  const given = items.filter(({ value }) => value.type === 'Container').map(({ value }) => record(value[field]) ?? {});
  return Object.assign({}, ...given);
}

/** What a container requests that says nothing: a default limit is a request too, where no request is given. */
export const requestDefaults = (members: readonly ApiEntry[]): RequestDefaults => ({
  ...containerDefaults(members, 'default'),
  ...containerDefaults(members, 'defaultRequest'),
});
