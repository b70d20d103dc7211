// Credentials within text: keys, tokens, addresses with passwords, `password: …` lines and `--password=…` arguments.
import { denotesCredential, isLiteral, MAY_DENOTE } from './credential-names';

/** The kind of credential, for a message: never the value. */
export type CredentialKind = string;

/** The shortest text that can contain one: `a://b:c@d`. Most strings in a manifest are shorter. */
const SHORTEST = 9;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY/;
const ADDRESS = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@'"<>]*:([^\s/?#@'"<>]+)@/gi;
const AWS_KEY = /(?:^|[^A-Z0-9])AKIA[A-Z0-9]{16}(?![A-Z0-9])/;
const SIGNED_TOKEN = /(?:^|[^\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/;

function hasPassword(text: string): boolean {
  for (const [, password = ''] of text.matchAll(ADDRESS)) if (isLiteral(password)) return true;
  return false;
}

/** The kind of a credential that is recognizable by its format. The substring searches come first because they are cheap. */
export function credentialIn(text: string): CredentialKind | undefined {
  if (text.length < SHORTEST) return undefined;
  if (text.includes('://') && text.includes('@') && hasPassword(text)) return 'a URL with user and password';
  if (text.includes('-----BEGIN') && PRIVATE_KEY.test(text)) return 'a private key';
  if (text.includes('AKIA') && AWS_KEY.test(text)) return 'an AWS access key';
  if (text.includes('eyJ') && SIGNED_TOKEN.test(text)) return 'a signed token (JWT)';
  return undefined;
}

const unquoted = (value: string): string => {
  const inner = /^(["'])(.*)\1$/s.exec(value);
  return (inner?.[2] ?? value).trim();
};

const LINE = /^\s*(?:export\s+|-\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*(.*?)\s*[,;]?$/;
const COMMENT = /^\s*(?:#|;|\/\/)/;

/** The key of the first `password=…` or `password: …` line with a literal value. */
export function credentialLine(text: string): string | undefined {
  if (!MAY_DENOTE.test(text)) return undefined;
  for (const line of text.split('\n')) {
    if (!MAY_DENOTE.test(line) || COMMENT.test(line)) continue;
    const [, key = '', value = ''] = LINE.exec(line) ?? [];
    if (key !== '' && denotesCredential(key) && isLiteral(unquoted(value.replace(/\s+#.*$/, '')))) return key;
  }
  return undefined;
}

const FLAG = /(?:^|\s)--?([A-Za-z][\w.-]*)=("[^"]*"|'[^']*'|\S+)/g;
const BARE_FLAG = /^--?([A-Za-z][\w.-]*)$/;

/** The flags whose values are credentials, each with the index of the argument that contains the value. */
export function credentialArguments(args: readonly unknown[]): { readonly index: number; readonly flag: string }[] {
  const found: { index: number; flag: string }[] = [];
  let pending: string | undefined;
  for (const [index, argument] of args.entries()) {
    if (typeof argument !== 'string') {
      pending = undefined;
      continue;
    }
    if (pending !== undefined && !argument.startsWith('-') && isLiteral(argument)) found.push({ index, flag: pending });
    pending = undefined;
    if (!MAY_DENOTE.test(argument)) continue;
    for (const [, flag = '', value = ''] of argument.matchAll(FLAG)) {
      if (denotesCredential(flag) && isLiteral(unquoted(value))) found.push({ index, flag });
    }
    const bare = BARE_FLAG.exec(argument)?.[1];
    if (bare !== undefined && denotesCredential(bare)) pending = bare;
  }
  return found;
}
