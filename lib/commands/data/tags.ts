// The file of tags: which build of each system's images runs in each environment.

import { type Finding, findingOf } from '../../model/finding/finding';
import { beside, type DataFile, editFile } from './data-file';
import { readTagText } from './tag-text';

const TAG = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/;

/** A tag that moves, and what JavaScript and shells write for a value that is not there. */
const NO_TAG = /^(?:latest|undefined|null|nan|true|false)$/i;

const OF_TAGS: DataFile = {
  name: 'file of tags',
  form: '{ "<system>": { "<environment>": "<tag>" } }',
  rule: 'image-tag',
};

/** Where a project has its tags, unless a command names another file: beside the file that exports the app. */
export function tagFileOf(entry: string): string {
  return beside(entry, 'images.json');
}

/**
 * Sets the tag of `target`, `<system>/<environment>` or `<system>/<environment>/<component>`, in the file of tags; returns why it
 * cannot. Every other byte of the file stays, and so does its mode. Of several runs at once, each sets its own tag.
 */
export function setTag(file: string, target: string, tag: string): Finding | undefined {
  const refused = findTagProblem(tag);
  if (refused !== undefined) return refused;
  return editFile(file, OF_TAGS, (text) => replaced(file, text, target, tag));
}

/** Why a tag is refused: it may move, or is none at all. */
export function findTagProblem(tag: string): Finding | undefined {
  if (TAG.test(tag) && !NO_TAG.test(tag)) return undefined;
  const expected = 'a build number such as 412, or sha256: and 64 hexadecimal digits';
  return problem(tag, 'not an immutable image tag', expected);
}

/** The text of the file with another tag, or why there is none. */
function replaced(file: string, text: string, target: string, tag: string): string | Finding {
  const { places, duplicates } = readTagText(text);
  const [twice] = duplicates;
  if (twice !== undefined) return problem(twice, `${file} has ${twice} twice`, 'each key once in its object');
  const [place, other] = places.filter(({ path }) => path === target);
  if (place === undefined)
    return problem(target, `${file} has no such images`, `one of ${places.map(({ path }) => path).join(', ')}`);
  if (other !== undefined)
    return problem(target, `${file} has more than one entry of that name`, 'keys without a slash');
  return `${text.slice(0, place.start)}${JSON.stringify(tag)}${text.slice(place.end)}`;
}

function problem(value: string, message: string, expected: string): Finding {
  return findingOf('image-tag', { message, expected, value });
}
