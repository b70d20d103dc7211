// Images come from the registry of their own environment: a test build must not reach production through a name in a chart.

import type { IConstruct } from 'constructs';
import { at } from '../../analysis/objects/read-json';
import { type Finding, findingOn } from '../../model/finding/finding';
import { isJsonObject, type Json } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { ENTRY, setEntry, type Verification } from '../../model/platform/entries';
import { type EnvironmentProps, registryPath } from '../../model/platform/environment';
import { System } from '../system/system';

/**
 * Registers a check of every system below `root` for images from the registry of another environment; other registries are free. Parts of the
 * platform serve all environments: a drill checks a copy with the image of what wrote it.
 */
export function checkRegistriesLater(root: IConstruct, environments: Readonly<Record<string, EnvironmentProps>>): void {
  const registries = new Map<string, string>();
  for (const [name, environment] of Object.entries(environments)) {
    const path = registryPath(environment);
    if (path !== undefined && !registries.has(path)) registries.set(path, name);
  }
  for (const system of System.allIn(root)) {
    if (system.target.part !== undefined) continue;
    const registry = registryPath(system.target.environment);
    const hasForeign = [...registries.keys()].some((path) => path !== registry);
    if (!hasForeign) continue;
    const verification: Verification = (objects) => {
      const own = objects.filter(({ origin }) => origin.construct.startsWith(`${system.node.path}/`));
      return own.flatMap((entry) => findForeignImages(entry, registry, registries));
    };
    setEntry(system, ENTRY.verification, verification);
  }
}

function findForeignImages(
  entry: ApiEntry,
  own: string | undefined,
  registries: ReadonlyMap<string, string>,
): Finding[] {
  return imagesOf(entry.manifest).flatMap(({ image, field }): Finding[] => {
    const path = longestPrefix(image, [...registries.keys(), ...(own === undefined ? [] : [own])]);
    if (path === undefined || path === own) return [];
    return [
      findingOn(entry, {
        rule: 'foreign-registry',
        severity: 'error',
        field,
        value: image,
        message: `the image comes from the registry of ${registries.get(path)}`,
        expected:
          own === undefined
            ? 'this.image(…), which names the image without a registry here'
            : `this.image(…), which takes it from ${own}`,
      }),
    ];
  });
}

/** The longest of the paths that the image starts with: one registry's path may start with another's. */
function longestPrefix(image: string, paths: readonly string[]): string | undefined {
  const [longest] = paths.filter((path) => image.startsWith(`${path}/`)).sort((a, b) => b.length - a.length);
  return longest;
}

/** Every text under the key `image`, at any depth, with its JSON pointer. */
function imagesOf(value: Json | undefined, field = ''): { readonly image: string; readonly field: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => imagesOf(item, at(field, index)));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'image' && typeof inner === 'string'
      ? [{ image: inner, field: at(field, key) }]
      : imagesOf(inner, at(field, key)),
  );
}
