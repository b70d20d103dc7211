// What a process starts with: environment variables, arguments and commands that Linux can pass to it.

import { at, dig, list, own, type Place, places, text } from '../../analysis/objects/read-json';
import { type Container, workloads } from '../../analysis/objects/workloads';
import type { Problem } from '../../model/finding/problem';
import type { Json } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { configMap, running } from '../examples';
import type { Report, Rule } from '../rule';
import { mappedVariables } from './mapped-variables';

/** MAX_ARG_STRLEN, 32 pages of 4 KiB, without the NUL at the end. */
const MOST_BYTES = 131_071;
/** UTF-8 has at most this many bytes for a unit of UTF-16. */
const MOST_BYTES_OF_UNIT = 3;
const NUL = '\0';
/** Fields of a container with a handler that may run a command, and how deep it is. */
const HANDLERS: readonly (readonly string[])[] = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** What is wrong with the text that a process would get; `before` is what precedes it, the name of a variable with its `=`. */
function findProblem(subject: string, value: Json | undefined, before = ''): Omit<Problem, 'field'> | undefined {
  if (typeof value !== 'string') return undefined;
  const fix = 'mount it as a file';
  const found = value.indexOf(NUL);
  if (found >= 0)
    return { message: `${subject} has a NUL at character ${found + 1}`, expected: 'text without NUL', fix };
  if ((before.length + value.length) * MOST_BYTES_OF_UNIT <= MOST_BYTES) return undefined;
  const bytes = Buffer.byteLength(before) + Buffer.byteLength(value);
  if (bytes <= MOST_BYTES) return undefined;
  const measured = before === '' ? subject : `${subject}, with its name,`;
  return { message: `${measured} has ${bytes} bytes`, expected: `at most ${MOST_BYTES} bytes`, fix };
}

function reportItems(entry: ApiEntry, { value, pointer }: Place, key: string, report: Report): void {
  for (const [index, item] of list(value[key]).entries()) {
    const problem = findProblem(key === 'args' ? 'the argument' : 'a part of the command', item);
    if (problem !== undefined) report(entry, at(pointer, key, index), problem);
  }
}

function reportCommands(entry: ApiEntry, container: Container, report: Report): void {
  reportItems(entry, container, 'command', report);
  reportItems(entry, container, 'args', report);
  for (const path of HANDLERS) {
    const exec = dig(container.value, ...path, 'exec');
    if (exec !== undefined) {
      reportItems(entry, { value: exec, pointer: at(container.pointer, ...path, 'exec') }, 'command', report);
    }
  }
}

function reportVariables(entry: ApiEntry, container: Container, report: Report): void {
  for (const { value, pointer } of places(container.value, 'env', container.pointer)) {
    const name = text(value.name) ?? '';
    const problem = findProblem(`variable ${name}`, value.value, `${name}=`);
    if (problem !== undefined) report(entry, `${pointer}/value`, problem);
  }
}

function reportMappedVariables(entries: readonly ApiEntry[], report: Report): void {
  const reported = new Map<ApiEntry, Set<string>>();
  for (const { map, key, name } of mappedVariables(entries)) {
    const problem = findProblem(`variable ${name}`, own(dig(map.manifest, 'data'), key), `${name}=`);
    const keys = reported.get(map) ?? new Set();
    if (problem === undefined || keys.has(key)) continue;
    reported.set(map, keys.add(key));
    report(map, at('/data', key), problem);
  }
}

const processText: Rule = {
  id: 'process-text',
  what: 'Variables, arguments and commands of a container, also variables from a ConfigMap of the app, have no NUL and at most 131,071 bytes each.',
  why: 'Linux cannot start the process: a text ends at its NUL, and a longer one is refused (E2BIG). A file may have both.',
  severity: 'error',
  judge: 'Linux: execve(2), MAX_ARG_STRLEN. Before $(NAME) is replaced; the sum of all texts is not checked',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) {
        reportVariables(entry, container, report);
        reportCommands(entry, container, report);
      }
    }
    reportMappedVariables(entries, report);
  },
  examples: {
    pass: [
      running(
        { args: ['x'.repeat(MOST_BYTES)], volumeMounts: [{ name: 'files', mountPath: '/files' }] },
        { volumes: [{ name: 'files', configMap: { name: 'web' } }] },
      ),
      configMap({ 'data.bin': 'a\0b' }),
    ],
    fail: [
      running({ env: [{ name: 'A', value: 'x'.repeat(MOST_BYTES) }], envFrom: [{ configMapRef: { name: 'web' } }] }),
      configMap({ B: 'a\0b' }),
    ],
  },
};

export const processTextRules: readonly Rule[] = [processText];
