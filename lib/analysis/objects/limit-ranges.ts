// The defaults that a namespace's LimitRanges give to containers.

import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity } from '../../model/manifest/quantity';
import type { RequestDefaults } from './demand';
import { memoizePerObjects, objectIndex } from './object-index';
import { dig, places, record } from './read-json';

/**
 * Defaults of limits, or of requests, among the objects of one namespace. The API server completes each range first: a maximum is a
 * default limit too, and a missing request is the limit, or else the minimum. Of several ranges it takes the first
 * that it finds, in no fixed order; we take the largest, to be safe in any order.
 *
 * Source: k8s.io/kubernetes v1.36.3, pkg/apis/core/v1/defaults.go, `SetDefaults_LimitRangeItem`; plugin/pkg/admission/limitranger.
 */
export const containerDefaults = (members: readonly ApiEntry[], field: Field): JsonObject => defaultsOf(members)[field];

type Field = 'default' | 'defaultRequest';

/** Both, found once: every workload of the namespace asks. */
const defaultsOf = memoizePerObjects(
  (members): Readonly<Record<Field, JsonObject>> => ({
    default: findDefaults(members, 'default'),
    defaultRequest: findDefaults(members, 'defaultRequest'),
  }),
);

function findDefaults(members: readonly ApiEntry[], field: Field): JsonObject {
  const found: Record<string, Json> = {};
  for (const range of objectIndex(members).of('/LimitRange')) {
    const items = places(dig(range.manifest, 'spec'), 'limits', '').filter(({ value }) => value.type === 'Container');
    const given: JsonObject = Object.assign({}, ...items.map(({ value }) => completed(value, field)));
    for (const [resource, value] of Object.entries(given)) {
      if (amountOf(value) >= amountOf(found[resource])) found[resource] = value;
    }
  }
  return found;
}

function completed(item: JsonObject, field: Field): JsonObject {
  const limits = { ...record(item.max), ...record(item.default) };
  return field === 'default' ? limits : { ...record(item.min), ...limits, ...record(item.defaultRequest) };
}

const amountOf = (quantity: Json | undefined): bigint => readQuantity(quantity) ?? -1n;

/** The default requests of a container. */
export const requestDefaults = (members: readonly ApiEntry[]): RequestDefaults =>
  containerDefaults(members, 'defaultRequest');
