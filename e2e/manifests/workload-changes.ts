// Changes of workloads that API servers refuse, and beside each what they make.
import { type Case, type Json, type ObjectChange, ofKind } from './change';

const CONTAINER = { name: 'main', image: 'main:1' };
const POD = { containers: [CONTAINER] };

const workload = (more: Json = {}, label = 'one', pod: Json = POD): Json => ({
  spec: {
    selector: { matchLabels: { app: label } },
    template: { metadata: { labels: { app: label } }, spec: pod },
    ...more,
  },
});

/** 1.27 requires its Service. */
const stateful = (more: Json = {}, label = 'one', pod: Json = POD): Json =>
  workload({ serviceName: 'one', ...more }, label, pod);

const IMAGE = { containers: [{ ...CONTAINER, image: 'main:2' }] };

const WORKLOAD_CASES: readonly [readonly Case[], readonly Case[]] = [
  [['another selector', workload(), workload({}, 'other')]],
  [['another image', workload(), workload({}, 'one', IMAGE)]],
];

const template = (size: string, more: Json = {}): Json => ({
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } }, ...more },
});

const job = (more: Json = {}, pod: Json = {}): Json => ({
  spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER], ...pod } }, ...more },
});

const PLACED = { nodeSelector: { pool: 'load' } };
const RESOURCES = { containers: [{ ...CONTAINER, resources: { requests: { cpu: '1' } } }] };

/** In pairs. */
export const WORKLOAD_CHANGES: readonly ObjectChange[] = [
  ...ofKind('apps/v1', 'Deployment', ...WORKLOAD_CASES),
  ...ofKind('apps/v1', 'ReplicaSet', ...WORKLOAD_CASES),
  ...ofKind('apps/v1', 'DaemonSet', ...WORKLOAD_CASES),
  ...ofKind(
    'apps/v1',
    'StatefulSet',
    [
      ['another selector', stateful(), stateful({}, 'other')],
      ['another Service', stateful(), stateful({ serviceName: 'other' })],
      [
        'a larger claim',
        stateful({ volumeClaimTemplates: [template('1Gi')] }),
        stateful({ volumeClaimTemplates: [template('2Gi')] }),
      ],
      ['one claim more', stateful(), stateful({ volumeClaimTemplates: [template('1Gi')] })],
      ['another start of its pods', stateful(), stateful({ podManagementPolicy: 'Parallel' })],
      ['on deletion', stateful(), stateful({ updateStrategy: { type: 'OnDelete' } })],
      ['a shorter history', stateful(), stateful({ revisionHistoryLimit: 3 }), { madeFrom: 33 }],
    ],
    [
      ['another image', stateful(), stateful({}, 'one', IMAGE)],
      ['what is the default', stateful(), stateful({ podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10 })],
      [
        'a claim with its defaults and another spelling',
        stateful({ volumeClaimTemplates: [template('1Gi')] }),
        stateful({ volumeClaimTemplates: [template('1024Mi', { volumeMode: 'Filesystem' })] }),
      ],
      ['a delay', stateful(), stateful({ minReadySeconds: 5 })],
      [
        'retention of claims',
        stateful(),
        stateful({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } }),
      ],
      ['other ordinals', stateful(), stateful({ ordinals: { start: 1 } })],
      [
        'on deletion, after a strategy that is stated',
        stateful({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }),
        stateful({ updateStrategy: { type: 'OnDelete' } }),
      ],
    ],
  ),
  ...ofKind(
    'batch/v1',
    'Job',
    [
      ['another image', job(), job({}, IMAGE)],
      ['another image while suspended', job({ suspend: true }), job({ suspend: true }, IMAGE)],
      ['other nodes', job(), job({}, PLACED)],
      ['other resources', job(), job({}, RESOURCES)],
      ['other resources while suspended', job({ suspend: true }), job({ suspend: true }, RESOURCES), { madeFrom: 36 }],
      ['more completions', job({ completions: 1 }), job({ completions: 2 })],
      [
        'indexed completions without parallelism',
        job({ completionMode: 'Indexed', completions: 2 }),
        job({ completionMode: 'Indexed', completions: 3 }),
      ],
      ['another mode', job({ completions: 2 }), job({ completions: 2, completionMode: 'Indexed' })],
      [
        'a policy for failures',
        job(),
        job({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } }] } }),
      ],
      [
        'another limit for an index',
        job({ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 }),
        job({ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 2 }),
        { servedFrom: 29 },
      ],
    ],
    [
      ['other nodes while suspended', job({ suspend: true }), job({ suspend: true }, PLACED)],
      ['its start', job({ suspend: true }), job({ suspend: false })],
      ['more at once', job({ completions: 4 }), job({ completions: 4, parallelism: 2 })],
      [
        'indexed completions with parallelism',
        job({ completionMode: 'Indexed', completions: 2, parallelism: 2 }),
        job({ completionMode: 'Indexed', completions: 3, parallelism: 3 }),
      ],
      [
        'a deadline and a life',
        job(),
        job({ activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 60, backoffLimit: 2 }),
      ],
      [
        'what is the default',
        job(),
        job(
          { completions: 1, completionMode: 'NonIndexed' },
          {
            dnsPolicy: 'ClusterFirst',
            schedulerName: 'default-scheduler',
            containers: [{ ...CONTAINER, imagePullPolicy: 'IfNotPresent', terminationMessagePolicy: 'File' }],
          },
        ),
      ],
    ],
  ),
  ...ofKind(
    'batch/v1',
    'CronJob',
    [],
    [
      [
        'another image and time',
        { spec: { schedule: '0 1 * * *', jobTemplate: job() } },
        { spec: { schedule: '0 2 * * *', jobTemplate: job({}, IMAGE) } },
      ],
    ],
  ),
  ...ofKind(
    'v1',
    'Pod',
    [
      ['a variable', { spec: POD }, { spec: { containers: [{ ...CONTAINER, env: [{ name: 'A', value: 'b' }] }] } }],
      [
        'a longer deadline',
        { spec: { ...POD, activeDeadlineSeconds: 60 } },
        { spec: { ...POD, activeDeadlineSeconds: 90 } },
      ],
    ],
    [
      ['another image', { spec: POD }, { spec: IMAGE }],
      ['a toleration', { spec: POD }, { spec: { ...POD, tolerations: [{ key: 'a', operator: 'Exists' }] } }],
      [
        'a shorter deadline',
        { spec: { ...POD, activeDeadlineSeconds: 60 } },
        { spec: { ...POD, activeDeadlineSeconds: 30 } },
      ],
    ],
  ),
];
