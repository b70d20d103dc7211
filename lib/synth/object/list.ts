// Lists of objects (`List`, `RoleList`): kubectl takes each apart, and so do we, for every rule to see the items.

import type { Problem } from '../../model/finding/problem';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { isFixedForm } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';

const LIST = /List$/;

interface Items {
  readonly items: readonly JsonObject[];
  readonly problems: readonly Problem[];
}

/**
 * The objects in a list, each with `namespace` as default; any other object unchanged. An item that does not say what it is has the
 * version of the list, and its kind without `List`.
 *
 * Source: k8s.io/apimachinery, unstructuredJSONScheme: an object of any kind with `items` is a list.
 */
export function itemsOf(manifest: JsonObject, namespace: string | undefined, pointer = ''): Items {
  const { apiVersion = null, kind, items } = manifest;
  if (!Array.isArray(items)) return { items: [manifest], problems: [] };
  const isList = typeof kind === 'string' && LIST.test(kind);
  const problems: Problem[] = isList ? [] : [notList(kind ?? null)];
  const found: JsonObject[] = [];
  for (const [index, item] of (isList ? items : []).entries()) {
    const field = `${pointer}/items/${index}`;
    if (!isJsonObject(item)) {
      problems.push({ field, message: 'the item of the list is not an object', expected: 'an object, or no item' });
      continue;
    }
    const head = item.apiVersion ?? item.kind;
    const own =
      head === undefined && kind !== 'List' ? { apiVersion, kind: String(kind).replace(LIST, ''), ...item } : item;
    const inner = itemsOf(own, namespace, field);
    problems.push(...inner.problems);
    found.push(...(inner.items[0] === own ? [inNamespace(own, namespace)] : inner.items));
  }
  return { items: found, problems };
}

function notList(kind: Json): Problem {
  return {
    field: '/items',
    message: `kubectl takes ${String(kind)} for a list because it has a list 'items', and would apply the items`,
    expected: 'a kind that ends in List, or another place for the field, such as spec.items',
  };
}

function inNamespace(item: JsonObject, namespace: string | undefined): JsonObject {
  const metadata = isJsonObject(item.metadata) ? item.metadata : {};
  const placed = { ...(namespace === undefined ? {} : { namespace }), ...metadata };
  const { apiVersion, kind } = item;
  const rest = isFixedForm(groupOf(apiVersion), String(kind)) ? withoutNulls(item) : item;
  return { ...rest, metadata: withoutNulls(placed) };
}

/** The nulls of built-in kinds mean nothing. Those in lists stay: the API server refuses them. */
function withoutNulls(map: JsonObject): JsonObject {
  const kept = Object.entries(map).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNullsIn(value)]));
}

function withoutNullsIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNullsIn);
  return isJsonObject(value) ? withoutNulls(value) : value;
}
