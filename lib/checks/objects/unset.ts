// Texts made of a value that was not set, such as `https://undefined/x`: valid for the API server, and of no use.

import { memoizePerObjects } from '../../analysis/objects/object-index';
import { at } from '../../analysis/objects/read-json';
import { unsetInHost, unsetInImage, unsetInUrl, unsetWord } from '../../analysis/objects/unset';
import { isJsonObject, type Json } from '../../model/manifest/json';
import { isFixedForm, POD_TEMPLATES } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { configMap, object, running } from '../examples';
import type { Rule } from '../rule';

/** What most texts do not have, so that they need no closer look. */
const SUSPECT = /undefined|NaN|\[object [A-Z]|:\/\/|null|^(?:true|false)$/;
const HOST_KEY = /hosts?(?:names?)?$|dnsnames?$|domains?$|commonname$|externalname$/i;
const IMAGE_KEY = /image$/i;
/** The rule image-reference sees these. */
const CONTAINER_IMAGE = /\/(?:c|initC|ephemeralC)ontainers\/\d+\/image$/;
const NAMES: ReadonlySet<string> = new Set(['/metadata/name', '/metadata/namespace']);
const NULL_IN_NAME = /(?:^|[-.])null(?:$|[-.])/;
/** Other rules refuse any other word in a name, a label or the host of a built-in kind: it has upper case or a bracket. */
const WELL_FORMED: ReadonlySet<string | undefined> = new Set(['undefined', 'null', 'true', 'false']);
const LABEL = /\/(?:labels|matchLabels|nodeSelector)\//;

type What = 'host' | 'image' | 'name' | 'text' | 'URL';

interface Unset {
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly text: string;
  readonly word: string;
  /** What the text is: in a `text` such a word may be meant. */
  readonly what: What;
}

const unsetTexts = memoizePerObjects((entries): readonly Unset[] => {
  const found: Unset[] = [];
  for (const entry of entries) {
    const keys: (string | number)[] = [];
    visit(entry.manifest, keys, '', (key, text, isKey) => {
      const pointer = at('', ...keys);
      const unset = isKey ? unsetIn('text', unsetWord(text)) : look(entry, pointer, key, text);
      if (unset !== undefined) found.push({ entry, pointer, text, ...unset });
    });
  }
  return found;
});

/** Calls `suspect` for each text, and each key, that needs a closer look, while `keys` are those that lead to it: few need a pointer. */
function visit(
  value: Json,
  keys: (string | number)[],
  key: string,
  suspect: (key: string, text: string, isKey: boolean) => void,
): void {
  if (typeof value === 'string') {
    if (SUSPECT.test(value)) suspect(key, value, false);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      keys.push(index);
      visit(value[index], keys, key, suspect);
      keys.pop();
    }
  } else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      keys.push(name);
      if (SUSPECT.test(name)) suspect(key, name, true);
      visit(value[name] ?? null, keys, name, suspect);
      keys.pop();
    }
  }
}

function look({ identity: { group, kind } }: ApiEntry, pointer: string, key: string, text: string) {
  if (NAMES.has(pointer)) {
    const word = unsetWord(text) ?? (NULL_IN_NAME.test(text) ? 'null' : undefined);
    return WELL_FORMED.has(word) ? unsetIn('name', word) : undefined;
  }
  if (IMAGE_KEY.test(key)) {
    const isContainers = POD_TEMPLATES.has(`${group}/${kind}` satisfies Kind) && CONTAINER_IMAGE.test(pointer);
    return isContainers ? undefined : unsetIn('image', unsetInImage(text));
  }
  if (HOST_KEY.test(key) && !/[\s/]/.test(text)) {
    const word = unsetInHost(text);
    return isFixedForm(group, kind) && !WELL_FORMED.has(word) ? undefined : unsetIn('host', word);
  }
  const word = unsetWord(text);
  const isRefused = word?.startsWith('[') && LABEL.test(pointer);
  return unsetIn('URL', unsetInUrl(text)) ?? (isRefused ? undefined : unsetIn('text', word));
}

function unsetIn(what: What, word: string | undefined) {
  return word === undefined ? undefined : { what, word };
}

const check =
  (isMeant: (what: What) => boolean): Rule['check'] =>
  (entries, report) => {
    for (const { entry, pointer, text, word, what } of unsetTexts(entries)) {
      if (!isMeant(what)) continue;
      report(entry, pointer, {
        message: `'${word}' in the ${what}: a value that it is made of is not set`,
        expected: `the ${what} with that value, or no such field`,
        ...(entry.identity.kind === 'Secret' || text.includes('\n') ? {} : { value: text }),
      });
    }
  };

const unsetText: Rule = {
  id: 'unset-text',
  what: 'No image, host, URL or name of an object is made of `undefined`, `null`, `NaN` or `[object Object]`.',
  why: 'JavaScript writes that for a value that is not set, such as a variable of the environment: nothing answers there.',
  severity: 'error',
  judge: 'none: the API server takes any text',
  check: check((what) => what !== 'text'),
  examples: {
    pass: [configMap({ URL: 'https://shop.example.com/undefined-behaviour', NOTE: 'undefined is not a function' })],
    fail: [
      configMap({ URL: 'https://undefined/x' }),
      configMap({ DATABASE: 'postgres://shop:secret@db:undefined/shop' }, 'b'),
      object('networking.k8s.io/v1', 'Ingress', 'web', { spec: { rules: [{ host: 'undefined.example.com' }] } }),
    ],
  },
};

const unsetWords: Rule = {
  id: 'unset-word',
  what: 'No text without white space has `undefined`, `NaN` or `[object Object]` as a word of its own.',
  why: 'JavaScript writes that for a value that is not set, such as a variable of the environment.',
  severity: 'warning',
  judge: 'none: the API server takes any text',
  check: check((what) => what === 'text'),
  examples: {
    pass: [running({ args: ['--check=if (a === undefined) fail()', '>/dev/null'] })],
    fail: [running({ args: ['--level=undefined'] }), configMap({ SIZE: 'NaN' })],
  },
};

export const unsetRules: readonly Rule[] = [unsetText, unsetWords];
