// A component that runs once for each build of it: an import, a clean-up.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { choice, fields, number, optional, type Schema } from '../../model/finding/schema';
import type { ClientNumbers } from '../network/connection';
import { refuse } from '../tree/door';
import { report } from '../tree/findings';
import type { JobSpec } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { ENDING, ENDING_STAND_INS, EndingComponent, type EndingProps } from './ending';
import { JobObject, longestJobName } from './job-object';

/** Required and optional properties of a Job. */
export interface JobProps extends EndingProps {
  /** Pods at once. @default 1 */
  readonly parallelism?: number;
  /** Pods that must succeed. @default as many as run at once */
  readonly completions?: number;
  /** Whether each pod has an index, in JOB_COMPLETION_INDEX, for its share of the work. @default NonIndexed */
  readonly completionMode?: 'NonIndexed' | 'Indexed';
}

const COUNT = optional(number({ atLeast: 1, atMost: 100_000, whole: true }));

const JOB = fields<JobProps>({
  ...ENDING,
  parallelism: COUNT,
  completions: COUNT,
  completionMode: optional(choice(['NonIndexed', 'Indexed'])),
});

/**
 * Base of a Job in `dist`. A Job cannot be changed, so it is named after its image's tag and its content: another image, variable or
 * file is another Job, which runs; an unchanged one does not run again. It has no time to live: what deletes it, a controller that
 * compares with git would create, and so run, again.
 */
export abstract class OneTimeComponent<Props extends EndingProps> extends EndingComponent<Props> {
  /** Its Job, for overrides. A change of its template changes its name too. */
  readonly job: ApiObject;

  constructor(scope: Construct, id: string, given: Props, schema: Schema, standIns: Partial<Props>) {
    super(scope, id, given, schema, standIns);
    const { name, image } = this;
    this.checkName();
    this.job = new JobObject(this, 'job', {
      name,
      image,
      labels: { ...selectorLabels(name), ...this.jobLabels },
      notes: () => ({ ...this.reasons, ...this.accountNotes }),
      behind: this.behindName,
      spec: () => this.renderSpec(),
    });
  }

  /** Labels of its Job beside those of every object. */
  protected get jobLabels(): Readonly<Record<string, string>> {
    return {};
  }

  /** Characters that follow the Job's name in the names of its pods' hosts. */
  protected get behindName(): number {
    return 0;
  }

  /** The rule about names of objects does not know what follows the name. */
  private checkName(): void {
    const { name } = this;
    const longest = longestJobName(this.behindName);
    if (name.length <= longest) return;
    const message = `the name of a Job has a hash behind it, and ${name.length} characters leave no room`;
    report(
      this,
      findingOf('input', { field: 'name', value: name, message, expected: `at most ${longest} characters` }),
    );
    refuse(this);
  }

  protected get numbers(): ClientNumbers {
    return { maxReplicas: this.podsAtOnce, replacement: 'inPlace' };
  }

  protected renderSpec(): JobSpec {
    return { ...this.jobSpec, completions: this.podsAtOnce, parallelism: this.podsAtOnce };
  }
}

/**
 * A component that runs once, and again when its image, variables, files or template change: it must be safe to run twice.
 *
 * @example new Job(this, 'import', { resources, deadlineSeconds: 3600, parallelism: 4, completions: 16, completionMode: 'Indexed' })
 * @throws when it is not inside a System
 */
export class Job extends OneTimeComponent<JobProps> {
  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id, props, JOB, ENDING_STAND_INS);
  }

  protected get podsAtOnce(): number {
    return this.props.parallelism ?? 1;
  }

  private get completions(): number {
    return this.props.completions ?? this.podsAtOnce;
  }

  protected override get behindName(): number {
    return this.props.completionMode === 'Indexed' ? 1 + String(this.completions - 1).length : 0;
  }

  protected override findEndingProblems(): Problem[] {
    const { podsAtOnce: parallelism, completions } = this;
    const found = super.findEndingProblems();
    if (parallelism <= completions) return found;
    const message = `${parallelism} pods at once for ${completions} completions: the rest never start`;
    return [...found, { field: 'parallelism', value: parallelism, message, expected: `at most ${completions}` }];
  }

  protected override renderSpec(): JobSpec {
    const { completionMode } = this.props;
    const { completions } = this;
    return { ...super.renderSpec(), completions, ...(completionMode === undefined ? {} : { completionMode }) };
  }
}
