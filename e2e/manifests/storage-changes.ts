// Changes of claims, volumes and classes that API servers refuse, and beside each what they make.
import { type Json, type ObjectChange, ofKind } from './change';

const claim = (size: string, more: Json = {}): Json => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } }, ...more },
});

const volume = (more: Json = {}, path = '/data'): Json => ({
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    storageClassName: 'none',
    hostPath: { path },
    ...more,
  },
});

const onNode = (name: string): Json => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'node', operator: 'In', values: [name] }] }] },
  },
});

const storageClass = (more: Json = {}): Json => ({ provisioner: 'a.example', ...more });

/** In pairs. */
export const STORAGE_CHANGES: readonly ObjectChange[] = [
  ...ofKind(
    'v1',
    'PersistentVolumeClaim',
    [
      [
        'smaller',
        claim('2Gi', { storageClassName: 'grows' }),
        claim('1Gi', { storageClassName: 'grows' }),
        { bound: true },
      ],
      ['other access', claim('1Gi'), claim('1Gi', { accessModes: ['ReadWriteMany'] }), { bound: true }],
      [
        'another class',
        claim('1Gi', { storageClassName: 'grows' }),
        claim('1Gi', { storageClassName: 'other' }),
        { bound: true },
      ],
      ['no class', claim('1Gi', { storageClassName: 'grows' }), claim('1Gi'), { bound: true }],
      ['another volume', claim('1Gi', { volumeName: 'a' }), claim('1Gi', { volumeName: 'b' }), { bound: true }],
      ['another mode', claim('1Gi'), claim('1Gi', { volumeMode: 'Block' }), { bound: true }],
      ['a selector', claim('1Gi'), claim('1Gi', { selector: { matchLabels: { a: 'b' } } }), { bound: true }],
    ],
    [
      [
        'larger',
        claim('1Gi', { storageClassName: 'grows' }),
        claim('2Gi', { storageClassName: 'grows' }),
        { bound: true },
      ],
      ['another spelling', claim('1Gi'), claim('1024Mi', { volumeMode: 'Filesystem' }), { bound: true }],
      ['a volume', claim('1Gi'), claim('1Gi', { volumeName: 'a' })],
      [
        'an attributes class',
        claim('1Gi', { storageClassName: 'grows' }),
        claim('1Gi', { storageClassName: 'grows', volumeAttributesClassName: 'fast' }),
        { bound: true, servedFrom: 34 },
      ],
    ],
  ),
  ...ofKind(
    'v1',
    'PersistentVolume',
    [
      ['another source', volume(), volume({}, '/other')],
      ['another mode', volume(), volume({ volumeMode: 'Block' })],
      ['another node', volume(onNode('a')), volume(onNode('b'))],
    ],
    [
      ['what happens to its data', volume(), volume({ persistentVolumeReclaimPolicy: 'Delete' })],
      ['a node', volume(), volume(onNode('a'))],
      ['its size', volume(), volume({ capacity: { storage: '2Gi' } })],
    ],
  ),
  ...ofKind(
    'storage.k8s.io/v1',
    'StorageClass',
    [
      ['another provisioner', storageClass(), storageClass({ provisioner: 'b.example' })],
      ['parameters', storageClass(), storageClass({ parameters: { type: 'ssd' } })],
      ['another policy', storageClass(), storageClass({ reclaimPolicy: 'Retain' })],
      ['another binding', storageClass(), storageClass({ volumeBindingMode: 'WaitForFirstConsumer' })],
    ],
    [
      [
        'what is the default',
        storageClass(),
        storageClass({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
      ],
      ['growth', storageClass(), storageClass({ allowVolumeExpansion: true })],
      ['options of mounts', storageClass(), storageClass({ mountOptions: ['noatime'] })],
    ],
  ),
  ...ofKind(
    'storage.k8s.io/v1',
    'VolumeAttributesClass',
    [
      [
        'another driver',
        { driverName: 'a.example', parameters: { iops: '1' } },
        { driverName: 'b.example', parameters: { iops: '1' } },
      ],
      [
        'other parameters',
        { driverName: 'a.example', parameters: { iops: '1' } },
        { driverName: 'a.example', parameters: { iops: '2' } },
      ],
    ],
    [],
    { servedFrom: 34 },
  ),
  ...ofKind(
    'storage.k8s.io/v1',
    'CSIDriver',
    [
      ['no attachment', { spec: {} }, { spec: { attachRequired: false } }],
      ['other modes', { spec: {} }, { spec: { volumeLifecycleModes: ['Ephemeral'] } }],
      ['another group policy', { spec: {} }, { spec: { fsGroupPolicy: 'File' } }, { madeFrom: 30 }],
      ['what pods say', { spec: {} }, { spec: { podInfoOnMount: true } }, { madeFrom: 30 }],
    ],
    [['capacity', { spec: {} }, { spec: { storageCapacity: true } }]],
  ),
];
