// etcd of a control plane that kubeadm made: what copies it to each store, from a node that has a member.

import { Construct } from 'constructs';
import { copyCommand, DUMP, RESTIC_RESOURCES, resticWith } from '../../constructs/backups/restic';
import { healthySeconds, type Watched } from '../../constructs/backups/watched-job';
import type { PartSettings } from '../../constructs/parts/part';
import { renderVariables } from '../../constructs/pod/container';
import { System } from '../../constructs/system/system';
import { createObject } from '../../constructs/tree/kinds';
import { selectorLabels } from '../../constructs/tree/labels';
import type { BackupPlan, BackupStore } from '../../model/backups/plan';
import { nightly } from '../../model/backups/times';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { Target } from '../../model/platform/target';
import { imageOf } from '../part/images';

/** The snapshot, in the folder of dumps. */
export const SNAPSHOT = `${DUMP}/etcd.db`;

/** Name of the system, of its repository, and of its CronJobs with a store's name behind it. */
export const ETCD_BACKUP = 'etcd-backup';

/** Label and taint of the nodes of a control plane: kubernetes.io, "Well-Known Labels, Annotations and Taints". */
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** Where kubeadm keeps the certificates of etcd, readable for root alone: kubernetes.io, "PKI certificates and requirements". */
const CERTIFICATES = '/etc/kubernetes/pki/etcd';

const ETCDCTL = [
  'etcdctl',
  '--endpoints=https://127.0.0.1:2379',
  `--cacert=${CERTIFICATES}/ca.crt`,
  `--cert=${CERTIFICATES}/healthcheck-client.crt`,
  `--key=${CERTIFICATES}/healthcheck-client.key`,
];

const DEADLINE = 3600;
const SMALL = { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '256Mi' } };
const BECAUSE = 'etcd listens on its node, and its certificates are files there that only root reads';

/** The CronJob that copies etcd to one store. */
class EtcdCopy extends Construct {
  readonly what: Watched = 'backup';
  readonly healthySeconds: number;

  constructor(
    system: System<unknown>,
    readonly name: string,
    store: BackupStore,
    plan: BackupPlan,
    image: string,
  ) {
    super(system, name);
    const { namespace = '' } = system;
    const schedule = nightly(`${namespace}/${name}`);
    this.healthySeconds = healthySeconds(schedule, DEADLINE);
    const labels = selectorLabels(name);
    createObject(
      this,
      'cron-job',
      'CronJob',
      { name, labels, annotations: { [ANNOTATION.nodeAccess]: BECAUSE } },
      {
        spec: {
          schedule,
          timeZone: 'Etc/UTC',
          concurrencyPolicy: 'Forbid',
          startingDeadlineSeconds: 86_400,
          suspend: false,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            metadata: { labels },
            spec: {
              activeDeadlineSeconds: DEADLINE,
              backoffLimit: 3,
              completions: 1,
              parallelism: 1,
              template: {
                metadata: { labels: { ...system.labels, ...labels } },
                spec: pod(store, plan, namespace, image),
              },
            },
          },
        },
      },
    );
  }
}

function pod(store: BackupStore, plan: BackupPlan, namespace: string, image: string) {
  const { env, scratch, volumes } = resticWith(store, `${namespace}/${ETCD_BACKUP}`, plan.password);
  const work = { name: 'dump', mountPath: DUMP };
  const restic = Object.entries(volumes).map(([mountPath, { secret, keys = [] }], index) => ({
    mount: { name: `restic-${index}`, mountPath, readOnly: true },
    volume: {
      name: `restic-${index}`,
      secret: { secretName: secret, defaultMode: 0o400, items: keys.map((key) => ({ key, path: key })) },
    },
  }));
  const caches = scratch.map(({ path, size }) => ({
    mount: { name: 'cache', mountPath: path },
    volume: { name: 'cache', emptyDir: { sizeLimit: size } },
  }));
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  };
  const container = { image, imagePullPolicy: 'Always' as const, resources: SMALL, securityContext };
  const { cpu, memory } = RESTIC_RESOURCES;
  return {
    restartPolicy: 'Never' as const,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // only there is a member, and only so are its addresses and its store reached: no network policy holds for the node
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
    nodeSelector: { [CONTROL_PLANE]: '' },
    tolerations: [{ key: CONTROL_PLANE, operator: 'Exists', effect: 'NoSchedule' }],
    terminationGracePeriodSeconds: 30,
    securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' as const } },
    initContainers: [
      {
        ...container,
        name: 'dump',
        command: [...ETCDCTL, 'snapshot', 'save', SNAPSHOT],
        volumeMounts: [work, { name: 'certificates', mountPath: CERTIFICATES, readOnly: true }],
      },
      {
        ...container,
        name: 'check',
        command: ['etcdutl', 'snapshot', 'status', SNAPSHOT],
        volumeMounts: [work],
      },
    ],
    containers: [
      {
        ...container,
        name: 'copy',
        image: plan.image,
        command: [...copyCommand(DUMP, plan.keep, false)],
        env: renderVariables(env),
        resources: { requests: { cpu, memory }, limits: { memory } },
        volumeMounts: [work, ...restic.map(({ mount }) => mount), ...caches.map(({ mount }) => mount)],
      },
    ],
    volumes: [
      // etcd refuses to hold more: etcd.io, "System limits"
      { name: 'dump', emptyDir: { sizeLimit: '8Gi' } },
      { name: 'certificates', hostPath: { path: CERTIFICATES, type: 'Directory' } },
      ...restic.map(({ volume }) => volume),
      ...caches.map(({ volume }) => volume),
    ],
  };
}

/** The system that copies etcd, on the nodes of the control plane. */
export class EtcdBackup extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, ETCD_BACKUP, target, { privileged: BECAUSE });
    const { backups } = target.cluster;
    const { images } = this.settings.here.part.props as { images?: { etcd?: string } };
    for (const store of backups?.stores ?? []) {
      if (backups === undefined) continue;
      new EtcdCopy(this, `${ETCD_BACKUP}-${store.name}`, store, backups, imageOf('etcd', images));
    }
  }
}
