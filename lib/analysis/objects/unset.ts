// Texts made of a value that was not set: JavaScript writes `undefined`, `NaN`, `[object Object]` or `null` in its place.

/** What no one writes on purpose, as a word of its own. */
const WORD = /(?<![A-Za-z0-9])(?:undefined|NaN|\[object [A-Z]\w*\])(?![A-Za-z0-9])/;
/** The host of a URL, with what is before and after it. */
const AUTHORITY = /[a-z][a-z0-9+.-]*:\/\/((?:\[object [A-Z]\w*\]|[^\s/?#"'<>\\])*)/gi;
/** Words that are a text in other places, but no host, no first part of one and no port. */
const NO_HOST: ReadonlySet<string> = new Set(['null']);
/** And those that may at most be the first part of a host. */
const NO_WHOLE_HOST: ReadonlySet<string> = new Set(['null', 'true', 'false']);
const NO_TAG: ReadonlySet<string> = new Set(['null', 'true', 'false']);

/** The word in a text without white space; undefined in a sentence or a script, where it may be meant. */
export function unsetWord(text: string): string | undefined {
  const word = WORD.exec(text)?.[0];
  return word === undefined || /\s/.test(text.replaceAll(word, '')) ? undefined : word;
}

/** The word in the host of a URL, anywhere in the text. */
export function unsetInUrl(text: string): string | undefined {
  if (!text.includes('://')) return undefined;
  for (const [, authority = ''] of text.matchAll(AUTHORITY)) {
    const word = unsetInHost(authority.slice(authority.lastIndexOf('@') + 1)) ?? WORD.exec(authority)?.[0];
    if (word !== undefined) return word;
  }
  return undefined;
}

/** The word in a host, or in its port. */
export function unsetInHost(text: string): string | undefined {
  const word = WORD.exec(text)?.[0];
  if (word !== undefined) return word;
  const [host = '', port] = text.split(':');
  const [first = ''] = host.split('.');
  if (NO_WHOLE_HOST.has(host)) return host;
  return [first, port].find((part) => part !== undefined && NO_HOST.has(part));
}

/** The word in the reference of an image: in its registry, a part of its path, its tag or digest. */
export function unsetInImage(image: string): string | undefined {
  const word = WORD.exec(image)?.[0];
  if (word !== undefined) return word;
  const [name = '', digest] = image.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  if (tag !== undefined && NO_TAG.has(tag)) return tag;
  const parts = [...(colon < 0 ? name : name.slice(0, colon)).split('/'), digest];
  return (
    parts.find((part) => part === 'null') ??
    (tag !== undefined && /(?:^|[-_.])null(?:$|[-_.])/.test(tag) ? 'null' : undefined)
  );
}
