// Labels: the recommended ones of kubernetes.io, and the two that selectors use.

import { labelValue } from '../../model/manifest/formats';
import { APP } from '../../model/manifest/well-known';

/** What a Deployment and a Service select by. It never changes while the component keeps its name. */
export function selectorLabels(component: string): Readonly<Record<string, string>> {
  return { [APP.name]: component, [APP.instance]: component };
}

/** Labels of every object of a system. */
export function systemLabels(system: string): Readonly<Record<string, string>> {
  return { [APP.partOf]: system, [APP.managedBy]: 'evenkeel' };
}

/** The version label: the tag of the image, where it is a legal label value (a digest is not). */
export function versionLabel(image: string): Readonly<Record<string, string>> {
  const [, tag] = /:([^:/]+)$/.exec(image) ?? [];
  return tag === undefined || image.includes('@') || !labelValue.fits(tag) ? {} : { [APP.version]: tag };
}
