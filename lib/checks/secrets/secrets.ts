// Credentials do not belong in manifests, which are committed, copied and widely read. No finding here ever shows a value.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, list, places, record, text } from '../../analysis/objects/read-json';
import { type Container, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { configMap, object, running } from '../examples';
import type { Report, Rule } from '../rule';
import { denotesCredential, isLiteral } from './credential-names';
import { credentialArguments, credentialIn, credentialLine } from './credentials';

const EXPECTED = 'a reference to a Secret that is created outside these files';
const FIX =
  'put it into a Secret created by External Secrets, Sealed Secrets or by hand, refer to that by name, and rotate the credential, for it has been exposed';

type ReportCredential = (entry: ApiEntry, pointer: string, message: string) => void;

function reportSecret(entry: ApiEntry, reportCredential: ReportCredential): void {
  for (const bag of ['data', 'stringData']) {
    const keys = Object.keys(dig(entry.manifest, bag) ?? {});
    if (keys.length === 0) continue;
    reportCredential(entry, `/${bag}`, `the Secret contains its values: ${keys.sort().join(', ')}`);
  }
}

function reportContainer(entry: ApiEntry, container: Container, reportCredential: ReportCredential): void {
  for (const { value, pointer } of places(container.value, 'env', container.pointer)) {
    const name = text(value.name) ?? '';
    const literal = text(value.value) ?? '';
    if (literal !== '' && denotesCredential(name) && isLiteral(literal)) {
      reportCredential(entry, `${pointer}/value`, `variable ${name} contains a credential`);
    }
  }
  for (const key of ['command', 'args']) {
    for (const { index, flag } of credentialArguments(list(container.value[key]))) {
      reportCredential(entry, `${container.pointer}/${key}/${index}`, `argument --${flag} contains a credential`);
    }
  }
}

/** A key that is a file name: its lines are checked instead of its name. */
const FILE_NAME =
  /\.(?:ya?ml|json|conf|cfg|ini|toml|properties|env|xml|py|js|ts|lua|rb|sh|sql|tmpl|tpl|md|txt|html|rules)$/i;

function reportConfigMap(entry: ApiEntry, reportCredential: ReportCredential): void {
  const data: JsonObject = dig(entry.manifest, 'data') ?? {};
  for (const key of Object.keys(data)) {
    const value = data[key];
    if (typeof value !== 'string' || value === '') continue;
    if (!FILE_NAME.test(key) && denotesCredential(key) && isLiteral(value.trim())) {
      reportCredential(entry, at('/data', key), `"${key}" contains a credential, which does not belong in a ConfigMap`);
      continue;
    }
    const line = credentialLine(value);
    if (line !== undefined)
      reportCredential(entry, at('/data', key), `line "${line}" of "${key}" contains a credential`);
  }
}

/** Checks every string of an object. The walk shares one list for the path, which only findings need. */
function scan(
  entry: ApiEntry,
  value: Json | undefined,
  path: (string | number)[],
  reportCredential: ReportCredential,
): void {
  if (typeof value === 'string') {
    const kind = credentialIn(value);
    if (kind !== undefined) reportCredential(entry, at('', ...path), `the text contains ${kind}`);
    return;
  }
  const map = record(value);
  for (const key in map) {
    path.push(key);
    scan(entry, map[key], path, reportCredential);
    path.pop();
  }
  if (map !== undefined) return;
  const items = list(value);
  for (let i = 0; i < items.length; i++) {
    path.push(i);
    scan(entry, items[i], path, reportCredential);
    path.pop();
  }
}

/** The object to scan: without a Secret's values, reported as a whole, and without schemas, which show fictitious addresses. */
function scannable({ identity, manifest }: ApiEntry): Json {
  if (identity.kind === 'CustomResourceDefinition') return null;
  if (identity.kind !== 'Secret' || identity.group !== '') return manifest;
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => key !== 'data' && key !== 'stringData'));
}

function check(entries: readonly ApiEntry[], report: Report): void {
  const reported = new Map<ApiEntry, Set<string>>();
  /** Reports each place once, even if both its name and its format reveal a credential. */
  const reportCredential: ReportCredential = (entry, pointer, message) => {
    const pointers = reported.get(entry) ?? new Set<string>();
    reported.set(entry, pointers);
    if (pointers.has(pointer)) return;
    pointers.add(pointer);
    report(entry, pointer, { message, expected: EXPECTED, fix: FIX });
  };
  for (const entry of objectIndex(entries).of('/Secret')) reportSecret(entry, reportCredential);
  for (const { entry, containers } of workloads(entries)) {
    for (const container of containers) reportContainer(entry, container, reportCredential);
  }
  for (const entry of objectIndex(entries).of('/ConfigMap')) reportConfigMap(entry, reportCredential);
  const path: (string | number)[] = [];
  for (const entry of entries) scan(entry, scannable(entry), path, reportCredential);
}

const plainSecret: Rule = {
  id: 'plain-secret',
  what: 'Manifests contain no credentials: no Secrets with values, no literal passwords in variables, arguments or ConfigMaps, no private keys, no URLs with passwords.',
  why: 'Manifests are committed, copied and shown in pull requests: anyone who reads them can log in. Git never forgets.',
  severity: 'error',
  judge:
    'Polaris sensitiveContainerEnvVar, sensitiveConfigmapContent; Trivy KSV-0109, KSV-01010; kube-linter env-var-secret; Datree 62-79',
  reason: reasonKey('plain-secret'),
  check,
  examples: {
    pass: [
      running({
        env: [
          { name: 'TOKEN_TTL_SECONDS', value: '300' },
          { name: 'PASSWORD_FILE', value: '/run/secrets/db' },
        ],
      }),
      running({ env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } }] }),
      running({ args: ['--password=$(DB_PASSWORD)'] }),
    ],
    fail: [
      object('v1', 'Secret', 'database', { stringData: { password: 'example' } }),
      running({ env: [{ name: 'DB_PASSWORD', value: 'example' }] }),
      configMap({ 'app.properties': 'db.url=postgres://app:example@db/shop' }),
    ],
  },
};

export const secretRules: readonly Rule[] = [plainSecret];
