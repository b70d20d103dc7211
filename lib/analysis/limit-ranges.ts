// What a namespace gives to containers that say nothing: the defaults of its LimitRanges.
import type { JsonObject } from '../model/json';
import type { ApiEntry } from '../model/object';
import { catalogue } from './catalogue';
import type { RequestDefaults } from './demand';
import { dig, places, record } from './shapes';

/**
 * Defaults of limits, or of requests, among the objects of one namespace. The API server completes each range first: a maximum is a
 * default limit too, and a request that is not given is the limit or else the minimum.
 *
 * Source: k8s.io/kubernetes v1.36.3, pkg/apis/core/v1/defaults.go, `SetDefaults_LimitRangeItem`.
 */
export function containerDefaults(members: readonly ApiEntry[], field: 'default' | 'defaultRequest'): JsonObject {
  const ranges = catalogue(members).of('/LimitRange');
  const items = ranges.flatMap(({ manifest }) => places(dig(manifest, 'spec'), 'limits', '/spec'));
  const given = items
    .filter(({ value }) => value.type === 'Container')
    .map(({ value }) => {
      const limits = { ...record(value.max), ...record(value.default) };
      return field === 'default' ? limits : { ...record(value.min), ...limits, ...record(value.defaultRequest) };
    });
  return Object.assign({}, ...given);
}

/** What a container requests that says nothing. */
export const requestDefaults = (members: readonly ApiEntry[]): RequestDefaults =>
  containerDefaults(members, 'defaultRequest');
