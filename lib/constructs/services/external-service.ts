// A service outside the cluster without limits, such as a data lake.

import type { Construct } from 'constructs';
import { fields } from '../../model/finding/schema';
import { type ExternalServiceProps, OUTSIDE_SERVICE, OUTSIDE_STAND_INS, OutsideService } from './outside-service';

const EXTERNAL_SERVICE = fields<ExternalServiceProps>(OUTSIDE_SERVICE);

/**
 * A managed service outside the cluster, reached under the construct's id, or under its own name where it has a certificate.
 *
 * Source: kubernetes.io, "Service", type ExternalName.
 */
export class ExternalService extends OutsideService<ExternalServiceProps> {
  constructor(scope: Construct, id: string, props: ExternalServiceProps) {
    super(scope, id, props, EXTERNAL_SERVICE, OUTSIDE_STAND_INS);
  }
}
