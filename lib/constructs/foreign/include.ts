// The door for manifests of others: what cdk8s' Include and Helm read is read as kubectl reads it, and what is wrong is reported.

import { rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative } from 'node:path';
import { Chart, Helm, Include, Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import { type Finding, findingOf, findingText } from '../../model/finding/finding';
import { documentLines } from '../../model/manifest/document';
import { isJsonObject } from '../../model/manifest/json';
import { captureTrace } from '../../model/manifest/origin';
import { System } from '../system/system';
import { report } from '../tree/findings';
import { traceConstruct } from '../tree/trace';
import { fetchText } from './fetch';
import { chartOf, decidesOnCrds, type HelmCall, isCrdFile, renderChart, templateOf } from './helm';
import { type Manifests, readObjects, readValues } from './manifests';

const RULE = 'foreign-manifest';

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
    return [...(construct === undefined ? load(url) : include(construct, url))];
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
function load(url: string): readonly unknown[] {
  const text = fetchText(url);
  if (typeof text !== 'string') throw new Error(findingText(text));
  const { values, misread } = readValues(text, { file: nameOf(url) });
  const [first] = misread;
  if (first !== undefined) throw new Error(findingText({ ...first.problem, document: first.line }));
  return values;
}

/** The objects for an Include: what is wrong is reported, and left out. */
function include(construct: Construct, url: string): readonly unknown[] {
  const trace = captureTrace();
  const isChart = construct instanceof Helm;
  const { values, findings } = isChart ? readChart(construct, takeCall()) : readFile(url);
  if (isChart) removeScratch(url);
  for (const finding of findings) report(construct, finding, trace);
  return values;
}

/** What Include or Helm gets, and what is wrong with the rest. */
interface Reading {
  readonly values: readonly unknown[];
  readonly findings: readonly Finding[];
}

const NOTHING: Reading = { values: [], findings: [] };

function readFile(url: string): Reading {
  const text = fetchText(url);
  if (typeof text !== 'string') return { ...NOTHING, findings: [findingOf(RULE, text)] };
  const file = nameOf(url);
  const reading = objectsOf(readObjects(text, { file }));
  if (!isEmpty(reading)) return reading;
  return {
    ...NOTHING,
    findings: [findingOf(RULE, { message: `${file} has no objects`, expected: 'at least one object' })],
  };
}

function readChart(construct: Construct, call: HelmCall | undefined): Reading {
  if (call === undefined) {
    const message = 'this cdk8s runs helm in a way that evenkeel does not know';
    return { ...NOTHING, findings: [findingOf(RULE, { message, expected: 'cdk8s 2.70.106' })] };
  }
  const text = renderChart(call, targetOf(construct));
  if (typeof text !== 'string') return { ...NOTHING, findings: [findingOf(RULE, text)] };
  const file = chartOf(call);
  const reading = objectsOf(readObjects(text, { file, templateOf }));
  if (isEmpty(reading)) {
    // values may switch off all of a chart
    const problem = { message: `the chart ${file} renders no object`, expected: 'at least one object' };
    return { ...NOTHING, findings: [findingOf(RULE, problem, 'warning')] };
  }
  const { kept, crds } = decidesOnCrds(call) ? { kept: reading.values, crds: [] } : withoutCrds(reading.values);
  if (crds.length === 0) return reading;
  const problem = {
    field: 'helmFlags',
    message: `the chart ${file} has CRDs that are left out: ${crds.join(', ')}`,
    expected: "helmFlags: ['--include-crds'], or ['--skip-crds'] where something else applies them",
  };
  return { values: kept, findings: [...reading.findings, findingOf(RULE, problem, 'warning')] };
}

function objectsOf({ values, misread }: Manifests): Reading {
  return { values, findings: misread.map(({ problem, line }) => ({ ...findingOf(RULE, problem), document: line })) };
}

function isEmpty({ values, findings }: Reading): boolean {
  return values.length + findings.length === 0;
}

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
