import { check } from '../../../lib/checks';
import { configMap, object, running } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { entries, fields, findings } from '../support';

const container = '/spec/template/spec/containers/0';
const secrets = (manifest: JsonObject) => fields('plain-secret', manifest);

test.each([
  'PASSWORD',
  'DB_PASSWORD',
  'dbPassword',
  'db.password',
  'MYSQL_ROOT_PASSWORD',
  'PG_PASSWORD_2',
  'ADMIN_PASSWD',
  'TOKEN',
  'GITHUB_TOKEN',
  'accessToken',
  'CLIENT_SECRET',
  'SECRET_KEY',
  'SECRET_KEY_BASE',
  'API_KEY',
  'apiKey',
  'x-api-key',
  'APIKEY',
  'PRIVATE_KEY',
  'SSH_PRIVATE_KEY',
  'AWS_SECRET_ACCESS_KEY',
  'CREDENTIALS',
  'DB_CONNECTION_STRING',
  'PASSWORD_PROD',
  'PGPASSWORD',
  'rootpassword',
  'RABBITMQ_DEFAULT_PASS',
  'SMTP_PASS',
  'REDISCLI_AUTH',
])('a variable %s contains a credential', (name) => {
  expect(secrets(running({ env: [{ name, value: 'example-1234' }] }))).toEqual([`${container}/env/0/value`]);
});

test.each([
  'TOKEN_TTL_SECONDS',
  'PASSWORD_MIN_LENGTH',
  'SECRET_NAME',
  'PASSWORD_FILE',
  'TOKEN_PATH',
  'TOKEN_URL',
  'TOKEN_ISSUER',
  'AWS_ACCESS_KEY_ID',
  'SECRET_ARN',
  'MAX_TOKENS',
  'IMAGE_PULL_SECRETS',
  'PASSWORD_RESET_ENABLED',
  'SECRETARY',
  'TOKENIZER',
  'PUBLIC_KEY',
  'PARTITION_KEY',
  'KEY',
  'PASSENGERS',
  'SECRET_STORE',
  'API_KEY_HEADER',
  'password_encryption',
  'LOG_LEVEL',
  'COMPASS',
  'PASS_THROUGH',
  'proxy_pass',
  'BYPASS',
  'PASS_RATE',
  'PASSWORDLESS',
])('a variable %s does not', (name) => {
  expect(secrets(running({ env: [{ name, value: 'example-1234' }] }))).toEqual([]);
});

test.each([
  '',
  'true',
  'false',
  '0',
  '1',
  'none',
  '/run/secrets/db/password',
  'file:///run/secrets/token',
  '$(DB_PASSWORD)',
  `\${DB_PASSWORD}`,
  '$DB_PASSWORD',
  '{{ .Values.password }}',
  '%PASSWORD%',
  '<password>',
  '*****',
  'vault:secret/db#password',
])('a password of %j is not a credential', (value) => {
  expect(secrets(running({ env: [{ name: 'DB_PASSWORD', value }] }))).toEqual([]);
});

test('a reference to a Secret is right', () => {
  expect(
    secrets(running({ env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] })),
  ).toEqual([]);
});

test('a Secret with values, reported by its keys only', () => {
  const secret = object('v1', 'Secret', 'db', { data: { password: 'aHVudGVyMg==', user: 'YQ==' }, stringData: {} });
  const found = findings('plain-secret', secret);
  expect(found).toMatchObject([{ field: '/data', message: 'the Secret contains its values: password, user' }]);
  expect(secrets(object('v1', 'Secret', 'db', { data: {} }))).toEqual([]);
  expect(secrets(object('bitnami.com/v1alpha1', 'Secret', 'db', { data: { a: 'b' } }))).toEqual([]);
});

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----';
const JWT = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;

test.each([
  ['a private key', KEY, true],
  ['an encrypted private key', '-----BEGIN ENCRYPTED PRIVATE KEY-----', true],
  ['an OpenSSH key', '-----BEGIN OPENSSH PRIVATE KEY-----', true],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIE', false],
  ['a public key', '-----BEGIN PUBLIC KEY-----', false],
  ['an address with a password', 'postgres://app:hunter2@db:5432/shop', true],
  ['an address with a password only', 'redis://:hunter2@cache:6379', true],
  ['an address with a user only', 'postgres://app@db/shop', false],
  ['an address with a placeholder', 'postgres://app:$(DB_PASSWORD)@db/shop', false],
  ['an address with a placeholder, then one without', `a://b:\${C}@d e://f:g1@h`, true],
  ['an address with a port', 'https://example.com:8443/a@b', false],
  ['an AWS key', 'AKIAIOSFODNN7EXAMPLE', true],
  ['something longer than an AWS key', 'XAKIAIOSFODNN7EXAMPLE', false],
  ['a signed token', JWT, true],
  ['some base64 JSON', 'eyJhIjoxfQ==', false],
])('%s, anywhere', (_, text, found) => {
  const manifest = object('example.com/v1', 'Thing', 'a', { spec: { 'some/where': [{ deep: text }] } });
  expect(secrets(manifest)).toEqual(found ? ['/spec/some~1where/0/deep'] : []);
});

test('schemas show fictitious addresses, and are ignored', () => {
  const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a', {
    spec: { description: 'such as http://user:pass@host' },
  });
  expect(secrets(crd)).toEqual([]);
});

test.each<[string, string, boolean]>([
  ['DB_PASSWORD', 'hunter2', true],
  ['LOG_LEVEL', 'info', false],
  ['password-policy.yaml', 'length: 12', false],
  ['app.properties', 'user=app\ndb.password=hunter2\n', true],
  ['app.yaml', 'db:\n  password: hunter2 # not good', true],
  ['app.yaml', 'db:\n  password: "hunter2"', true],
  ['app.json', '{\n  "apiKey": "abc123",\n}', true],
  ['app.env', 'export TOKEN=abc123', true],
  ['app.yaml', 'db:\n  password:\n    secretKeyRef: db', false],
  ['app.yaml', `password: \${DB_PASSWORD}\ntoken: $TOKEN\nsecret: {{ secret }}`, false],
  ['app.yaml', '# password: hunter2', false],
  ['app.yaml', 'passwordFile: /run/secrets/db/password\nsecretName: db\ntokenTTL: 300', false],
  ['app.py', 'token = get_token()\npassword = os.environ["PASSWORD"]', false],
  ['token.yaml', 'a: b', false],
])('a ConfigMap with %s: %j', (key, value, found) => {
  expect(secrets(configMap({ [key]: value }))).toEqual(found ? [`/data/${key}`] : []);
});

test.each<[string[], number[]]>([
  [['--password=hunter2'], [0]],
  [['--db-password', 'hunter2'], [1]],
  [['-token=abc'], [0]],
  [['--api-key="abc"', '--x'], [0]],
  [['--password=$(DB_PASSWORD)', '--password-file=/run/secrets/x', '--token-ttl=60'], []],
  [['--password', '--verbose'], []],
  [['sh', '-c', 'run --port=80 --password=hunter2'], [2]],
  [['--tls-private-key-file', '/etc/tls/tls.key'], []],
])('arguments %j', (args, expected) => {
  expect(secrets(running({ args }))).toEqual(expected.map((i) => `${container}/args/${i}`));
});

test('no finding ever shows a value', () => {
  const hidden = 'hunter2-s3cr3t';
  const found = check(
    entries([
      object('v1', 'Secret', 'db', { stringData: { password: hidden } }),
      running({ env: [{ name: 'DB_PASSWORD', value: hidden }], args: [`--password=${hidden}`] }),
      configMap({ TOKEN: hidden, 'app.yaml': `password: ${hidden}`, url: `a://b:${hidden}@c` }),
    ]),
  );
  expect(found.filter(({ rule }) => rule === 'plain-secret')).toHaveLength(6);
  expect(JSON.stringify(found)).not.toContain(hidden);
});
