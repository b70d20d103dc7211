// Volumes that one node can use at a time: pods on other nodes wait for them.

import { surgeOf } from '../../analysis/objects/demand';
import { placeOf } from '../../analysis/objects/object-index';
import { dig, own, places, record, text } from '../../analysis/objects/read-json';
import { scalersOf } from '../../analysis/objects/scalers';
import { matches } from '../../analysis/objects/selectors';
import { bindings, type SharedClaim } from '../../analysis/objects/volumes';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import { bound, wantedPods } from '../../analysis/survival/component';
import { ANNOTATION, listOf, reasonKey } from '../../model/manifest/annotations';
import { groupBy } from '../../model/manifest/group-by';
import type { JsonObject } from '../../model/manifest/json';
import { REPLICATED } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { HOSTNAME } from '../../model/manifest/well-known';
import { deployment, object, withReason } from '../examples';
import type { Report, Rule } from '../rule';

const REASON = reasonKey('volume-once');

const OTHER_WAYS = 'a StatefulSet with volumeClaimTemplates, one replica, or ReadWriteMany where the class has it';

/** Reports what uses a claim on several nodes, or in several pods. */
function reportUse(entries: readonly ApiEntry[], workload: Workload, claim: SharedClaim, report: Report): void {
  const { entry, kind } = workload;
  if (!REPLICATED.has(kind)) return;
  const most = wantedPods(workload, scalersOf(entries).get(entry)?.[0]?.entry, 'peak');
  if (most > 1) {
    report(entry, claim.pointer, {
      message: `${most} pods share the claim ${claim.name}, which is ${claim.access}: those on other nodes never start`,
      expected: OTHER_WAYS,
      value: claim.name,
      ...(claim.access === 'ReadWriteOncePod' ? { cannotWork: true } : {}),
    });
    return;
  }
  if (kind !== 'apps/Deployment' || most === 0) return;
  const strategy = dig(entry.manifest, 'spec', 'strategy');
  if (strategy?.type === 'Recreate') return;
  const rolling = dig(strategy, 'rollingUpdate');
  const isStopped = bound(rolling?.maxUnavailable ?? '25%', most, Math.floor) > 0;
  if (isStopped || surgeOf(rolling?.maxSurge ?? '25%', most) === 0) return;
  report(entry, '/spec/strategy', {
    message: `a release starts a second pod, which waits for the claim ${claim.name} of the first`,
    expected: "strategy: { type: 'Recreate' }, or maxSurge 0 with maxUnavailable 1",
    value: rolling ?? strategy ?? null,
  });
}

/** One workload's use of a claim. */
interface Use {
  readonly workload: Workload;
  readonly claim: SharedClaim;
}

/** Whether pods of the workload run only on a node where a pod of the other one runs. */
function keepsBeside({ pod, entry }: Workload, other: Workload): boolean {
  const terms = places(
    dig(pod.value, 'affinity', 'podAffinity'),
    'requiredDuringSchedulingIgnoredDuringExecution',
    pod.pointer,
  );
  return terms.some(({ value }) => {
    const selector = record(value.labelSelector);
    const isHere = other.entry.identity.namespace === entry.identity.namespace;
    return isHere && value.topologyKey === HOSTNAME && selector !== undefined && matches(selector, other.labels);
  });
}

/** Whether the workload comes to an end. */
const ends = ({ entry }: Workload): boolean => entry.identity.kind === 'Job' || entry.identity.kind === 'CronJob';

/** Whether the workload is a backup of the claim. */
const copies = ({ entry }: Workload, { name }: SharedClaim): boolean =>
  listOf(text(own(dig(entry.manifest, 'metadata', 'annotations'), ANNOTATION.copiesOf))).includes(name);

/** Reports workloads that share a claim, but for those that are always on the node of another one, and backups that wait until another one has ended. */
function reportUsers(users: readonly Use[], report: Report): void {
  const written = users.filter(({ workload, claim }) => !copies(workload, claim));
  const waiting = written.every(({ workload }) => ends(workload)) ? written : users;
  const apart = waiting.filter(
    ({ workload, claim }) =>
      claim.access === 'ReadWriteOncePod' ||
      !users.some((other) => other.workload !== workload && keepsBeside(workload, other.workload)),
  );
  const [first, ...others] = apart;
  if (first === undefined) return;
  const { identity } = first.workload.entry;
  for (const { workload, claim } of others) {
    report(workload.entry, claim.pointer, {
      message: `the claim ${claim.name}, which is ${claim.access}, belongs to ${identity.kind} ${identity.name} too: on another node one of them waits`,
      expected: 'a claim of its own, or ReadWriteMany where the class has it',
      value: claim.name,
    });
  }
}

const volumeOnce: Rule = {
  id: 'volume-once',
  what: 'A claim that one node at a time can use has one pod at a time, in a release too.',
  why: 'A pod on another node stays in ContainerCreating (Multi-Attach error): a release is stuck until its deadline, every time.',
  severity: 'error',
  judge: 'the attach-detach controller: Multi-Attach error; kubernetes.io, "Persistent Volumes", access modes',
  reason: REASON,
  check: (entries, report) => {
    const found = bindings(entries);
    const uses = workloads(entries).flatMap((workload) =>
      (found.get(workload)?.once ?? []).map((claim): Use => ({ workload, claim })),
    );
    for (const { workload, claim } of uses) reportUse(entries, workload, claim, report);
    const byClaim = groupBy(
      uses,
      ({ workload: { entry }, claim }) => placeOf(entry.cluster, entry.identity.namespace) + claim.name,
    );
    for (const users of byClaim.values()) reportUsers(users, report);
  },
  examples: {
    pass: [
      claimOf(['ReadWriteOnce']),
      mounting({ replicas: 1, strategy: { type: 'Recreate' } }),
      claimOf(['ReadWriteMany'], 'shared'),
      mounting({ replicas: 3 }, 'shared', 'site'),
      claimOf(['ReadWriteOnce'], 'cache'),
      withReason(mounting({ replicas: 2 }, 'cache', 'cached'), REASON, 'the cluster has one node'),
    ],
    fail: [
      claimOf(['ReadWriteOnce']),
      mounting({ replicas: 1 }),
      claimOf(['ReadWriteOnce'], 'shared'),
      mounting({ replicas: 3, strategy: { type: 'Recreate' } }, 'shared', 'site'),
    ],
  },
};

function claimOf(accessModes: readonly string[], name = 'data'): JsonObject {
  return object('v1', 'PersistentVolumeClaim', name, {
    spec: { accessModes, resources: { requests: { storage: '1Gi' } } },
  });
}

function mounting(spec: JsonObject, claimName = 'data', name = 'web'): JsonObject {
  return deployment(spec, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] }, name);
}

export const volumeRules: readonly Rule[] = [volumeOnce];
