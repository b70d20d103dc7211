// The tags of a platform's images: every image that a system asks for has one, and every entry is one that a system asks for.

import type { IConstruct } from 'constructs';
import { closest, didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf, hasError } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import type { Trace } from '../../model/manifest/origin';
import { ENTRY, entriesOf } from '../../model/platform/entries';
import type { Images } from '../../model/platform/target';
import { type MissingTag, System } from '../system/system';
import { isRefused } from '../tree/door';
import { report } from '../tree/findings';

/** An entry of `images` that no system asks for: its keys, and those that could have stood in place of the last. */
interface Unused {
  readonly what: 'system' | 'environment' | 'component';
  readonly path: readonly string[];
  readonly known: readonly string[];
}

/**
 * Missing tags at the lines that asked for them, and entries that no system asks for, at that of the platform. `branches`: those of
 * previews, by environment.
 */
export function reportImages(
  root: IConstruct,
  images: Images,
  branches: ReadonlyMap<string, string>,
  trace: Trace,
): void {
  const systems = System.allIn(root);
  const missing = systems.flatMap((system) =>
    system.missingTags.map((tag) => ({ system, tag, keys: keysOf(system, tag) })),
  );
  const unused = findUnused(systems, images);
  // a misspelt key is one mistake, though the tag that was meant is missing as well
  const misspelt = unused.flatMap((entry) => {
    const place = entry.path.slice(0, -1);
    const lacking = missing.filter(({ keys }) => place.every((key, index) => keys[index] === key));
    const meant = closest(
      entry.path.at(-1) ?? '',
      lacking.flatMap(({ keys }) => keys[place.length] ?? []),
    );
    return meant === undefined ? [] : { entry, meant: [...place, meant] };
  });
  for (const { entry } of misspelt) report(root, findingOf('image-tag', problemOf(entry)), trace);
  for (const { system, tag, keys } of missing) {
    const isMisspelt = misspelt.some(({ meant }) => meant.every((key, index) => keys[index] === key));
    if (!isMisspelt) report(system, missingTag(system, tag, branches), tag.trace);
  }
  // a system that is refused may not have asked for all of its images
  if (isRefused(root) || hasError(entriesOf(root, ENTRY.finding))) return;
  for (const entry of unused) report(root, findingOf('unused-image', problemOf(entry), 'warning'), trace);
}

function keysOf({ system, target }: System<unknown>, { component }: MissingTag): readonly string[] {
  return [system, target.environment.name, component];
}

function missingTag(
  { system, target }: System<unknown>,
  { component, isAlone }: MissingTag,
  branches: ReadonlyMap<string, string>,
): Finding {
  const environment = target.environment.name;
  const place = `images.${system}.${environment}`;
  const branch = branches.get(environment);
  const tag = isAlone ? `${system}/${component}=412` : `${system}=412`;
  const example = isAlone ? `{ ${component}: '412' }` : "'412'";
  return findingOf('image-tag', {
    field: isAlone ? `${place}.${component}` : place,
    message: `there is no tag for ${component} of ${system} in ${environment}`,
    expected:
      branch === undefined
        ? `images: { ${system}: { ${environment}: ${example} } } on the platform: a build number or a digest`
        : `evenkeel preview ${branch} --image ${tag}: a build number or a digest`,
  });
}

function findUnused(systems: readonly System<unknown>[], images: Images): Unused[] {
  const asked = new Map<string, Map<string, Set<string>>>();
  for (const { system, target, images: components } of systems) {
    const environments = asked.get(system) ?? new Map<string, Set<string>>();
    asked.set(system, environments);
    const { name } = target.environment;
    environments.set(name, new Set([...(environments.get(name) ?? []), ...components]));
  }
  return Object.entries(images).flatMap(([system, tags]): Unused | Unused[] => {
    const environments = asked.get(system);
    if (environments === undefined) return { what: 'system', path: [system], known: [...asked.keys()] };
    return Object.entries(tags).flatMap(([environment, tag]): Unused | Unused[] => {
      const components = environments.get(environment);
      if (components === undefined) {
        return { what: 'environment', path: [system, environment], known: [...environments.keys()] };
      }
      return Object.keys(typeof tag === 'object' ? tag : {}).flatMap((component) =>
        components.has(component)
          ? []
          : { what: 'component', path: [system, environment, component], known: [...components] },
      );
    });
  });
}

function problemOf({ what, path, known }: Unused): Problem {
  const name = path.at(-1) ?? '';
  const place = path.slice(0, -1);
  const where = place.length === 0 ? '' : ` of ${place.join(' in ')}`;
  return {
    field: ['images', ...path].join('.'),
    message: `no ${what}${where} is called '${name}'${didYouMean(name, known)}`,
    expected: known.length === 0 ? 'no entry' : `one of ${known.join(', ')}`,
  };
}
