// References to variables, `$(NAME)`, that stay as they are: undefined, defined later, or where Kubernetes replaces none.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, list, own, places, text } from '../../analysis/objects/read-json';
import { type Container, type Workload, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { ApiEntry } from '../../model/manifest/object';
import { undefinedReference, variablesOfCommand, variablesUsed } from '../../model/pods/references';
import { configMap, running } from '../examples';
import type { Report, Rule } from '../rule';
import { mappedVariables } from './mapped-variables';

/** Variables of the API server's Service, which every container has: kubernetes/kubernetes, pkg/kubelet/kubelet_pods.go, `getServiceEnvVarMap`. */
const API_SERVER = /^KUBERNETES_(?:SERVICE|PORT)/;
/** Variables of other Services, unless the pod wants none. Source: kubernetes.io, "Service", environment variables. */
const SERVICE = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;
/** Variables that webhooks add to pods: those of EKS and AKS for identities, and the OpenTelemetry operator. */
const INJECTED = /^(?:AWS|AZURE|OTEL)_/;

/** Probes: their commands get the variables that the manifest has as texts. Source: kubelet, `ExpandContainerCommandOnlyStatic`. */
const PROBES: readonly (readonly string[])[] = [['livenessProbe'], ['readinessProbe'], ['startupProbe']];
/** Hooks: their commands are run as they are. Source: kubelet, pkg/kubelet/lifecycle/handlers.go. */
const HOOKS: readonly (readonly string[])[] = [
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** The variables of a container, as far as they are known. */
class Variables {
  private readonly names = new Set<string>();
  /** What the names of others begin with, which the app does not have. */
  private readonly prefixes: string[] = [];

  constructor(
    entries: readonly ApiEntry[],
    private readonly workload: Workload,
    container: Container,
  ) {
    const { cluster, identity } = workload.entry;
    for (const { value } of places(container.value, 'envFrom', '')) {
      const prefix = text(value.prefix) ?? '';
      const name = text(dig(value, 'configMapRef')?.name);
      const map =
        name === undefined ? undefined : objectIndex(entries).find('/ConfigMap', cluster, identity.namespace, name);
      if (map === undefined) this.prefixes.push(prefix);
      else for (const key of Object.keys(dig(map.manifest, 'data') ?? {})) this.names.add(prefix + key);
    }
  }

  add(name: string): void {
    this.names.add(name);
  }

  mayHave(name: string): boolean {
    const hasLinks = this.workload.pod.value.enableServiceLinks !== false;
    return (
      this.names.has(name) ||
      this.prefixes.some((prefix) => name.startsWith(prefix)) ||
      API_SERVER.test(name) ||
      INJECTED.test(name) ||
      (hasLinks && SERVICE.test(name))
    );
  }
}

/** Variables have their values one after the other: those of ConfigMaps and Secrets as a whole first. */
function reportVariables({ entry }: Workload, container: Container, variables: Variables, report: Report): void {
  const all = places(container.value, 'env', container.pointer);
  const names = all.map(({ value }) => text(value.name) ?? '');
  for (const [index, { value, pointer }] of all.entries()) {
    for (const name of variablesUsed(text(value.value) ?? '')) {
      if (variables.mayHave(name)) continue;
      const isLater = names.slice(index + 1).includes(name);
      const message = `variable ${name} is defined too late: $(${name}) stays as it is`;
      const expected = `${name} before ${names[index]}`;
      report(entry, `${pointer}/value`, isLater ? { message, expected } : undefinedReference(name));
    }
    variables.add(names[index] ?? '');
  }
}

const wordsOf = (from: Container['value'] | undefined, key: string): readonly string[] =>
  list(from?.[key]).map((word) => text(word) ?? '');

function reportCommand({ entry }: Workload, { value, pointer }: Container, variables: Variables, report: Report): void {
  const [command, args] = [wordsOf(value, 'command'), wordsOf(value, 'args')];
  for (const [index, used] of variablesOfCommand([...command, ...args]).entries()) {
    const place = index < command.length ? at(pointer, 'command', index) : at(pointer, 'args', index - command.length);
    for (const name of used) {
      if (!variables.mayHave(name)) report(entry, place, undefinedReference(name));
    }
  }
}

function reportHandlers({ entry }: Workload, { value, pointer }: Container, report: Report): void {
  const env = new Map(places(value, 'env', '').map(({ value: one }) => [text(one.name) ?? '', text(one.value)]));
  const inProbe = (name: string): string | undefined => {
    if (!env.has(name)) return `$(${name}) stays as it is in a command of a probe`;
    return env.get(name) === undefined
      ? `$(${name}) is empty in a command of a probe: its value is elsewhere`
      : undefined;
  };
  const reportAt = (path: readonly string[], faultOf: (name: string) => string | undefined): void => {
    const words = wordsOf(dig(value, ...path, 'exec'), 'command');
    for (const [index, used] of variablesOfCommand(words).entries()) {
      for (const name of used) {
        const message = faultOf(name);
        const expected = `a shell that replaces it: ['sh', '-c', '… "$${name}"']`;
        if (message !== undefined) report(entry, at(pointer, ...path, 'exec', 'command', index), { message, expected });
      }
    }
  };
  for (const path of PROBES) reportAt(path, inProbe);
  for (const path of HOOKS) reportAt(path, (name) => `$(${name}) stays as it is in a command of a hook`);
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
    for (const name of variablesUsed(value)) {
      const message = `$(${name}) stays as it is: variable ${key} is in a ConfigMap`;
      report(map, at('/data', key), { message, expected: `its value in ${key}; or $(${name}) in command or args` });
    }
  }
}

const variableReference: Rule = {
  id: 'variable-reference',
  what: 'A command, an argument or a variable refers to variables that are defined before, and only where Kubernetes replaces them.',
  why: 'The process gets the text $(NAME) in place of a value. Kubernetes replaces none in hooks and ConfigMaps, and in probes those alone whose value is in the manifest.',
  severity: 'error',
  judge:
    'kubelet: makeEnvironmentVariables, ExpandContainerCommandAndArgs; kubernetes.io, "Define Dependent Environment Variables"',
  reason: reasonKey('variable-reference'),
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      for (const container of workload.containers) {
        const variables = new Variables(entries, workload, container);
        reportVariables(workload, container, variables, report);
        reportCommand(workload, container, variables, report);
        reportHandlers(workload, container, report);
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
