// References to variables, `$(NAME)`, that stay as they are: undefined, defined later, or where Kubernetes replaces none.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, isSet, list, own, type Place, places, text } from '../../analysis/objects/read-json';
import { type Container, type Workload, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import {
  namesUsed,
  nestedReference,
  type Reference,
  undefinedReference,
  variablesOfCommand,
  variablesUsed,
} from '../../model/pods/references';
import { configMap, running } from '../examples';
import type { Report, Rule } from '../rule';
import { mappedVariables } from './mapped-variables';

/** Variables of the API server's Service, which every container has: kubernetes/kubernetes, pkg/kubelet/kubelet_pods.go, `getServiceEnvVarMap`. */
const API_SERVER = /^KUBERNETES_(?:SERVICE|PORT)/;
/** Variables of other Services, unless the pod wants none. Source: kubernetes.io, "Service", environment variables. */
const SERVICE = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;
/** Variables that webhooks add to pods: those of EKS and AKS for identities, the OpenTelemetry operator and Datadog. */
const INJECTED = /^(?:AWS|AZURE|DD|OTEL)_/;

/** Probes: their commands get the variables that the manifest has as texts. Source: kubelet, `ExpandContainerCommandOnlyStatic`. */
const PROBES: readonly (readonly string[])[] = [['livenessProbe'], ['readinessProbe'], ['startupProbe']];
/** Hooks: their commands are run as they are. Source: kubelet, pkg/kubelet/lifecycle/handlers.go. */
const HOOKS: readonly (readonly string[])[] = [
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** The variable of an Indexed Job, which comes after all others. Source: kubernetes/kubernetes, pkg/controller/job/indexed_job_utils.go. */
const INDEX = 'JOB_COMPLETION_INDEX';

/** Variables that the controller of a workload adds behind those of its containers. */
function addedTo({ entry, kind }: Workload): readonly string[] {
  const spec = dig(entry.manifest, 'spec');
  const job = kind === 'batch/CronJob' ? dig(spec, 'jobTemplate', 'spec') : kind === 'batch/Job' ? spec : undefined;
  return job?.completionMode === 'Indexed' ? [INDEX] : [];
}

/** Variables by their sources: names that are known, and what the names of others begin with. */
interface Sources {
  readonly names: ReadonlySet<string>;
  readonly prefixes: readonly string[];
}

function sourcesOf(entries: readonly ApiEntry[], { entry }: Workload, container: Container): Sources {
  const names = new Set<string>();
  const prefixes: string[] = [];
  for (const { value } of places(container.value, 'envFrom', '')) {
    const prefix = text(value.prefix) ?? '';
    const name = text(dig(value, 'configMapRef')?.name) ?? '';
    const map = objectIndex(entries).find('/ConfigMap', entry.cluster, entry.identity.namespace, name);
    if (map === undefined) prefixes.push(prefix);
    else for (const key of Object.keys(dig(map.manifest, 'data') ?? {})) names.add(prefix + key);
  }
  return { names, prefixes };
}

/** A container with its variables. */
interface Variables {
  /** Its own, in their order. */
  readonly env: readonly Place[];
  readonly names: readonly string[];
  /** Those that its controller adds behind them. */
  readonly added: readonly string[];
  /** Whether it may have one from elsewhere. */
  readonly mayHave: (name: string) => boolean;
}

function variablesOf(entries: readonly ApiEntry[], workload: Workload, container: Container): Variables {
  const env = places(container.value, 'env', container.pointer);
  const hasLinks = workload.pod.value.enableServiceLinks !== false;
  let sources: Sources | undefined;
  const mayHave = (name: string): boolean => {
    // few containers refer to variables: the others need no look-up
    sources ??= sourcesOf(entries, workload, container);
    return (
      sources.names.has(name) ||
      sources.prefixes.some((prefix) => name.startsWith(prefix)) ||
      API_SERVER.test(name) ||
      INJECTED.test(name) ||
      (hasLinks && SERVICE.test(name))
    );
  };
  return { env, names: env.map(({ value }) => text(value.name) ?? ''), added: addedTo(workload), mayHave };
}

const isDefined = ({ names, added, mayHave }: Variables, name: string): boolean =>
  names.includes(name) || added.includes(name) || mayHave(name);

/** Variables have their values one after the other: those of ConfigMaps and Secrets as a whole first. */
function reportVariables({ entry }: Workload, variables: Variables, report: Report): void {
  const { env, names, added, mayHave } = variables;
  for (const [index, { value, pointer }] of env.entries()) {
    for (const { name, isNested } of variablesUsed(text(value.value) ?? '')) {
      const place = `${pointer}/value`;
      if (isNested) report(entry, place, nestedReference(name));
      else if (!names.slice(0, index).includes(name) && !mayHave(name)) {
        const isLater = [...names.slice(index + 1), ...added].includes(name);
        const message = `variable ${name} is defined too late: $(${name}) stays as it is`;
        const expected = `${name} before ${names[index]}`;
        report(entry, place, isLater ? { message, expected } : undefinedReference(name));
      }
    }
  }
}

const wordsOf = (from: Container['value'] | undefined, key: string): readonly string[] =>
  list(from?.[key]).map((word) => text(word) ?? '');

function reportCommand({ entry }: Workload, { value, pointer }: Container, variables: Variables, report: Report): void {
  const [command, args] = [wordsOf(value, 'command'), wordsOf(value, 'args')];
  for (const [index, used] of variablesOfCommand([...command, ...args]).entries()) {
    const place = index < command.length ? at(pointer, 'command', index) : at(pointer, 'args', index - command.length);
    for (const { name, isNested } of used) {
      if (isNested) report(entry, place, nestedReference(name));
      else if (!isDefined(variables, name)) report(entry, place, undefinedReference(name));
    }
  }
}

/** A value in the manifest; absent where it is elsewhere. */
const literalOf = ({ value, valueFrom }: JsonObject): string | undefined =>
  text(value) ?? (isSet(valueFrom) ? undefined : '');

/** Paths of a volume have no commands of a shell: each name is a variable. Source: kubelet, `ExpandContainerVolumeMounts`. */
function reportPaths({ entry }: Workload, { value, pointer }: Container, variables: Variables, report: Report): void {
  for (const mount of places(value, 'volumeMounts', pointer)) {
    for (const name of namesUsed(text(mount.value.subPathExpr) ?? '')) {
      const given = variables.env.findLast((one) => one.value.name === name);
      if (given === undefined ? isDefined(variables, name) : literalOf(given.value) !== '') continue;
      const message = `$(${name}) has no value: the container never starts`;
      report(entry, `${mount.pointer}/subPathExpr`, { message, expected: 'a variable of the container with a value' });
    }
  }
}

function reportHandlers(
  { entry }: Workload,
  { value, pointer }: Container,
  variables: Variables,
  report: Report,
): void {
  const { env, added } = variables;
  const inProbe = ({ name, isNested }: Reference): string | undefined => {
    const given = env.findLast((one) => one.value.name === name);
    const isKnown = given !== undefined || added.includes(name);
    if (!isKnown || isNested) return `$(${name}) stays as it is in a command of a probe`;
    if (given !== undefined && literalOf(given.value) !== undefined) return undefined;
    return `$(${name}) is empty in a command of a probe: its value is elsewhere`;
  };
  const reportAt = (path: readonly string[], faultOf: (reference: Reference) => string | undefined): void => {
    const words = wordsOf(dig(value, ...path, 'exec'), 'command');
    for (const [index, used] of variablesOfCommand(words).entries()) {
      for (const reference of used) {
        const message = faultOf(reference);
        const expected = `a shell that replaces it: ['sh', '-c', '… "$${reference.name}"']`;
        if (message !== undefined) report(entry, at(pointer, ...path, 'exec', 'command', index), { message, expected });
      }
    }
  };
  for (const path of PROBES) reportAt(path, inProbe);
  for (const path of HOOKS) reportAt(path, ({ name }) => `$(${name}) stays as it is in a command of a hook`);
}

/** A text of several lines may be a script, and a key with a dot is a file beside the variables. */
function reportMapped(entries: readonly ApiEntry[], report: Report): void {
  const seen = new Map<ApiEntry, Set<string>>();
  for (const { map, key } of mappedVariables(entries)) {
    const keys = seen.get(map) ?? new Set();
    if (keys.has(key)) continue;
    seen.set(map, keys.add(key));
    const value = text(own(dig(map.manifest, 'data'), key)) ?? '';
    if (value.includes('\n') || key.includes('.')) continue;
    for (const name of new Set(variablesUsed(value).map((used) => used.name))) {
      const message = `$(${name}) stays as it is: variable ${key} is in a ConfigMap`;
      report(map, at('/data', key), { message, expected: `its value in ${key}; or $(${name}) in command or args` });
    }
  }
}

const variableReference: Rule = {
  id: 'variable-reference',
  what: 'A command, an argument, a variable or the path of a volume refers to variables that are defined before, and only where Kubernetes replaces them.',
  why: 'The process gets the text $(NAME) in place of a value; with such a path the container never starts. Kubernetes replaces none within another $(, none in hooks and ConfigMaps, and in probes those alone whose value is in the manifest.',
  severity: 'error',
  judge:
    'kubelet: makeEnvironmentVariables, ExpandContainerCommandAndArgs; kubernetes.io, "Define Dependent Environment Variables"',
  reason: reasonKey('variable-reference'),
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      for (const container of workload.containers) {
        const variables = variablesOf(entries, workload, container);
        reportVariables(workload, variables, report);
        reportCommand(workload, container, variables, report);
        reportPaths(workload, container, variables, report);
        reportHandlers(workload, container, variables, report);
      }
    }
    reportMapped(entries, report);
  },
  examples: {
    pass: [
      running({
        command: ['sh', '-c', 'echo $(date) $$(NOW) $(URL)'],
        envFrom: [{ configMapRef: { name: 'web' } }],
        env: [{ name: 'URL', value: 'http://$(HOST):80' }],
      }),
      configMap({ HOST: 'cart' }),
    ],
    fail: [running({ args: ['--url=$(URL)'], env: [{ name: 'URI', value: 'http://cart' }] })],
  },
};

export const variableReferenceRules: readonly Rule[] = [variableReference];
