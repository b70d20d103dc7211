// The file of previews: which branches have an environment of their own, until when, and with which images.

import fs from 'node:fs';
import { type Finding, findingOf } from '../../model/finding/finding';
import { findSchemaProblems } from '../../model/finding/schema';
import { isBranch, PREVIEWS, type PreviewData, type Previews, previewName } from '../../model/platform/preview';
import type { Tags } from '../../model/platform/target';
import { explain } from '../../synth/output/system-error';
import { beside, type DataFile, editFile, readData } from './data-file';
import { readTagText } from './tag-text';
import { findTagProblem } from './tags';

const RULE = 'preview';

const OF_PREVIEWS: DataFile = {
  name: 'file of previews',
  form: '{ "<branch>": { "until": "<day>" } }, or {} for none',
  rule: RULE,
};

/** Where a project has its previews, unless a command names another file: beside the file that exports the app. */
export function previewFileOf(entry: string): string {
  return beside(entry, 'previews.json');
}

/** The previews of a file, or what is wrong with them. */
export function readPreviews(file: string): Previews | { readonly errors: readonly Finding[] } {
  const read = readData(file, OF_PREVIEWS);
  if (!('text' in read)) return { errors: [read] };
  const [twice] = readTagText(read.text).duplicates;
  if (twice !== undefined) {
    return { errors: [problem(twice, `${file} has ${twice} twice`, 'each key once in its object')] };
  }
  const previews: Previews = JSON.parse(read.text);
  const errors = findDataProblems(file, previews);
  return errors.length > 0 ? { errors } : previews;
}

/** Adds the preview of a branch, or changes what is given of it; returns why it cannot. */
export function addPreview(file: string, branch: string, given: PreviewData): readonly Finding[] {
  return edit(file, (previews) => {
    const errors = findDataProblems(file, previews);
    if (errors.length > 0) return { errors };
    const { [branch]: before = {} } = previews;
    const images = { ...before.images };
    for (const [system, tags] of Object.entries(given.images ?? {})) images[system] = joined(images[system], tags);
    const after = { ...before, ...given, ...(Object.keys(images).length > 0 ? { images } : {}) };
    return { ...previews, [branch]: after };
  });
}

/** Tags of single components are added to those that are there. */
const joined = (before: Tags | undefined, tags: Tags): Tags =>
  typeof tags === 'object' && typeof before === 'object' ? { ...before, ...tags } : tags;

/** Ends previews; returns why it cannot. */
export function endPreviews(file: string, branches: readonly string[]): readonly Finding[] {
  return edit(file, (previews) => {
    const unknown = branches.filter((branch) => !Object.hasOwn(previews, branch));
    const known = Object.keys(previews).join(', ') || 'none: there is no preview';
    const errors = unknown.map((branch) => problem(branch, `${file} has no preview of ${branch}`, `one of ${known}`));
    if (errors.length > 0) return { errors };
    return Object.fromEntries(Object.entries(previews).filter(([branch]) => !branches.includes(branch)));
  });
}

function edit(
  file: string,
  change: (previews: Previews) => Previews | { readonly errors: readonly Finding[] },
): readonly Finding[] {
  let errors: readonly Finding[] = [];
  const refused = editFile(file, OF_PREVIEWS, (text) => {
    const [twice] = readTagText(text).duplicates;
    if (twice !== undefined) return problem(twice, `${file} has ${twice} twice`, 'each key once in its object');
    const after = change(JSON.parse(text));
    const found = 'errors' in after && Array.isArray(after.errors) ? after.errors : findDataProblems(file, after);
    errors = found;
    // the first stands for all of them
    return found[0] ?? `${JSON.stringify(after, undefined, 2)}\n`;
  });
  return errors.length > 0 || refused === undefined ? errors : [refused];
}

function findDataProblems(file: string, previews: unknown): Finding[] {
  return findSchemaProblems(PREVIEWS, previews, '').map(({ field = '', ...rest }) =>
    findingOf(RULE, { ...rest, field: `${file}: ${field}` }),
  );
}

/** The images that options `<system>=<tag>` or `<system>/<component>=<tag>` name, or what is wrong with them. */
export function parseImages(
  options: readonly string[],
): { readonly images: Record<string, Tags> } | { readonly errors: readonly Finding[] } {
  const images: Record<string, Tags> = {};
  const errors = options.flatMap((option) => {
    const [, system = '', component, tag = ''] = /^([^/=]+)(?:\/([^/=]+))?=(.*)$/.exec(option) ?? [];
    if (system === '') return problem(option, 'not the images of a system', '--image shop=61, or --image shop/web=61');
    const found = findTagProblem(tag);
    if (found !== undefined) return found;
    const before = images[system];
    if (before !== undefined && (typeof before === 'string' || component === undefined)) {
      return problem(option, `the images of ${system} are given twice`, 'one tag for all components, or one for each');
    }
    images[system] = component === undefined ? tag : { ...before, [component]: tag };
    return [];
  });
  return errors.length > 0 ? { errors } : { images };
}

/** What git prints for a branch (`ls-remote --heads`, `for-each-ref`), and for what is none. */
const REF = /^[0-9a-f]{40,64}(?: \w+)?\t(.+)$/;
const HEADS = 'refs/heads/';

/**
 * The branches that there are, from a file or, for `-`, standard input: a branch a line, or what git prints. Nothing at all is refused:
 * then the command before it failed, and every preview would end.
 */
export function readBranches(file: string): ReadonlySet<string> | { readonly errors: readonly Finding[] } {
  let text = '';
  try {
    text = fs.readFileSync(file === '-' ? process.stdin.fd : file, 'utf8');
  } catch (error) {
    const known = explain(error, file, `the branches in ${file} cannot be read`);
    return {
      errors: [problem(file, known instanceof Error ? known.message : String(known), 'a file, or - for a pipe')],
    };
  }
  const expected = 'a branch a line, or what `git ls-remote --heads origin` prints';
  const branches = new Set<string>();
  const errors: Finding[] = [];
  for (const line of text.split(/\r?\n/).filter((one) => one.trim() !== '')) {
    const [, ref] = REF.exec(line) ?? [];
    if (ref !== undefined && !ref.startsWith(HEADS)) continue;
    const branch = ref?.slice(HEADS.length) ?? line;
    if (isBranch(branch)) branches.add(branch);
    else errors.push(problem(line, 'the line names no branch', expected));
  }
  if (errors.length > 0) return { errors };
  return branches.size > 0 ? branches : { errors: [problem(file, 'there is no branch at all', expected)] };
}

/** Rows of a table: a preview each. */
export function rowsOf(previews: Previews): string[][] {
  const tagsText = (tags: Tags): string =>
    typeof tags === 'string'
      ? tags
      : Object.entries(tags)
          .map((pair) => pair.join('='))
          .join(',');
  return Object.entries(previews).map(([branch, { until = '–', images = {} }]) => [
    branch,
    previewName(branch),
    until,
    Object.entries(images)
      .map(([system, tags]) => `${system}: ${tagsText(tags)}`)
      .join('; ') || '–',
  ]);
}

function problem(value: string, message: string, expected: string): Finding {
  return findingOf(RULE, { message, expected, value });
}
