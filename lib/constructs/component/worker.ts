// A component that nothing connects to: it works on its own, by what it asks of others.

import type { Construct } from 'constructs';
import { fields } from '../../model/finding/schema';
import type { AvailabilityOptions } from '../../model/pods/availability';
import type { ScalingProps } from '../../model/pods/scaling';
import { createAutoscaler } from '../scaling/autoscaler';
import { IDLE_SIZE, type Size } from '../scaling/size';
import { selectorLabels } from '../tree/labels';
import { COMPONENT_STAND_INS } from './component-props';
import { LONG_RUNNING, type LongRunningProps, type PodNumbers, StatelessComponent } from './stateless';

/** Required and optional properties of a worker. No client is admitted to its `port`, which serves probes. */
export interface WorkerProps extends LongRunningProps {
  /**
   * How many pods it has: always as many, or as an autoscaler decides by CPU, memory and metrics. From Kubernetes 1.37 on, `min` may be
   * 0 beside an `external` metric; for a queue and KEDA, see QueueConsumer.
   * @example size: { min: 0, max: 8, cpu: 0.65, metrics: [{ external: 'mails_waiting', averageValue: 50 }] }
   */
  readonly size: Exclude<Size, { readonly load: unknown }>;
}

const WORKER = fields<WorkerProps>({
  ...LONG_RUNNING,
  size: IDLE_SIZE,
});

/**
 * A stateless component without a Service: a scheduler, a poller, a load generator. It needs no port; its probes are commands then
 * (`{ exec: […] }`), or left out.
 *
 * A stopping pod gets SIGTERM at once, since no load balancer has to drop it first.
 *
 * @example new Worker(this, 'mailer', { resources, probes: { bootSeconds: 10 }, size: { replicas: 2 } })
 * @throws when it is not inside a System
 */
export class Worker extends StatelessComponent<WorkerProps> {
  constructor(scope: Construct, id: string, props: WorkerProps) {
    const { port: _, ...standIns } = COMPONENT_STAND_INS;
    super(scope, id, props, WORKER, { ...standIns, size: { replicas: 1 } });
    if (this.scaling !== undefined) {
      createAutoscaler(this, this.deployment, selectorLabels(this.name), this.scaling, () => this.accountNotes);
    }
    this.createBudget(this.pods.min);
  }

  protected get pods(): PodNumbers {
    const { size } = this.props;
    if ('min' in size) return { min: size.min, max: size.max };
    return { min: size.replicas, max: size.replicas, stated: size.replicas };
  }

  protected override get availabilityDefaults(): AvailabilityOptions {
    return { preStopSeconds: 0 };
  }

  private get scaling(): ScalingProps | undefined {
    const { size } = this.props;
    return 'min' in size ? size : undefined;
  }
}
