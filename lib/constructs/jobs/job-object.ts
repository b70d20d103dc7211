// A Job named after its template, which cannot change: another template is another Job.

import { createHash } from 'node:crypto';
import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import { isJsonObject } from '../../model/manifest/json';
import { compareKeys } from '../../model/manifest/text';
import { ENTRY, entriesOf } from '../../model/platform/entries';
import type { JobSpec } from '../tree/kinds';

/** Fields of a Job that may change. Source: k8s.io/kubernetes pkg/apis/batch/validation, `ValidateJobSpecUpdate`. */
const MUTABLE = /^spec\.?(?:activeDeadlineSeconds|backoffLimit|parallelism|suspend|ttlSecondsAfterFinished)$/;

const HASH = 8;
/** The name becomes a label of the pods. Source: kubernetes.io, "Jobs" (Writing a Job spec). */
const LONGEST = 63;

/** What a Job is made of. */
interface JobInput {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: () => Readonly<Record<string, string>>;
  readonly image: string;
  readonly spec: () => JobSpec;
  /** Characters that follow the name in names of its pods' hosts. */
  readonly behind: number;
}

/** Longest name of a component whose Job has `behind` characters behind its name. */
export const longestJobName = (behind: number): number => LONGEST - behind - HASH - 1;

/** A Job whose name is `<name>-<tag>-<hash>`, without the tag where that would be too long. */
export class JobObject extends ApiObject {
  private readonly input: JobInput;

  constructor(scope: Construct, id: string, input: JobInput) {
    const { name, labels, spec } = input;
    super(scope, id, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels },
      spec: Lazy.any({ produce: spec }),
    });
    this.input = input;
  }

  override toJson(): unknown {
    const { metadata, ...rest } = super.toJson();
    const annotations = Object.fromEntries(
      Object.entries({ ...this.input.notes(), ...metadata.annotations }).sort(compareKeys),
    );
    const own = Object.keys(annotations).length === 0 ? {} : { annotations };
    return { ...rest, metadata: { ...metadata, ...own, name: this.nameFor(rest.spec) } };
  }

  private nameFor(spec: unknown): string {
    const fixed = isJsonObject(spec) ? Object.entries(spec).filter(([field]) => !MUTABLE.test(`spec.${field}`)) : [];
    // an override changes the template behind our back
    const overrides = entriesOf(this, ENTRY.override)
      .filter(({ path }) => !MUTABLE.test(path) && !path.startsWith('metadata'))
      .map(({ operation, path, value }) => [operation, path, value]);
    const content = JSON.stringify([...fixed.sort(compareKeys), ...overrides]);
    const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH);
    const { name, image, behind } = this.input;
    const full = [name, tagPart(image), hash].filter((part) => part !== '').join('-');
    return full.length + behind <= LONGEST ? full : `${name}-${hash}`;
  }
}

/** The tag as a part of a name; empty for a digest. */
function tagPart(image: string): string {
  const [, tag = ''] = image.includes('@') ? [] : (/:([^:/]+)$/.exec(image) ?? []);
  return tag
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
