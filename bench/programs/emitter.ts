// Times our emitter, the yaml library as cdk8s calls it, and JSON.stringify on the same manifests, cold and then hot.
import { stringify } from 'yaml';
import type { JsonObject } from '../../lib/model/manifest/json';
import { stringifyDocuments } from '../../lib/synth/text/yaml';
import { manifests, parameters } from '../apps/content';

const [emitter = 'ours', objects = '100'] = process.argv.slice(2);
// A copy through JSON shares no objects: the library would write aliases for them.
const values: JsonObject[] = JSON.parse(JSON.stringify(parameters(Number(objects)).flatMap(manifests)));
const options = { keepUndefined: true, lineWidth: 0, version: '1.1' } as const;

const emitters: Readonly<Record<string, () => string>> = {
  ours: () => stringifyDocuments(values),
  yaml: () => values.map((value) => stringify(value, options)).join('---\n'),
  json: () => values.map((value) => JSON.stringify(value)).join('\n'),
};

const emit = emitters[emitter] ?? (() => '');
const times: number[] = [];
let bytes = 0;
const end = performance.now() + 1500;
do {
  const started = performance.now();
  bytes = emit().length;
  times.push(performance.now() - started);
} while (times.length < 3 || (times.length < 30 && performance.now() < end));
const [cold, ...hot] = times;
process.stdout.write(`${JSON.stringify({ cold, hot: Math.min(...hot), bytes })}\n`);
