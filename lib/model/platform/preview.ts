// A preview: the environment of a branch, as committed data: its name, its hosts, until when it is wanted, and its images.

import { createHash } from 'node:crypto';
import type { Problem } from '../finding/problem';
import { checked, fields, optional, table, text } from '../finding/schema';
import { LONGEST_NAME } from './environment';
import { type Images, TAGS, type Tags } from './target';

/** The branches that have previews, as `previews.json` has them. */
export type Previews = Readonly<Record<string, PreviewData>>;

/** What is known of a preview besides its branch. */
export interface PreviewData {
  /** The last day on which it is wanted, as `2026-12-05` in UTC. `evenkeel preview --expired` reads it, synth does not. @default no end */
  readonly until?: string;
  /** Its images: system → tags. @default those of the environment that it is like */
  readonly images?: Readonly<Record<string, Tags>>;
}

/** What the settings of a preview follow from. */
export interface Preview {
  /** Its branch: `feature/pay-42`. */
  readonly branch: string;
  /** Name of its environment: `feature-pay-42`. */
  readonly name: string;
  /** Its host beside `host`: `feature-pay-42-shop.preview.example` for `shop.preview.example`, so that one wildcard covers all. */
  readonly host: (host: string) => string;
}

/** Characters of the digest that distinguishes branches whose names are the same once they are written as names of environments. */
const DIGEST = 6;

/** What git refuses as the name of a branch (git-check-ref-format). */
const NO_BRANCH =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses them
  /^(?:[-/].*|@|HEAD|.*(?:\/|\.|\.lock))$|\.\.|\/\/|@\{|(?:^|\/)\.|\.lock\/|[\u0000- ~^:?*[\\\u007f]/;

/** What a branch may be called, in words. */
export const BRANCH_EXPECTED = 'the name of a branch, such as feature/pay-42';

/** Whether git takes the name for a branch. */
export const isBranch = (name: string): boolean => name !== '' && !NO_BRANCH.test(name);

/**
 * The name of a branch's environment: the branch with `-` for `/`. Where anything else must change, or where it would be longer than
 * 40 characters, it ends with 6 digits of the SHA-256 of the branch.
 */
export function previewName(branch: string): string {
  const plain = branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (plain === branch.replaceAll('/', '-') && plain.length <= LONGEST_NAME) return plain;
  const digest = createHash('sha256').update(branch).digest('hex').slice(0, DIGEST);
  const start = plain.slice(0, LONGEST_NAME - DIGEST - 1).replace(/-$/, '');
  return start === '' ? digest : `${start}-${digest}`;
}

/** The preview of a branch. */
export function previewOf(branch: string): Preview {
  const name = previewName(branch);
  return { branch, name, host: (host) => `${name}-${host}` };
}

/** Whether a text is a day of the calendar. */
export function isDay(day: string): boolean {
  const [, year = '', month = '', date = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  const time = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)));
  return year !== '' && time.toISOString().startsWith(day);
}

/** Branches whose last day is before `day`, which is written as theirs. */
export function expiredBefore(previews: Previews, day: string): string[] {
  return Object.entries(previews).flatMap(([branch, { until }]) =>
    until !== undefined && until < day ? [branch] : [],
  );
}

/** A day, in words. */
export const DAY_EXPECTED = 'a day such as 2026-12-05';

/** What the data of previews may say. */
export const PREVIEWS = checked<Previews>(
  table(
    fields<PreviewData>({
      until: optional(text(DAY_EXPECTED, isDay)),
      images: optional(table(TAGS, "{ system: '412' }")),
    }),
    "branches: { 'feature/pay-42': { until, images } }",
  ),
  findBranchProblems,
);

function findBranchProblems(previews: Previews): Problem[] {
  const branches = new Map<string, string>();
  return Object.keys(previews).flatMap((branch): Problem[] => {
    const at = { field: branch, value: branch };
    if (!isBranch(branch)) return [{ ...at, message: 'git has no branch of this name', expected: BRANCH_EXPECTED }];
    const name = previewName(branch);
    const other = branches.get(name);
    branches.set(name, branch);
    if (other === undefined) return [];
    const message = `both ${other} and ${branch} are the environment ${name}`;
    return [{ ...at, message, expected: 'one of the two, or another name for a branch' }];
  });
}

/** The tags of the platform, with those of previews. Components that a preview leaves out have the tags that they have in `of`. */
export function imagesWith(images: Images, previews: Previews, of: string): Images {
  const all: Record<string, Record<string, Tags>> = Object.fromEntries(
    Object.entries(images).map(([system, tags]) => [system, { ...tags }]),
  );
  for (const [branch, { images: own = {} }] of Object.entries(previews)) {
    for (const [system, tags] of Object.entries(own)) {
      const others = images[system]?.[of];
      const isPart = typeof tags === 'object' && typeof others === 'object';
      all[system] = { ...all[system], [previewName(branch)]: isPart ? { ...others, ...tags } : tags };
    }
  }
  return all;
}
