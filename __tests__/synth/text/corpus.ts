// The named texts as objects, the YAML that we write of them, and what sigs.k8s.io/yaml reads there, recorded.

import { join } from 'node:path';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { hasForm } from '../../../lib/synth/text/corruption';
import { TEXTS } from './texts';

const FOLDER = join(__dirname, '..', '..', 'fixtures', 'yaml');

/** YAML, one document for each object of the corpus. */
export const WRITTEN = join(FOLDER, 'written.yaml');

/** What the program of e2e/reader prints for it: one line of JSON for each document. */
export const READ_BY_GO = join(FOLDER, 'read-by-go.jsonl');

/** Numbers of every form in JSON; -0 is read as 0. */
const NUMBERS = [
  0,
  -1.5,
  0.1 + 0.2,
  2 ** 53,
  2 ** 63,
  123456789012345680000,
  1e21,
  -1.5e21,
  1e-7,
  5e-324,
  Number.MAX_VALUE,
];

/** Every named text as value, item, key of a map and of a list; and the numbers. */
export const CORPUS: readonly JsonObject[] = [
  ...Object.entries(TEXTS)
    .filter(([, text]) => hasForm(text) && text.length < 1_300)
    .map(([name, text]) => ({ name, value: text, items: [text, [text]], [text]: { [text]: [text] } })),
  { name: 'numbers', values: NUMBERS },
];
