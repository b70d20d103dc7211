// Images come from the registry of their own environment: a test build must not reach production by a name in a chart.
import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { at } from '../analysis/shapes';
import { type EnvironmentProps, registryPath } from '../model/environment';
import { isJsonObject } from '../model/json';
import { type Inspected, inspect } from './findings';
import { System } from './system';

/** Lets every system below `root` be asked for images out of the registry of another environment. Images of others are nobody's. */
export function inspectRegistries(root: IConstruct, environments: Readonly<Record<string, EnvironmentProps>>): void {
  const registries = new Map<string, string>();
  for (const [name, environment] of Object.entries(environments)) {
    const path = registryPath(environment);
    if (path !== undefined && !registries.has(path)) registries.set(path, name);
  }
  for (const system of root.node.findAll().filter(System.isSystem)) {
    const own = registryPath(system.target.environment);
    const foreign = [...registries.keys()].some((path) => path !== own);
    if (foreign) inspect(system, () => foreignImages(system, own, registries));
  }
}

function foreignImages(
  system: System<unknown>,
  own: string | undefined,
  registries: ReadonlyMap<string, string>,
): Inspected[] {
  const images = system.node
    .findAll()
    .filter((it) => it instanceof ApiObject)
    .flatMap((about) => imagesOf(rendered(about)).map((found) => ({ ...found, about })));
  return images.flatMap(({ image, field, about }): Inspected[] => {
    const path = longestPrefix(image, [...registries.keys(), ...(own === undefined ? [] : [own])]);
    if (path === undefined || path === own) return [];
    return [
      {
        rule: 'foreign-registry',
        severity: 'error',
        about,
        field,
        value: image,
        message: `the image comes from the registry of ${registries.get(path)}`,
        expected:
          own === undefined
            ? 'this.image(…), which names the image without a registry here'
            : `this.image(…), which takes it from ${own}`,
      },
    ];
  });
}

/** One registry's path may begin with another's. */
function longestPrefix(image: string, paths: readonly string[]): string | undefined {
  const [longest] = paths.filter((path) => image.startsWith(`${path}/`)).sort((a, b) => b.length - a.length);
  return longest;
}

/** An object that cannot be rendered says so by itself. */
function rendered(object: ApiObject): unknown {
  try {
    return object.toJson();
  } catch {
    return undefined;
  }
}

/** Every text under the key `image`, wherever it stands, with its JSON pointer. */
function imagesOf(value: unknown, field = ''): { readonly image: string; readonly field: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => imagesOf(item, at(field, index)));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'image' && typeof inner === 'string'
      ? [{ image: inner, field: at(field, key) }]
      : imagesOf(inner, at(field, key)),
  );
}
