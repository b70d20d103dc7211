// The base of components that come to an end: their deadline, retries, and what protects a run.

import type { Construct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { type Fields, number, optional, type Schema } from '../../model/finding/schema';
import { defined } from '../../model/manifest/json';
import { Component } from '../component/component';
import { COMPONENT, type ComponentProps } from '../component/component-props';
import { hasNativeSidecars } from '../pod/company';
import type { Life } from '../pod/life';
import { writesTemplates } from '../pod/templates';
import { isRefused } from '../tree/door';
import { checkLater } from '../tree/findings';
import type { JobSpec } from '../tree/kinds';

/** Required and optional properties of every component that comes to an end. It has no port, no probes and no metrics: a run may begin and end between two scrapes. */
export interface EndingProps extends Omit<ComponentProps, 'port' | 'ports' | 'metrics'> {
  /** Seconds after which a run is stopped and has failed, with all its retries. */
  readonly deadlineSeconds: number;
  /**
   * Failed pods that are replaced before the run has failed; after 10 s, 20 s, 40 s and so on. A pod that is disrupted, as by a drain,
   * does not count.
   * @default 3
   */
  readonly retries?: number;
  /** Time from SIGTERM until a pod is killed, in seconds. @default 30 */
  readonly terminationGracePeriodSeconds?: number;
}

const { port: _port, ports: _ports, metrics: _metrics, ...WITHOUT_PORTS } = COMPONENT;

/** What the properties of every component that comes to an end may say. */
export const ENDING: Fields<EndingProps> = {
  ...WITHOUT_PORTS,
  deadlineSeconds: number({ atLeast: 1, whole: true }),
  retries: optional(number({ atLeast: 0, atMost: 1000, whole: true })),
  terminationGracePeriodSeconds: optional(number({ atLeast: 0, whole: true })),
};

/** Stand for required properties that are refused. */
export const ENDING_STAND_INS = {
  image: 'registry.invalid/refused:1',
  resources: { cpu: '1m', memory: '1Mi' },
  deadlineSeconds: 60,
} as const;

const RETRIES = 3;
const GRACE_SECONDS = 30;

/**
 * A node autoscaler would move a run to save a node: Cluster Autoscaler, "What types of pods can prevent CA from removing a node?", and
 * Karpenter, "Disruption", pod-level controls. The deadline is the longest time for which this keeps a node.
 */
const KEEPS_ITS_NODE = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
} as const;

/**
 * Base of the components that come to an end.
 *
 * A failed pod is replaced by a new one and stays until its Job goes, so that its log can be read: `restartPolicy: Never`, without which a
 * disruption would cost a retry too. Source: kubernetes.io, "Jobs" (Pod failure policy).
 *
 * @throws when it is not inside a System
 */
export abstract class EndingComponent<Props extends EndingProps> extends Component<Props> {
  constructor(scope: Construct, id: string, given: Props, schema: Schema, standIns: Partial<Props>) {
    super(scope, id, given, schema, standIns);
    checkLater(this, () =>
      isRefused(this) ? [] : this.findEndingProblems().map((problem) => findingOf('input', problem)),
    );
  }

  /** Most of its pods at once, in one run. */
  protected abstract get podsAtOnce(): number;

  /** What is wrong between the properties of a run. */
  protected findEndingProblems(): Problem[] {
    const { deadlineSeconds, terminationGracePeriodSeconds = GRACE_SECONDS, initContainers = {} } = this.props;
    const { sidecars = {} } = this.props;
    const { cluster } = this.system.target;
    const within = 'less than deadlineSeconds, or a longer deadline';
    const starting = Object.values(initContainers).reduce((sum, { seconds }) => sum + seconds, 0);
    const problems: (Problem | false)[] = [
      terminationGracePeriodSeconds > deadlineSeconds && {
        field: 'terminationGracePeriodSeconds',
        value: terminationGracePeriodSeconds,
        message: `stopping may take ${terminationGracePeriodSeconds} s, longer than a run of ${deadlineSeconds} s`,
        expected: within,
      },
      starting >= deadlineSeconds && {
        field: 'deadlineSeconds',
        value: deadlineSeconds,
        message: `init containers take ${starting} s, and a run is stopped after ${deadlineSeconds} s`,
        expected: `more than ${starting}`,
      },
      Object.keys(sidecars).length > 0 &&
        !hasNativeSidecars(cluster) && {
          field: Object.keys(sidecars).every(writesTemplates) ? 'templates' : 'sidecars',
          value: Object.keys(sidecars).join(', '),
          message: `before Kubernetes 1.29 a sidecar never lets a Job end, and ${cluster.name} has ${cluster.kubernetes}`,
          expected: 'an init container, or one container that starts and stops both',
        },
    ];
    return problems.filter((one) => one !== false);
  }

  protected override get insteadOfVolume(): string {
    return 'one pod at once';
  }

  /** Where its pods run, besides the choice of its nodes. */
  protected get spread(): Life['spread'] {
    return undefined;
  }

  /** What the Jobs of its runs have in common. */
  protected get jobSpec(): Pick<JobSpec, 'backoffLimit' | 'activeDeadlineSeconds' | 'podFailurePolicy' | 'template'> {
    const { deadlineSeconds, retries = RETRIES, terminationGracePeriodSeconds = GRACE_SECONDS } = this.props;
    const template = this.podTemplate({
      preStopSeconds: 0,
      terminationGracePeriodSeconds,
      restartPolicy: 'Never',
      ...defined({ spread: this.spread }),
    });
    return {
      activeDeadlineSeconds: deadlineSeconds,
      backoffLimit: retries,
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          annotations: { ...template.metadata?.annotations, ...KEEPS_ITS_NODE },
        },
      },
    };
  }
}
