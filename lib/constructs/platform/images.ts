// The tags of a platform's images: an entry that no system asks for is reported, or a pipeline would edit it for nothing.

import type { IConstruct } from 'constructs';
import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { Images } from '../../model/platform/target';
import { System } from '../system/system';

/** Entries of `images` for systems, environments and components that do not exist. Only for an app with every system in it. */
export function findUnusedImages(root: IConstruct, images: Images): Finding[] {
  const asked = new Map<string, Map<string, Set<string>>>();
  for (const { system, target, images: components } of System.allIn(root)) {
    const environments = asked.get(system) ?? new Map<string, Set<string>>();
    asked.set(system, environments);
    const { name } = target.environment;
    environments.set(name, new Set([...(environments.get(name) ?? []), ...components]));
  }
  return Object.entries(images).flatMap(([system, tags]) => {
    const environments = asked.get(system);
    if (environments === undefined) return unused('system', [system], [...asked.keys()]);
    return Object.entries(tags).flatMap(([environment, tag]) => {
      const components = environments.get(environment);
      if (components === undefined) return unused('environment', [system, environment], [...environments.keys()]);
      return Object.keys(typeof tag === 'object' ? tag : {}).flatMap((component) =>
        components.has(component) ? [] : unused('component', [system, environment, component], [...components]),
      );
    });
  });
}

function unused(what: string, path: readonly string[], known: readonly string[]): Finding[] {
  const name = path.at(-1) ?? '';
  const place = path.slice(0, -1);
  const where = place.length === 0 ? '' : ` of ${place.join(' in ')}`;
  return [
    findingOf(
      'unused-image',
      {
        field: ['images', ...path].join('.'),
        message: `no ${what}${where} is called '${name}'${didYouMean(name, known)}`,
        expected: known.length === 0 ? 'no entry' : `one of ${known.join(', ')}`,
      },
      'warning',
    ),
  ];
}
