// Kinds that the API server of the cluster serves: not removed, not from a later minor, not off by default, not misspelt.

import { at, text } from '../../analysis/objects/read-json';
import { OLDEST_MINOR } from '../../model/cluster/cluster';
import { closest } from '../../model/finding/closest';
import {
  apiVersionsWith,
  isKubernetesGroup,
  KUBERNETES_GROUPS,
  KUBERNETES_KINDS,
  kindsIn,
  type Life,
  livesOf,
  serves,
} from '../../model/kinds/serving';
import { reasonKey } from '../../model/manifest/annotations';
import { isKnownCustomKind } from '../../model/manifest/kind-lookup';
import { groupOf, minorOf } from '../../model/manifest/object';
import { object } from '../examples';
import type { ObjectProblem, Rule } from '../rule';
import { vouchers } from './custom-kinds';

type Minor = number | undefined;

const nameOf = (minor: Minor): string =>
  minor === undefined ? `Kubernetes from 1.${OLDEST_MINOR} on` : `Kubernetes 1.${minor}`;

const servesNow = (life: Life, minor: Minor): boolean => serves(life, minor, OLDEST_MINOR);

/** `v2` before `v1`, stable versions before betas, betas before alphas. */
function rankOf(apiVersion: string): number {
  const [, version = '0', stage, number = '0'] = /v(\d+)(?:(alpha|beta)(\d+))?$/.exec(apiVersion) ?? [];
  if (stage === undefined) return 10_000 + Number(version);
  return (stage === 'beta' ? 1_000 : 0) + Number(version) * 100 + Number(number);
}

/** The API versions to write for a kind: the best one of each group that the minor serves. */
function alternatives(kind: string, minor: Minor): string[] {
  const best = new Map<string, string>();
  for (const apiVersion of apiVersionsWith(kind)) {
    if (!livesOf(apiVersion, kind).some((life) => servesNow(life, minor))) continue;
    const group = groupOf(apiVersion);
    const known = best.get(group);
    if (known === undefined || rankOf(apiVersion) > rankOf(known)) best.set(group, apiVersion);
  }
  return [...best.values()];
}

/** What took the place of kinds that are gone. Source: kubernetes.io, "Deprecated API Migration Guide". */
const SUCCESSORS: Readonly<Record<string, string>> = {
  PodSecurityPolicy: 'the label pod-security.kubernetes.io/enforce on the namespace',
};

function findExpired(apiVersion: string, kind: string, minor: Minor): ObjectProblem | undefined {
  const lives = livesOf(apiVersion, kind);
  if (lives.some((life) => servesNow(life, minor))) return undefined;
  const later = lives.find(({ from }) => minor !== undefined && from > minor);
  const last = Math.max(...lives.map(({ to }) => to));
  const when = later === undefined ? `it was removed in 1.${last + 1}` : `it is new in 1.${later.from}`;
  const instead = alternatives(kind, minor).map((version) => `apiVersion ${version}`);
  return {
    message: `${nameOf(minor)} does not serve ${apiVersion} ${kind}: ${when}`,
    expected:
      instead.length > 0
        ? instead.join(' or ')
        : (SUCCESSORS[kind] ?? `a kind that ${nameOf(minor)} serves: this one has no successor there`),
    value: apiVersion,
  };
}

/** A kind or an API version that Kubernetes has never had, in one of its own groups. */
function findUnknown(apiVersion: string, kind: string, minor: Minor): ObjectProblem & { readonly field: string } {
  const right = alternatives(kind, minor);
  if (right.length > 0) {
    const message = `Kubernetes has no ${kind} in ${apiVersion}`;
    const expected = right.map((version) => `apiVersion ${version}`).join(' or ');
    return { field: 'apiVersion', message, expected, value: apiVersion };
  }
  const near = closest(kind, kindsIn(apiVersion)) ?? closest(kind, KUBERNETES_KINDS);
  const meant = near === undefined ? [] : alternatives(near, minor);
  const here = kindsIn(apiVersion);
  const field = here.length > 0 || meant.length > 0 ? 'kind' : 'apiVersion';
  return {
    field,
    message: `Kubernetes has no ${kind} in ${apiVersion}`,
    expected:
      meant.length > 0
        ? meant.map((version) => `${near} in ${version}`).join(' or ')
        : here.length > 0
          ? `one of ${here.join(', ')}; a custom kind has a group with a dot`
          : 'a group of Kubernetes, or one with a dot',
    value: field === 'kind' ? kind : apiVersion,
  };
}

/** Files that components and tools read, in groups that no API server serves. Source: kubernetes.io, "Configuration APIs". */
const CONFIGURATION =
  /(?:^|\.)(?:config|admission|authentication)\.k8s\.io$|^(?:audit|kubeadm|admission|apidiscovery|imagepolicy)\.k8s\.io$|^kind\.x-k8s\.io$|^credentialprovider\.kubelet\.k8s\.io$/;

/** A group that is none of Kubernetes, but looks like one for the kind: `networking.k8s.ioo`, `apps.k8s.io`. */
function findMistakenGroup(apiVersion: string, kind: string, minor: Minor): ObjectProblem | undefined {
  const group = groupOf(apiVersion);
  if (CONFIGURATION.test(group) && !isKubernetesGroup(group)) {
    const message = `${apiVersion} ${kind} configures a program: no API server serves it`;
    return { message, expected: 'objects of the Kubernetes API; such files belong elsewhere', value: apiVersion };
  }
  const right = alternatives(kind, minor);
  if (right.length === 0) return undefined;
  const resembles = right.some((version) => {
    const own = groupOf(version);
    return own !== '' && (group === `${own}.k8s.io` || own === `${group}.k8s.io`);
  });
  const labels = group.split('.').length;
  const alike = KUBERNETES_GROUPS.filter((known) => known.includes('.') && known.split('.').length === labels);
  if (!resembles && (group.endsWith('.x-k8s.io') || closest(group, alike) === undefined)) return undefined;
  const message = `Kubernetes has no group ${group}, and ${kind} is its kind`;
  return { message, expected: right.map((version) => `apiVersion ${version}`).join(' or '), value: apiVersion };
}

const servedKind: Rule = {
  id: 'served-kind',
  what: 'The Kubernetes minor of the cluster serves the apiVersion and kind of an object; where no minor is known, one of the supported ones does. A custom kind has a version that its CustomResourceDefinition in the app serves.',
  why: 'The API server refuses the object, "no matches for kind"; until then every rule about the kind is silent.',
  severity: 'error',
  judge:
    'API server: discovery; Pluto; kubeconform; kube-score stable-version; kubernetes.io, "Deprecated API Migration Guide"',
  check: (entries, report) => {
    const { versions, isDeclared } = vouchers(entries);
    for (const entry of entries) {
      const apiVersion = text(entry.manifest.apiVersion) ?? '';
      const { group, kind } = entry.identity;
      // The rule object-shape reports what is missing, and a wrapper of other objects is taken apart.
      if (apiVersion === '' || kind === '' || kind === 'List') continue;
      const minor = minorOf(entry);
      const own = isKubernetesGroup(group);
      if (own && livesOf(apiVersion, kind).length > 0) {
        const problem = findExpired(apiVersion, kind, minor);
        if (problem !== undefined) report(entry, '/apiVersion', problem);
        continue;
      }
      const served = versions(entry);
      if (served !== undefined) {
        const version = apiVersion.slice(group.length + 1);
        if (served.includes(version)) continue;
        const message = `the CustomResourceDefinition of ${kind} does not serve ${version}`;
        const expected = served.map((name) => `apiVersion ${group}/${name}`).join(' or ') || 'a version that it serves';
        report(entry, '/apiVersion', { message, expected, value: apiVersion });
        continue;
      }
      if (isDeclared(entry) || isListOf(apiVersion, kind) || isKnownCustomKind(group, kind)) continue;
      if (own || !group.includes('.')) {
        const { field, ...problem } = findUnknown(apiVersion, kind, minor);
        report(entry, at('', field), problem);
      } else {
        const problem = findMistakenGroup(apiVersion, kind, minor);
        if (problem !== undefined) report(entry, '/apiVersion', problem);
      }
    }
  },
  examples: {
    pass: [
      object('policy/v1', 'PodDisruptionBudget', 'web', {}),
      object('example.com/v1', 'Widget', 'web', {}),
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', {
        spec: { group: 'example.com', names: { kind: 'Widget' }, versions: [{ name: 'v1', served: true }] },
      }),
    ],
    fail: [
      object('policy/v1beta1', 'PodDisruptionBudget', 'web', {}),
      object('app/v1', 'Deployment', 'web', {}),
      object('apps/v1', 'Deploymnet', 'web', {}),
    ],
  },
};

/** Whether it wraps objects of a kind of Kubernetes. */
function isListOf(apiVersion: string, kind: string): boolean {
  return kind.endsWith('List') && livesOf(apiVersion, kind.slice(0, -'List'.length)).length > 0;
}

const offByDefault: Rule = {
  id: 'kind-off-by-default',
  what: 'The API server of the cluster serves the version of a kind by default: an alpha or beta version is off unless it was started otherwise.',
  why: 'The API server refuses the object, "no matches for kind", and most managed clusters cannot turn it on.',
  severity: 'error',
  judge: 'API server: --runtime-config; kubernetes.io, "Enabling or Disabling Kubernetes APIs"',
  reason: reasonKey('kind-off-by-default'),
  check: (entries, report) => {
    for (const entry of entries) {
      const apiVersion = text(entry.manifest.apiVersion) ?? '';
      const { kind } = entry.identity;
      const minor = minorOf(entry);
      const lives = livesOf(apiVersion, kind).filter((life) => servesNow(life, minor));
      if (lives.length === 0 || lives.some(({ byDefault }) => byDefault)) continue;
      const stable = alternatives(kind, minor).filter((version) =>
        livesOf(version, kind).some((life) => life.byDefault && servesNow(life, minor)),
      );
      report(entry, '/apiVersion', {
        message: `${nameOf(minor)} serves ${apiVersion} ${kind} only if it is turned on`,
        expected: stable.length > 0 ? `apiVersion ${stable.join(' or ')}` : 'a kind that is served by default',
        value: apiVersion,
      });
    }
  },
  examples: {
    pass: [object('resource.k8s.io/v1', 'ResourceClaim', 'gpu', {})],
    fail: [object('resource.k8s.io/v1beta1', 'ResourceClaim', 'gpu', {})],
  },
};

export const servedKindRules: readonly Rule[] = [servedKind, offByDefault];
