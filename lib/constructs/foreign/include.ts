// The door for manifests of others: what cdk8s' Include and Helm read is read as kubectl reads it, and what is wrong is reported.

import { rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative } from 'node:path';
import { Chart, Helm, Include, Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import { type Finding, findingOf, findingText, type Severity } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { describeDocument, documentLines } from '../../model/manifest/document';
import { isJsonObject } from '../../model/manifest/json';
import { captureTrace } from '../../model/manifest/origin';
import { System } from '../system/system';
import { report } from '../tree/findings';
import { traceConstruct } from '../tree/trace';
import { fetchText } from './fetch';
import { chartOf, decidesOnCrds, type HelmCall, isCrdFile, renderChart, templateOf } from './helm';
import { readObjects, readValues } from './manifests';

/** The Include that is about to read, and what its Helm was going to run. */
let including: Construct | undefined;
let helmCall: HelmCall | undefined;
let isGuarded = false;

/** Makes Include and Helm of cdk8s, and its `Yaml.load`, read by us from now on. A second call does nothing. */
export function guardIncludes(): void {
  if (isGuarded) return;
  isGuarded = true;
  // `super(…)` of Include calls this class: it knows the construct, which Yaml.load is not given
  class Including extends Construct {
    constructor(scope: Construct, id: string) {
      super(scope, id);
      traceConstruct(this);
      including = this;
    }
  }
  Object.setPrototypeOf(Include, Including);
  Yaml.load = (url) => {
    const construct = including;
    including = undefined;
    return construct === undefined ? load(url) : include(construct, url);
  };
  postponeHelm();
}

/** cdk8s runs helm before the construct exists, so that its namespace is not known yet: it is run when its output is read. */
function postponeHelm(): void {
  const processes = processesOfCdk8s();
  if (processes === undefined) return;
  const { spawnSync } = processes;
  processes.spawnSync = (program: string, args: readonly string[] = [], ...rest: readonly unknown[]) => {
    if (args[0] !== 'template') return spawnSync(program, args, ...rest);
    helmCall = { program, args };
    return { status: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  };
}

/** The functions by which cdk8s starts processes; undefined where it has no such module. */
function processesOfCdk8s() {
  try {
    return require('cdk8s/lib/_child_process')._child_process;
  } catch {
    return undefined;
  }
}

/** `Yaml.load` as a chart calls it: any YAML, and an exception where it cannot be read. */
function load(url: string): unknown[] {
  const text = fetchText(url);
  if (typeof text !== 'string') throw new Error(findingText(text));
  const { values, misread } = readValues(text, { file: nameOf(url) });
  const [first] = misread;
  if (first !== undefined) throw new Error(`${describeDocument(first.line)}: ${findingText(first.problem)}`);
  return [...values];
}

/** The objects for an Include: what is wrong is reported, and left out. */
function include(construct: Construct, url: string): unknown[] {
  const trace = captureTrace();
  const add = (problem: Problem, severity: Severity = 'error', place: Pick<Finding, 'document'> = {}) =>
    report(construct, { ...findingOf(RULE, problem, severity), ...place }, trace);
  const isChart = construct instanceof Helm;
  const call = isChart ? takeCall() : undefined;
  if (isChart && call === undefined) {
    add({ message: 'this cdk8s runs helm in a way that evenkeel does not know', expected: 'cdk8s 2.70.106' });
    return [];
  }
  const text = call === undefined ? fetchText(url) : renderChart(call, targetOf(construct));
  if (isChart) removeScratch(url);
  if (typeof text !== 'string') {
    add(text);
    return [];
  }
  const file = call === undefined ? nameOf(url) : chartOf(call);
  const { values, misread } = readObjects(text, call === undefined ? { file } : { file, templateOf });
  for (const { problem, line } of misread) add(problem, 'error', { document: line });
  const { kept, crds } = call === undefined || decidesOnCrds(call) ? { kept: values, crds: [] } : withoutCrds(values);
  if (crds.length > 0) {
    const message = `the chart ${file} has CRDs that are left out: ${crds.join(', ')}`;
    const expected = "helmFlags: ['--include-crds'], or ['--skip-crds'] where something else applies them";
    add({ field: 'helmFlags', message, expected }, 'warning');
  } else if (values.length === 0 && misread.length === 0) {
    const message = isChart ? `the chart ${file} renders no object` : `${file} has no objects`;
    // values may switch off all of a chart; a file without objects was not the one that was meant
    add({ message, expected: 'at least one object' }, isChart ? 'warning' : 'error');
  }
  return [...kept];
}

const RULE = 'foreign-manifest';

function takeCall(): HelmCall | undefined {
  const call = helmCall;
  helmCall = undefined;
  return call;
}

function targetOf(construct: Construct) {
  const system = construct.node.scopes.find(System.isSystem);
  return { namespace: Chart.of(construct).namespace, kubernetes: system?.target.cluster.kubernetes };
}

/** cdk8s leaves a folder for each chart that it renders. */
function removeScratch(output: string): void {
  const folder = dirname(output);
  if (basename(folder).startsWith('cdk8s-helm-')) rmSync(folder, { recursive: true, force: true });
}

/** Without what `helm template` leaves out unless it is asked for it. */
function withoutCrds(values: readonly unknown[]): {
  readonly kept: readonly unknown[];
  readonly crds: readonly string[];
} {
  const kept: unknown[] = [];
  const crds: string[] = [];
  for (const value of values) {
    if (isCrdFile(documentLines(value)?.().template)) crds.push(nameIn(value));
    else kept.push(value);
  }
  return { kept, crds };
}

function nameIn(value: unknown): string {
  return isJsonObject(value) && isJsonObject(value.metadata) ? String(value.metadata.name) : '';
}

/** A path as findings show it: relative to the current directory, if it is below that. */
function nameOf(url: string): string {
  const path = isAbsolute(url) ? relative(process.cwd(), url) : url;
  return path.startsWith('..') ? url : path;
}
