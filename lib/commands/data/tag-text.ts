// The text of a file of tags: where each tag is, so that one can be replaced and every other byte stays.

/** An entry with a tag of its own: its value is `text.slice(start, end)`. */
export interface TagPlace {
  /** `<system>/<environment>`, or `<system>/<environment>/<component>`. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** The entries of a file of tags. */
export interface TagText {
  readonly places: readonly TagPlace[];
  /** Paths of keys that their object has twice: who reads JSON sees only the last. */
  readonly duplicates: readonly string[];
}

/** An object or list that is open where the reading is. */
interface Open {
  /** Undefined for a list, and for what is in one: that has no path. */
  readonly path: string | undefined;
  readonly isObject: boolean;
  readonly keys: Set<string>;
  /** The key whose value comes next. */
  key: string | undefined;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Reads a text that is JSON. */
export function readTagText(text: string): TagText {
  const places: TagPlace[] = [];
  const duplicates: string[] = [];
  const open: Open[] = [];
  for (const { 0: token, index: start } of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    const path = inside === undefined ? '' : pathIn(inside);
    if (token === '{') open.push({ path, isObject: true, keys: new Set(), key: undefined });
    else if (token === '[') open.push({ path: undefined, isObject: false, keys: new Set(), key: undefined });
    else if (token === '}' || token === ']') open.pop();
    else if (inside === undefined || !inside.isObject || token === ':') continue;
    else if (token === ',') inside.key = undefined;
    else if (inside.key !== undefined)
      places.push(...(path === undefined ? [] : [{ path, start, end: start + token.length }]));
    else {
      const key = String(JSON.parse(token));
      inside.key = key;
      if (inside.keys.has(key)) duplicates.push(pathIn(inside) ?? key);
      inside.keys.add(key);
    }
  }
  return { places, duplicates };
}

function pathIn({ path, key }: Open): string | undefined {
  return path === '' ? key : path && `${path}/${key}`;
}
