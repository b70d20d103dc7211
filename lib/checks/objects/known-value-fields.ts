// The table of enumerated fields, with their possible values.

import type { Kind } from '../../model/manifest/kinds';

export type Values = readonly string[];

/** A field: the keys that lead to it, `[]` for the items of a list, and its values. `required` fields may not be empty. */
export type Field = readonly [path: string, values: Values, required?: 'required'];

const PROTOCOLS: Values = ['TCP', 'UDP', 'SCTP'];
const ACCESS: Values = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];
const MODES: Values = ['Filesystem', 'Block'];
const PULLS: Values = ['Always', 'IfNotPresent', 'Never'];
const ROLLING: Values = ['RollingUpdate', 'OnDelete'];
const RETENTION: Values = ['Retain', 'Delete'];
const POLICY: Values = ['Cluster', 'Local'];
const PROFILES: Values = ['RuntimeDefault', 'Localhost', 'Unconfined'];
const OPERATORS: Values = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const NODE_OPERATORS: Values = [...OPERATORS, 'Gt', 'Lt'];
const EFFECTS: Values = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const PREEMPTION: Values = ['PreemptLowerPriority', 'Never'];
const TARGETS: Values = ['Utilization', 'Value', 'AverageValue'];
const HONOR: Values = ['Honor', 'Ignore'];
const SCHEMES: Values = ['HTTP', 'HTTPS'];
const FAILURE: Values = ['Fail', 'Ignore'];
const SCOPES: Values = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];

const claim = (prefix: string): Field[] => [
  [`${prefix}accessModes[]`, ACCESS],
  [`${prefix}volumeMode`, MODES],
];

const webhooks = (more: readonly Field[] = []): Field[] => [
  ['webhooks[].failurePolicy', FAILURE],
  ['webhooks[].matchPolicy', ['Exact', 'Equivalent']],
  ['webhooks[].sideEffects', ['None', 'NoneOnDryRun'], 'required'],
  ['webhooks[].rules[].operations[]', ['*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT']],
  ['webhooks[].rules[].scope', ['*', 'Cluster', 'Namespaced']],
  ...more,
];

const job = (prefix: string): Field[] => [
  [`${prefix}completionMode`, ['NonIndexed', 'Indexed']],
  [`${prefix}podReplacementPolicy`, ['TerminatingOrFailed', 'Failed']],
  [`${prefix}podFailurePolicy.rules[].action`, ['FailJob', 'FailIndex', 'Ignore', 'Count'], 'required'],
  [`${prefix}podFailurePolicy.rules[].onExitCodes.operator`, ['In', 'NotIn'], 'required'],
];

const scaling = (direction: string): Field[] => [
  [`spec.behavior.${direction}.selectPolicy`, ['Max', 'Min', 'Disabled']],
  [`spec.behavior.${direction}.policies[].type`, ['Pods', 'Percent'], 'required'],
];

const RBAC = 'rbac.authorization.k8s.io';
const SUBJECTS: Field = ['subjects[].kind', ['User', 'Group', 'ServiceAccount'], 'required'];

const GATEWAY = 'gateway.networking.k8s.io';
const COMPARED: Values = ['Exact', 'RegularExpression'];
const METHODS: Values = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
const GRPC_FILTERS: Values = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'ExtensionRef'];
// CORS from bundle 1.5 on; ExternalAuth in the experimental channel
const FILTERS: Values = [...GRPC_FILTERS, 'RequestRedirect', 'URLRewrite', 'CORS', 'ExternalAuth'];

/** Filters of a rule, and of each of its backends. */
const filters = (of: (prefix: string) => readonly Field[]): Field[] =>
  ['spec.rules[].filters[].', 'spec.rules[].backendRefs[].filters[].'].flatMap(of);

const ADMISSION = 'admissionregistration.k8s.io';

/** Enumerated fields of each kind. The rule ingress-path has those of an Ingress. Source: the validation of each kind in k8s.io/kubernetes/pkg/apis; gateway-api, config/crd/standard. */
export const OBJECTS: readonly (readonly [Kind, readonly Field[]])[] = [
  [
    '/Service',
    [
      ['spec.type', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']],
      ['spec.sessionAffinity', ['None', 'ClientIP']],
      ['spec.externalTrafficPolicy', POLICY],
      ['spec.internalTrafficPolicy', POLICY],
      ['spec.ipFamilyPolicy', ['SingleStack', 'PreferDualStack', 'RequireDualStack']],
      ['spec.ipFamilies[]', ['IPv4', 'IPv6']],
      ['spec.trafficDistribution', ['PreferClose', 'PreferSameZone', 'PreferSameNode']],
      ['spec.ports[].protocol', PROTOCOLS],
    ],
  ],
  ['/PersistentVolumeClaim', claim('spec.')],
  ['/PersistentVolume', [...claim('spec.'), ['spec.persistentVolumeReclaimPolicy', [...RETENTION, 'Recycle']]]],
  ['/Node', [['spec.taints[].effect', EFFECTS, 'required']]],
  [
    '/ResourceQuota',
    [
      ['spec.scopes[]', SCOPES],
      ['spec.scopeSelector.matchExpressions[].scopeName', SCOPES, 'required'],
      ['spec.scopeSelector.matchExpressions[].operator', OPERATORS, 'required'],
    ],
  ],
  ['apps/Deployment', [['spec.strategy.type', ['RollingUpdate', 'Recreate']]]],
  [
    'apps/StatefulSet',
    [
      ['spec.updateStrategy.type', ROLLING],
      ['spec.podManagementPolicy', ['OrderedReady', 'Parallel']],
      ['spec.persistentVolumeClaimRetentionPolicy.whenDeleted', RETENTION],
      ['spec.persistentVolumeClaimRetentionPolicy.whenScaled', RETENTION],
      ...claim('spec.volumeClaimTemplates[].spec.'),
    ],
  ],
  ['apps/DaemonSet', [['spec.updateStrategy.type', ROLLING]]],
  ['batch/Job', job('spec.')],
  ['batch/CronJob', [['spec.concurrencyPolicy', ['Allow', 'Forbid', 'Replace']], ...job('spec.jobTemplate.spec.')]],
  [
    'autoscaling/HorizontalPodAutoscaler',
    [
      ['spec.metrics[].type', ['Resource', 'ContainerResource', 'Pods', 'Object', 'External'], 'required'],
      ...['resource', 'containerResource', 'pods', 'object', 'external'].map(
        (source): Field => [`spec.metrics[].${source}.target.type`, TARGETS, 'required'],
      ),
      ...scaling('scaleUp'),
      ...scaling('scaleDown'),
    ],
  ],
  ['policy/PodDisruptionBudget', [['spec.unhealthyPodEvictionPolicy', ['IfHealthyBudget', 'AlwaysAllow']]]],
  [
    'networking.k8s.io/NetworkPolicy',
    [
      ['spec.policyTypes[]', ['Ingress', 'Egress']],
      ['spec.ingress[].ports[].protocol', PROTOCOLS],
      ['spec.egress[].ports[].protocol', PROTOCOLS],
    ],
  ],
  [
    'discovery.k8s.io/EndpointSlice',
    [
      ['addressType', ['IPv4', 'IPv6', 'FQDN'], 'required'],
      ['ports[].protocol', PROTOCOLS],
    ],
  ],
  [
    `${RBAC}/RoleBinding`,
    [['roleRef.kind', ['Role', 'ClusterRole'], 'required'], ['roleRef.apiGroup', [RBAC]], SUBJECTS],
  ],
  [
    `${RBAC}/ClusterRoleBinding`,
    [['roleRef.kind', ['ClusterRole'], 'required'], ['roleRef.apiGroup', [RBAC]], SUBJECTS],
  ],
  [
    'storage.k8s.io/StorageClass',
    [
      ['reclaimPolicy', RETENTION],
      ['volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']],
    ],
  ],
  [
    'storage.k8s.io/CSIDriver',
    [
      ['spec.fsGroupPolicy', ['ReadWriteOnceWithFSType', 'File', 'None']],
      ['spec.volumeLifecycleModes[]', ['Persistent', 'Ephemeral']],
    ],
  ],
  ['scheduling.k8s.io/PriorityClass', [['preemptionPolicy', PREEMPTION]]],
  [
    'apiextensions.k8s.io/CustomResourceDefinition',
    [
      ['spec.scope', ['Cluster', 'Namespaced'], 'required'],
      ['spec.conversion.strategy', ['None', 'Webhook'], 'required'],
    ],
  ],
  [`${ADMISSION}/ValidatingWebhookConfiguration`, webhooks()],
  [`${ADMISSION}/MutatingWebhookConfiguration`, webhooks([['webhooks[].reinvocationPolicy', ['Never', 'IfNeeded']]])],
  [`${ADMISSION}/ValidatingAdmissionPolicy`, [['spec.failurePolicy', FAILURE]]],
  [
    `${GATEWAY}/Gateway`,
    [
      ['spec.listeners[].tls.mode', ['Terminate', 'Passthrough']],
      ['spec.listeners[].allowedRoutes.namespaces.from', ['All', 'Selector', 'Same']],
    ],
  ],
  [
    `${GATEWAY}/HTTPRoute`,
    [
      ['spec.rules[].matches[].path.type', ['Exact', 'PathPrefix', 'RegularExpression']],
      ['spec.rules[].matches[].headers[].type', COMPARED],
      ['spec.rules[].matches[].queryParams[].type', COMPARED],
      ['spec.rules[].matches[].method', METHODS],
      ...filters((prefix) => [
        [`${prefix}type`, FILTERS, 'required'],
        [`${prefix}requestRedirect.scheme`, ['http', 'https']],
        [`${prefix}requestRedirect.path.type`, ['ReplaceFullPath', 'ReplacePrefixMatch'], 'required'],
        [`${prefix}urlRewrite.path.type`, ['ReplaceFullPath', 'ReplacePrefixMatch'], 'required'],
      ]),
    ],
  ],
  [
    `${GATEWAY}/GRPCRoute`,
    [
      ['spec.rules[].matches[].method.type', COMPARED],
      ['spec.rules[].matches[].headers[].type', COMPARED],
      ...filters((prefix) => [[`${prefix}type`, GRPC_FILTERS, 'required']]),
    ],
  ],
  [`${ADMISSION}/ValidatingAdmissionPolicyBinding`, [['spec.validationActions[]', ['Deny', 'Warn', 'Audit']]]],
];

const NODE_AFFINITY = 'affinity.nodeAffinity';
const terms = (path: string): Field[] => [
  [`${NODE_AFFINITY}.${path}.matchExpressions[].operator`, NODE_OPERATORS, 'required'],
  [`${NODE_AFFINITY}.${path}.matchFields[].operator`, ['In', 'NotIn'], 'required'],
];

/** Enumerated fields of a pod's spec. */
export const POD: readonly Field[] = [
  ['dnsPolicy', ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']],
  ['preemptionPolicy', PREEMPTION],
  ['os.name', ['linux', 'windows'], 'required'],
  // Lt and Gt from 1.35 on
  ['tolerations[].operator', ['Exists', 'Equal', 'Lt', 'Gt']],
  ['tolerations[].effect', EFFECTS],
  ...terms('requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[]'),
  ...terms('preferredDuringSchedulingIgnoredDuringExecution[].preference'),
  ['topologySpreadConstraints[].whenUnsatisfiable', ['DoNotSchedule', 'ScheduleAnyway'], 'required'],
  ['topologySpreadConstraints[].nodeAffinityPolicy', HONOR],
  ['topologySpreadConstraints[].nodeTaintsPolicy', HONOR],
  ['securityContext.fsGroupChangePolicy', ['OnRootMismatch', 'Always']],
  ['securityContext.supplementalGroupsPolicy', ['Merge', 'Strict']],
  ['securityContext.seLinuxChangePolicy', ['MountOption', 'Recursive']],
  ['securityContext.seccompProfile.type', PROFILES, 'required'],
  ['securityContext.appArmorProfile.type', PROFILES, 'required'],
  [
    'volumes[].hostPath.type',
    ['DirectoryOrCreate', 'Directory', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice'],
  ],
  ['volumes[].image.pullPolicy', PULLS],
  ...claim('volumes[].ephemeral.volumeClaimTemplate.spec.'),
];

/** Enumerated fields of a container. */
export const CONTAINER: readonly Field[] = [
  ['imagePullPolicy', PULLS],
  ['terminationMessagePolicy', ['File', 'FallbackToLogsOnError']],
  // Never and OnFailure from 1.34 on
  ['restartPolicy', ['Always', 'Never', 'OnFailure']],
  ['ports[].protocol', PROTOCOLS],
  ['livenessProbe.httpGet.scheme', SCHEMES],
  ['readinessProbe.httpGet.scheme', SCHEMES],
  ['startupProbe.httpGet.scheme', SCHEMES],
  ['lifecycle.postStart.httpGet.scheme', SCHEMES],
  ['lifecycle.preStop.httpGet.scheme', SCHEMES],
  ['securityContext.procMount', ['Default', 'Unmasked']],
  ['securityContext.seccompProfile.type', PROFILES, 'required'],
  ['securityContext.appArmorProfile.type', PROFILES, 'required'],
  ['volumeMounts[].mountPropagation', ['None', 'HostToContainer', 'Bidirectional']],
  ['volumeMounts[].recursiveReadOnly', ['Disabled', 'IfPossible', 'Enabled']],
  ['resizePolicy[].restartPolicy', ['NotRequired', 'RestartContainer'], 'required'],
];
