// Secrets have no place in manifests: these files are committed, copied and read by many. No finding here ever shows a value.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, list, places, record, text } from '../../analysis/objects/read-json';
import { type Container, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { configMap, object, running } from '../examples';
import type { Report, Rule } from '../rule';
import { announcesCredential, isLiteral } from './credential-names';
import { credentialArguments, credentialIn, credentialLine } from './credentials';

const EXPECTED = 'a reference to a Secret that is made outside of these files';
const FIX =
  'put it into a Secret made by External Secrets, Sealed Secrets or by hand, refer to that by name, and change the credential: it has been written down';

type Say = (entry: ApiEntry, pointer: string, message: string) => void;

function judgeSecret(entry: ApiEntry, say: Say): void {
  for (const bag of ['data', 'stringData']) {
    const held = dig(entry.manifest, bag);
    const keys = Object.keys(held ?? {});
    if (keys.length === 0) continue;
    say(entry, `/${bag}`, `the Secret carries its values in plain sight: ${keys.sort().join(', ')}`);
  }
}

function judgeContainer(entry: ApiEntry, container: Container, say: Say): void {
  for (const { value, pointer } of places(container.value, 'env', container.pointer)) {
    const name = text(value.name) ?? '';
    const literal = text(value.value) ?? '';
    if (literal !== '' && announcesCredential(name) && isLiteral(literal)) {
      say(entry, `${pointer}/value`, `the variable ${name} holds a credential`);
    }
  }
  for (const key of ['command', 'args']) {
    for (const { index, flag } of credentialArguments(list(container.value[key]))) {
      say(entry, `${container.pointer}/${key}/${index}`, `the argument --${flag} holds a credential`);
    }
  }
}

/** A key that is a file name says nothing about a single value: its lines do. */
const FILE_NAME =
  /\.(?:ya?ml|json|conf|cfg|ini|toml|properties|env|xml|py|js|ts|lua|rb|sh|sql|tmpl|tpl|md|txt|html|rules)$/i;

function judgeConfigMap(entry: ApiEntry, say: Say): void {
  const data: JsonObject = dig(entry.manifest, 'data') ?? {};
  for (const key of Object.keys(data)) {
    const value = data[key];
    if (typeof value !== 'string' || value === '') continue;
    if (!FILE_NAME.test(key) && announcesCredential(key) && isLiteral(value.trim())) {
      say(entry, at('/data', key), `"${key}" holds a credential, which does not belong in a ConfigMap`);
      continue;
    }
    const line = credentialLine(value);
    if (line !== undefined) say(entry, at('/data', key), `the line "${line}" in "${key}" holds a credential`);
  }
}

/** Looks at every text of an object. The path is one list for the whole walk: it is needed only for what is found. */
function scan(entry: ApiEntry, value: Json | undefined, path: (string | number)[], say: Say): void {
  if (typeof value === 'string') {
    const sort = credentialIn(value);
    if (sort !== undefined) say(entry, at('', ...path), `there is ${sort} in this text`);
    return;
  }
  const map = record(value);
  for (const key in map) {
    path.push(key);
    scan(entry, map[key], path, say);
    path.pop();
  }
  if (map !== undefined) return;
  const items = list(value);
  for (let i = 0; i < items.length; i++) {
    path.push(i);
    scan(entry, items[i], path, say);
    path.pop();
  }
}

/** Values that are already reported as a whole, and schemas, whose descriptions show made-up addresses. */
function worthScanning({ identity, manifest }: ApiEntry): Json {
  if (identity.kind === 'CustomResourceDefinition') return null;
  if (identity.kind !== 'Secret' || identity.group !== '') return manifest;
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => key !== 'data' && key !== 'stringData'));
}

function check(entries: readonly ApiEntry[], report: Report): void {
  const said = new Map<ApiEntry, Set<string>>();
  /** One place is reported once, even where both its name and its form give it away. */
  const say: Say = (entry, pointer, message) => {
    const places = said.get(entry) ?? new Set<string>();
    said.set(entry, places);
    if (places.has(pointer)) return;
    places.add(pointer);
    report(entry, pointer, { message, expected: EXPECTED, fix: FIX });
  };
  for (const entry of objectIndex(entries).of('/Secret')) judgeSecret(entry, say);
  for (const { entry, containers } of workloads(entries)) {
    for (const container of containers) judgeContainer(entry, container, say);
  }
  for (const entry of objectIndex(entries).of('/ConfigMap')) judgeConfigMap(entry, say);
  const path: (string | number)[] = [];
  for (const entry of entries) scan(entry, worthScanning(entry), path, say);
}

const plainSecret: Rule = {
  id: 'plain-secret',
  what: 'No credential is written in a manifest: no Secret with values, no literal password in variables, arguments or ConfigMaps, no private key, no address with a password.',
  why: 'Manifests are committed, copied and shown in pull requests: every reader can log in. Git keeps everything.',
  severity: 'error',
  judge:
    'Polaris sensitiveContainerEnvVar, sensitiveConfigmapContent; Trivy KSV-0109, KSV-01010; kube-linter env-var-secret; Datree 62-79',
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
