// Environment variables and the keys of ConfigMaps and Secrets: names that both the API server and programs accept.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, isSet, type Place, places, text } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import { dataKey, environmentName } from '../../model/manifest/formats';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { configMap, running } from '../examples';
import type { Report, Rule } from '../rule';

function reportVariables(entry: ApiEntry, container: Place, report: Report): void {
  const seen = new Set<string>();
  for (const { value, pointer } of places(container.value, 'env', container.pointer)) {
    const name = text(value.name);
    const where = `${pointer}/name`;
    if (name === undefined || !environmentName.fits(name)) {
      const message =
        name === undefined || name === '' ? 'the variable has no name' : `"${name}" is not a valid variable name`;
      report(entry, where, { message, expected: environmentName.expected, value: value.name ?? null });
    } else if (seen.has(name)) {
      const message = `variable ${name} is set twice: the last value silently wins`;
      report(entry, where, { message, expected: 'one value per variable', value: name });
    } else {
      seen.add(name);
    }
    if (isSet(value.value) && typeof value.value !== 'string') {
      const message = `the value of ${name ?? 'a variable'} must be a string`;
      report(entry, `${pointer}/value`, { message, expected: 'a string', fix: 'put it in quotes' });
    }
  }
  for (const { value, pointer } of places(container.value, 'envFrom', container.pointer)) {
    const { prefix } = value;
    if (!isSet(prefix) || prefix === '' || (typeof prefix === 'string' && environmentName.fits(prefix))) continue;
    const message = `${JSON.stringify(prefix)} is not a valid prefix of variable names`;
    report(entry, `${pointer}/prefix`, { message, expected: environmentName.expected, value: prefix });
  }
}

const envName: Rule = {
  id: 'env-name',
  what: 'A container sets each environment variable once, to a string, with a name that every supported Kubernetes version accepts.',
  why: 'The API server refuses the name or the value; if a variable is set twice, the last value silently wins.',
  severity: 'error',
  judge: 'API server: IsEnvVarName; kube-score environment-variable-key-duplication, kube-linter duplicate-env-var',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) reportVariables(entry, container, report);
    }
  },
  examples: {
    pass: [running({ env: [{ name: 'my.log-level_1', value: 'info' }, { name: 'EMPTY' }] })],
    fail: [
      running({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
      running({ env: [{ name: '1A', value: '' }] }),
    ],
  },
};

const DATA_FIELDS: readonly string[] = ['data', 'binaryData', 'stringData'];

/** The data maps of a ConfigMap or Secret, with their pointers. */
function dataMaps(entry: ApiEntry): Place[] {
  const found: Place[] = [];
  for (const field of DATA_FIELDS) {
    const value = dig(entry.manifest, field);
    if (value !== undefined) found.push({ value, pointer: `/${field}` });
  }
  return found;
}

const configKey: Rule = {
  id: 'config-key',
  what: 'Keys of ConfigMaps and Secrets are valid file names, occur in one data map only, and have strings as values.',
  why: 'The API server refuses the object. An unquoted 8080 or true in YAML is not a string.',
  severity: 'error',
  judge: 'API server: IsConfigMapKey, ValidateConfigMap',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/ConfigMap', '/Secret')) {
      const binary: JsonObject | undefined = dig(entry.manifest, 'binaryData');
      for (const { value, pointer } of dataMaps(entry)) {
        for (const key of Object.keys(value)) {
          const where = at(pointer, key);
          if (!dataKey.fits(key)) {
            report(entry, where, { message: `"${key}" is not a valid key`, expected: dataKey.expected, value: key });
          }
          const content = value[key];
          if (isSet(content) && typeof content !== 'string') {
            report(entry, where, {
              message: `the value of "${key}" must be a string`,
              expected: 'a string',
              fix: 'put it in quotes',
            });
          }
          if (pointer === '/data' && binary !== undefined && Object.hasOwn(binary, key)) {
            report(entry, where, {
              message: `"${key}" is in both data and binaryData`,
              expected: 'one of them',
              value: key,
            });
          }
        }
      }
    }
  },
  examples: {
    pass: [configMap({ 'nginx.conf': '', LOG_LEVEL: 'info' })],
    fail: [configMap({ 'my key': 'x' }), configMap({ PORT: 8080 }, 'b')],
  },
};

const MAX_BYTES = 1_048_576;

function bytesOf({ value, pointer }: Place): number {
  let bytes = 0;
  for (const content of Object.values(value)) {
    if (typeof content !== 'string') continue;
    // Base64 counts by its decoded size.
    bytes += pointer === '/binaryData' ? Buffer.byteLength(content, 'base64') : Buffer.byteLength(content);
  }
  return bytes;
}

const configSize: Rule = {
  id: 'config-size',
  what: 'A ConfigMap has at most 1 MiB.',
  why: 'The API server refuses it.',
  severity: 'error',
  judge: 'API server: ValidateConfigMap (MaxSecretSize)',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/ConfigMap')) {
      const bytes = dataMaps(entry).reduce((sum, map) => sum + bytesOf(map), 0);
      if (bytes <= MAX_BYTES) continue;
      const fix = 'split it, or put the files into the image or a volume';
      report(entry, '/data', {
        message: `the ConfigMap has ${bytes} bytes`,
        expected: `at most ${MAX_BYTES} bytes`,
        fix,
      });
    }
  },
  examples: { pass: [configMap({ a: 'x' })], fail: [configMap({ a: 'x'.repeat(MAX_BYTES + 1) })] },
};

export const configurationRules: readonly Rule[] = [envName, configKey, configSize];
