// Configuration: a ConfigMap with the hash of its content in its name, so that a change rolls the pods and an undo undoes it.

import { createHash } from 'node:crypto';
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { compareKeys } from '../../model/manifest/text';
import { APP } from '../../model/manifest/well-known';
import { report } from '../tree/findings';

/**
 * Argo CD removes the old ConfigMap only after the new pods are healthy; Flux never does, because it would do so before
 * (both documented; docs/how-to/remove-old-configuration.md says how the old ones go).
 */
const KEEP_WHILE_IN_USE = {
  'argocd.argoproj.io/sync-options': 'PruneLast=true',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
} as const;

/** What a ConfigMap holds, variables or files; a label says it to scripts that remove old ones. */
const PARTS = { config: 'configuration', files: 'files' } as const;

/** The environment variables of one component, or its files, as an immutable ConfigMap. */
export class Configuration extends ApiObject {
  private readonly values = new Map<string, string>();
  /** Of the content as it is now; pods, mounts and the object itself ask for it. */
  private hash: string | undefined;
  private readonly prefix: string;

  constructor(
    scope: Construct,
    component: string,
    labels: Readonly<Record<string, string>>,
    part: keyof typeof PARTS = 'config',
  ) {
    const prefix = `${component}-${part}`;
    super(scope, PARTS[part], {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: prefix, labels: { ...labels, [APP.component]: PARTS[part] }, annotations: KEEP_WHILE_IN_USE },
    });
    this.prefix = prefix;
  }

  /** Sets variables. Setting one twice to different values is a finding: one of the two would be lost silently. */
  add(values: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(values)) {
      if (typeof value !== 'string') {
        report(this, {
          rule: 'configuration-value',
          severity: 'error',
          field: key,
          message: `variable ${key} must be a text, not ${String(value)}`,
          expected: 'text: String(value)',
        });
        continue;
      }
      const before = this.values.get(key);
      if (before !== undefined && before !== value) {
        report(this, {
          rule: 'configuration-conflict',
          severity: 'error',
          message: `variable ${key} is set twice, to different values`,
          expected: 'one value per variable',
          field: key,
        });
      }
      this.values.set(key, value);
      this.hash = undefined;
    }
  }

  /** Name of the ConfigMap with the content as it is now. Ask when rendering, not before. */
  get hashedName(): string {
    this.hash ??= createHash('sha256').update(JSON.stringify(this.sorted())).digest('hex').slice(0, 10);
    return `${this.prefix}-${this.hash}`;
  }

  override toJson(): unknown {
    const { metadata, ...rest } = super.toJson();
    const data = Object.fromEntries(this.sorted());
    return { ...rest, metadata: { ...metadata, name: this.hashedName }, data, immutable: true };
  }

  private sorted(): [string, string][] {
    return [...this.values].sort(compareKeys);
  }
}
