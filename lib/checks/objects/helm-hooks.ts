// Hooks of Helm: what `helm install` runs at a moment of its own, kubectl applies as any other object.

import { dig, text } from '../../analysis/objects/read-json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import type { Rule } from '../rule';

const HOOK = 'helm.sh/hook';
const POINTER = '/metadata/annotations/helm.sh~1hook';

const hooked = (hook: string) =>
  object('v1', 'Pod', 'check', { metadata: { name: 'check', annotations: { [HOOK]: hook } } });

/** Whether a hook is a test: of Helm 2 too, which has two kinds. */
const isTest = (hook: string): boolean => /^test(?:-success|-failure)?$/.test(hook);

/** Every object with hooks. */
function eachHooked(entries: readonly ApiEntry[], visit: (entry: ApiEntry, value: string, hooks: string[]) => void) {
  for (const entry of entries) {
    const value = text(dig(entry.manifest, 'metadata', 'annotations')?.[HOOK]);
    if (value === undefined) continue;
    const hooks = value.split(',').map((hook) => hook.trim().toLowerCase());
    visit(entry, value, hooks);
  }
}

const test: Rule = {
  id: 'helm-test',
  what: 'A test of a Helm chart is not among the manifests.',
  why: 'An apply would run it each time, while what it tests still starts; `helm test` runs it on demand.',
  severity: 'error',
  judge: 'helm.sh, "Chart Tests"',
  check: (entries, report) =>
    eachHooked(entries, (entry, value, hooks) => {
      if (!hooks.some(isTest)) return;
      report(entry, POINTER, {
        message: 'a test of a Helm chart would run with each apply',
        expected: "helmFlags: ['--skip-tests'] for Helm; in a file, to leave the object out",
        value,
      });
    }),
  examples: {
    pass: [hooked('post-install')],
    fail: [hooked('test'), hooked('test-success'), hooked('post-install, test')],
  },
};

const order: Rule = {
  id: 'helm-hook',
  what: 'A hook of a Helm chart does not need its moment.',
  why: 'It is applied together with all others: before, after and once have no meaning, and a Job stays as it is.',
  severity: 'note',
  judge: 'helm.sh, "Chart Hooks"',
  check: (entries, report) =>
    eachHooked(entries, (entry, value, hooks) => {
      if (hooks.some(isTest)) return;
      report(entry, POINTER, {
        message: `kubectl does not know the hook ${value}: the object is applied with the others`,
        expected: "an object that may be applied at any time; helmFlags: ['--no-hooks'] leaves hooks out",
        value,
      });
    }),
  examples: {
    pass: [object('v1', 'Pod', 'check', {})],
    fail: [hooked('pre-install,pre-upgrade'), hooked('crd-install')],
  },
};

export const helmHookRules: readonly Rule[] = [test, order];
