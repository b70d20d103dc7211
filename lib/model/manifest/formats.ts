// The formats of names, as k8s.io/apimachinery/pkg/util/validation defines them, each with a plain description.

/** A format of text. */
export interface Format {
  readonly fits: (text: string) => boolean;
  /** What fits, in words for a reader who does not know the RFCs. */
  readonly expected: string;
}

const MAX_MEMOIZED = 20_000;

/** Computes the result for each text once: large apps repeat the same few texts. */
export function memoize<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const cached = known.get(text);
    if (cached !== undefined) return cached;
    const result = compute(text);
    if (known.size >= MAX_MEMOIZED) known.clear();
    known.set(text, result);
    return result;
  };
}

const format = (pattern: RegExp, longest: number, expected: string): Format => ({
  fits: memoize((text) => text.length <= longest && pattern.test(text)),
  expected,
});

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const KEY_NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export const dnsLabel = format(
  new RegExp(`^${LABEL}$`),
  63,
  'at most 63 lower-case letters, digits and "-", starting and ending with a letter or digit',
);

export const dns1035Label = format(
  /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
  63,
  'at most 63 lower-case letters, digits and "-", starting with a letter and ending with a letter or digit',
);

export const subdomain = format(
  SUBDOMAIN,
  253,
  'at most 253 lower-case letters, digits, "-" and ".", each part between dots starting and ending with a letter or digit',
);

/** Longer than the longest part of a DNS name. The API server takes such a part, DNS does not (RFC 1035, 2.3.4). */
export const LONG_DNS_PART = /[^.]{64}/;

export const wildcardHost = format(
  new RegExp(`^\\*\\.${LABEL}(?:\\.${LABEL})*$`),
  253,
  'a host name such as "shop.example.com", optionally with "*." in front; "*" is not allowed anywhere else',
);

export const pathSegment = format(
  /^(?!\.{1,2}$)[^/%]+$/,
  Number.POSITIVE_INFINITY,
  'any text without "/" and "%" that is not "." or ".."',
);

export const labelValue = format(
  /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  63,
  'empty, or at most 63 letters, digits, "-", "_" and ".", starting and ending with a letter or digit',
);

export const labelKey: Format = {
  fits: memoize((key) => {
    const slash = key.indexOf('/');
    const name = key.slice(slash + 1);
    if (slash >= 0 && !subdomain.fits(key.slice(0, slash))) return false;
    return name.length <= 63 && KEY_NAME.test(name);
  }),
  expected:
    'a name of at most 63 letters, digits, "-", "_" and ".", starting and ending with a letter or digit, after an optional "example.com/"',
};

export const portName: Format = {
  fits: memoize(
    (name) => name.length <= 15 && /^(?!-)(?!.*--)(?=.*[a-z])[-a-z0-9]+$/.test(name) && !name.endsWith('-'),
  ),
  expected:
    'at most 15 lower-case letters, digits and "-", with at least one letter, no "-" at either end and no two "-" in a row',
};

/** A key of a ConfigMap or Secret, which becomes a file name. */
export const dataKey = format(
  /^(?!\.{1,2}$)(?!\.\.)[-._a-zA-Z0-9]+$/,
  253,
  'at most 253 letters, digits, "-", "_" and ".", not starting with ".."',
);

/** What a 1.27 API server accepts; newer ones accept more, but names must work on the oldest. */
export const environmentName = format(
  /^(?!\.$)(?!\.\.)[-._a-zA-Z][-._a-zA-Z0-9]*$/,
  Number.POSITIVE_INFINITY,
  'letters, digits, "-", "_" and ".", not starting with a digit or ".."',
);

export const percentage: Format = {
  fits: (text) => /^[0-9]+%$/.test(text),
  expected: 'a whole number followed by "%"',
};
