// Environment variables and the keys of ConfigMaps and Secrets: names that both the API server and programs can take.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, isSet, type Place, places, text } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import { dataKey, environmentName } from '../../model/manifest/formats';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { configMap, running } from '../examples';
import type { Report, Rule } from '../rule';

function judgeVariables(entry: ApiEntry, container: Place, report: Report): void {
  const seen = new Set<string>();
  for (const { value, pointer } of places(container.value, 'env', container.pointer)) {
    const name = text(value.name);
    const where = `${pointer}/name`;
    if (name === undefined || !environmentName.fits(name)) {
      const message =
        name === undefined || name === '' ? 'the variable has no name' : `"${name}" is not a valid name for a variable`;
      report(entry, where, { message, expected: environmentName.expected, value: value.name ?? null });
    } else if (seen.has(name)) {
      const message = `the variable ${name} is set twice in this container, and the last one silently wins`;
      report(entry, where, { message, expected: 'one value for each variable', value: name });
    } else {
      seen.add(name);
    }
    if (isSet(value.value) && typeof value.value !== 'string') {
      const message = `the value of ${name ?? 'a variable'} must be a text`;
      report(entry, `${pointer}/value`, { message, expected: 'a text', fix: 'put it in quotes' });
    }
  }
  for (const { value, pointer } of places(container.value, 'envFrom', container.pointer)) {
    const { prefix } = value;
    if (!isSet(prefix) || prefix === '' || (typeof prefix === 'string' && environmentName.fits(prefix))) continue;
    const message = 'not a valid prefix for names of variables';
    report(entry, `${pointer}/prefix`, { message, expected: environmentName.expected, value: prefix });
  }
}

const envName: Rule = {
  id: 'env-name',
  what: 'A container sets each environment variable once, under a name that every Kubernetes minor takes, to a text.',
  why: 'The API server refuses the name or the value; of a variable set twice, the last one wins without a word.',
  severity: 'error',
  judge: 'API server: IsEnvVarName; kube-score environment-variable-key-duplication, kube-linter duplicate-env-var',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) judgeVariables(entry, container, report);
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

const BAGS: readonly string[] = ['data', 'binaryData', 'stringData'];

/** The maps of data in ConfigMaps and Secrets, with their pointers. */
function bags(entry: ApiEntry): Place[] {
  const found: Place[] = [];
  for (const bag of BAGS) {
    const value = dig(entry.manifest, bag);
    if (value !== undefined) found.push({ value, pointer: `/${bag}` });
  }
  return found;
}

const configKey: Rule = {
  id: 'config-key',
  what: 'Keys of ConfigMaps and Secrets could be file names, stand in one bag only, and hold texts.',
  why: 'The API server refuses the object. An unquoted 8080 or true in YAML is not text.',
  severity: 'error',
  judge: 'API server: IsConfigMapKey, ValidateConfigMap',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/ConfigMap', '/Secret')) {
      const binary: JsonObject | undefined = dig(entry.manifest, 'binaryData');
      for (const { value, pointer } of bags(entry)) {
        for (const key of Object.keys(value)) {
          const where = at(pointer, key);
          if (!dataKey.fits(key)) {
            report(entry, where, { message: `"${key}" is not a valid key`, expected: dataKey.expected, value: key });
          }
          const held = value[key];
          if (isSet(held) && typeof held !== 'string') {
            report(entry, where, {
              message: `the value of "${key}" must be a text`,
              expected: 'a text',
              fix: 'put it in quotes',
            });
          }
          if (pointer === '/data' && binary !== undefined && Object.hasOwn(binary, key)) {
            report(entry, where, {
              message: `"${key}" is in data and in binaryData`,
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

const MOST_BYTES = 1_048_576;

function bytesOf({ value, pointer }: Place): number {
  let bytes = 0;
  for (const held of Object.values(value)) {
    if (typeof held !== 'string') continue;
    // Base64 is counted by what it decodes to.
    bytes += pointer === '/binaryData' ? Buffer.byteLength(held, 'base64') : Buffer.byteLength(held);
  }
  return bytes;
}

const configSize: Rule = {
  id: 'config-size',
  what: 'A ConfigMap holds at most 1 MiB.',
  why: 'The API server refuses it.',
  severity: 'error',
  judge: 'API server: ValidateConfigMap (MaxSecretSize)',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/ConfigMap')) {
      const bytes = bags(entry).reduce((sum, bag) => sum + bytesOf(bag), 0);
      if (bytes <= MOST_BYTES) continue;
      const fix = 'split it, or put the files into the image or a volume';
      report(entry, '/data', {
        message: `the ConfigMap holds ${bytes} bytes`,
        expected: `at most ${MOST_BYTES} bytes`,
        fix,
      });
    }
  },
  examples: { pass: [configMap({ a: 'x' })], fail: [configMap({ a: 'x'.repeat(MOST_BYTES + 1) })] },
};

export const configurationRules: readonly Rule[] = [envName, configKey, configSize];
