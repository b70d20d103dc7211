// Which names denote a credential (`DB_PASSWORD`), and which only something about one (`PASSWORD_MIN_LENGTH`).
import { memoize } from '../../model/manifest/formats';

/** Credentials, as consecutive whole words. Plurals are omitted: `MAX_TOKENS` is a count, `IMAGE_PULL_SECRETS` are names. */
const CREDENTIALS: readonly string[] = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'pass',
  'rediscli auth', // redis-cli reads it
  'token',
  'secret',
  'credential',
  'credentials',
  'apikey',
  'api key',
  'private key',
  'access key',
  'signing key',
  'encryption key',
  'account key',
  'connection string',
  'connectionstring',
];

/**
 * Words after it that make it something about a credential: its location, lifetime or required format.
 * `SECRET_NAME`, `TOKEN_TTL_SECONDS`, `PASSWORD_FILE`, `TOKEN_URL`, `AWS_ACCESS_KEY_ID`.
 */
const ABOUT = new Set(
  (
    'file files path paths dir directory folder mount volume name names ref reference key-name id ids arn url uri endpoint host port ' +
    'ttl seconds minutes hours days ms duration timeout expiry expires expiration lifetime age interval rotation refresh ' +
    'length min max minimum maximum count limit size bits rounds cost attempts ' +
    'enabled disabled required optional policy policies type types kind format algorithm alg algo encryption method mode scheme ' +
    'header headers cookie param parameter field fields prefix suffix issuer audience scope scopes claim claims ' +
    'through rate ratio percent criteria fail ' +
    'provider store backend engine manager namespace region version reset change validation validator check checks ' +
    'authentication auth authenticator exchange introspection verification hint label placeholder mapping cache'
  ).split(' '),
);

/** Words before `pass` with which it is a verb: directives of nginx, and counts. */
const PASSING =
  /\b(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached|bypass|by|one|two|single|first|second|last|max|min) pass\b/;

/** The words of `dbPassword`, `DB_PASSWORD`, `db.password`, `X-Api-Key`, `PGPASSWORD`. */
const words = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/(?<=[a-z0-9])(password|passwd|passphrase)(?![a-z])/g, ' $1')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

function denotes(name: string): boolean {
  const line = ` ${words(name).join(' ').replace(PASSING, '')} `;
  return CREDENTIALS.some((credential) => {
    const start = line.lastIndexOf(` ${credential} `);
    if (start < 0) return false;
    const after = line.slice(start + credential.length + 2).trim();
    return after === '' || !after.split(' ').some((word) => ABOUT.has(word));
  });
}

/** Whether a value under this name would be a credential. */
export const denotesCredential = memoize(denotes);

/** Matches any text that could contain such a name: a cheap first test. */
export const MAY_DENOTE = /pass|pwd|token|secret|credential|key|connection|rediscli/i;

/** Values that are only a placeholder, switch, path or call: the credential itself is not in the manifest. */
const HARMLESS: readonly RegExp[] = [
  /^(?:true|false|yes|no|on|off|none|null|nil|undefined|enabled|disabled|required|optional|0|1|~|\[\]|\{\}|[|>][-+]?)$/i,
  // References: $(NAME), ${NAME}, $NAME, %NAME%, {{ .Name }}, <name>, *anchor, !tag, vault:…, ENC[…]
  /^(?:\$|%[\w.]+%$|\{\{|<[^>]*>$|[*&!][\w-]|vault:|ref\+|ENC\[)/,
  // A file: directories in lower case, which base64 almost never is.
  /^(?:file:\/\/)?\/(?:[a-z0-9._-]+\/)+[A-Za-z0-9._-]+\/?$/,
  // Code in a script: a call, or a look-up in the environment.
  /^[\w.]+\(.*\)[;,]?$/,
  /^(?:process\.env|os\.environ|ENV\[|System\.getenv)/,
  // Already masked.
  /^[*xX.•-]+$/,
];

/** Whether a value could be used to log in somewhere. */
export const isLiteral = (value: string): boolean => value !== '' && !HARMLESS.some((pattern) => pattern.test(value));
