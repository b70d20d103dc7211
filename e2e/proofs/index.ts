// All proofs. Those that need real nodes run in this order, and those that need API servers only; docs/proof.md lists what each promises.

import { acceptance, acceptanceBetween, application } from './e1-acceptance';
import { podSecurity } from './e2-pod-security';
import { availability } from './e3-availability';
import { ingress } from './e3b-ingress';
import { rollout } from './e4-rollout';
import { drain } from './e5-drain';
import { zoneLoss } from './e6-zone-loss';
import { scaleIn, scaleInToMinimum, scaleOut } from './e7-autoscaling';
import { failure } from './e8-failure';
import { blockingBudget, ignoringTaints, withoutPreStop } from './e9-broken-promises';
import { scale } from './e10-scale';
import { access, accessElsewhere } from './e11-access';
import { randomAccess } from './e11c-random-access';
import { connections } from './e12-connections';
import { queue } from './e13-queue';
import { manyPlacements, placement } from './e14-placement';
import { capacity } from './e15-capacity';
import { cadence } from './e16-cadence';
import { providerChange } from './e17-provider-change';
import { memory } from './e18-memory';
import { environment } from './e19-environment';
import { headroom } from './e20-headroom';
import { pantherCopy } from './e21-panther-copy';
import { loadTest } from './e22-load-test';
import { admission } from './e23-admission';
import { fixedFields } from './e24-fixed-fields';
import { dataplane } from './e25-dataplane';
import { kinds } from './e26-kinds';
import { state } from './e27-state';
import { grpc } from './e28-grpc';
import { metrics } from './e29-metrics';
import { gitops } from './e30-gitops';
import { logs } from './e31-logs';
import { configuration } from './e32-configuration';
import { twoZones } from './e33-two-zones';
import { backups } from './e34-backups';
import { etcdBackup } from './e34b-etcd';
import { postgresql } from './e35-postgresql';
import { instances } from './e35b-instances';
import { gateways } from './e36-gateways';
import type { Proof } from './proof';

/** The autoscaler takes its time to scale in: what does not disturb it runs meanwhile. */
export const PROOFS: readonly Proof[] = [
  acceptance,
  acceptanceBetween,
  application,
  podSecurity,
  availability,
  ingress,
  rollout,
  cadence,
  providerChange,
  drain,
  zoneLoss,
  dataplane,
  kinds,
  withoutPreStop,
  ignoringTaints,
  blockingBudget,
  scaleOut,
  failure,
  state,
  postgresql,
  instances,
  grpc,
  metrics,
  logs,
  configuration,
  twoZones,
  backups,
  scale,
  access,
  randomAccess,
  accessElsewhere,
  admission,
  fixedFields,
  gateways,
  gitops,
  etcdBackup,
  connections,
  memory,
  environment,
  headroom,
  pantherCopy,
  placement,
  manyPlacements,
  scaleIn,
  scaleInToMinimum,
  queue,
  capacity,
  loadTest,
];
