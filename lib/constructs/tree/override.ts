// The escape hatch: changes to the final JSON of any object, including fields that no typed class knows. None is ever lost.

import type { ApiObject } from 'cdk8s';
import type { Json } from '../../model/manifest/json';
import { captureTrace } from '../../model/manifest/origin';
import { ENTRY, type Override, setEntry } from '../../model/platform/entries';

/** Changes to one object, applied in the order in which they are called, after everything else. */
export interface Overrides {
  /**
   * Sets a field. Its parent must exist; the field may be new, and so may an item of a list that is named by its merge key. Setting
   * the current value is an error.
   */
  set(path: string, value: Json): Overrides;
  /** Adds an item to the end of a list, which may be new. An item of the same merge key is an error. */
  append(path: string, item: Json): Overrides;
  /** Replaces a field that exists. */
  replace(path: string, value: Json): Overrides;
  /** Removes a field that exists. */
  remove(path: string): Overrides;
}

/**
 * Overrides fields of `object` in its final JSON.
 *
 * Paths are dotted; list items are named by their merge key, keys with dots are quoted:
 * `spec.template.spec.containers[web].image`, `metadata.annotations["example.com/team"]`. A list without a merge key takes
 * an index. A path that does not exist is an error that names the nearest parent that does, and its keys.
 *
 * @example override(web.deployment).set('spec.template.spec.shareProcessNamespace', true);
 * @example override(web.deployment).append('spec.template.spec.containers', { name: 'proxy', image: 'registry.example/proxy:1' });
 */
export function override(object: ApiObject): Overrides {
  const add = (change: Omit<Override, 'trace'>): Overrides => {
    setEntry(object, ENTRY.override, { ...change, trace: captureTrace() });
    return overrides;
  };
  const overrides: Overrides = {
    set: (path, value) => add({ operation: 'set', path, value }),
    append: (path, item) => add({ operation: 'append', path, value: item }),
    replace: (path, value) => add({ operation: 'replace', path, value }),
    remove: (path) => add({ operation: 'remove', path }),
  };
  return overrides;
}
