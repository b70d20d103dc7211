// The content that every compared tool writes: applications of four objects each, with realistic fields.

/** Parameters of an application. They are text because Helm's template has placeholders here. */
export interface Parameters {
  readonly name: string;
  readonly tag: string;
  readonly port: number | string;
  readonly cpu: string;
  readonly memory: string;
  readonly min: number | string;
  readonly max: number | string;
}

/** Objects of one application. */
export const OBJECTS_PER_APPLICATION = 4;

/** Namespace of all objects. */
export const NAMESPACE = 'bench';

/** Parameters of the applications that together have `objects` objects. */
export function parameters(objects: number): Parameters[] {
  return Array.from({ length: objects / OBJECTS_PER_APPLICATION }, (_, index) => ({
    name: `app-${index}`,
    tag: String(400 + (index % 50)),
    port: 8080 + (index % 8),
    cpu: `${100 + 50 * (index % 4)}m`,
    memory: `${128 << (index % 3)}Mi`,
    min: 3 + (index % 3),
    max: 9 + (index % 5),
  }));
}

/** Labels that select the pods. */
export function selector({ name }: Parameters) {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name };
}

/** Labels of every object. */
export function labels(application: Parameters) {
  return { ...selector(application), 'app.kubernetes.io/part-of': 'bench', 'app.kubernetes.io/managed-by': 'bench' };
}

export function deploymentSpec(application: Parameters) {
  const { name, tag, port, cpu, memory } = application;
  const user = 10001;
  return {
    minReadySeconds: 10,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 5,
    selector: { matchLabels: selector(application) },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    template: {
      metadata: { labels: { ...labels(application), 'app.kubernetes.io/version': tag } },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 60,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: user,
          runAsGroup: user,
          fsGroup: user,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
          topologyKey,
          maxSkew: 1,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selector(application) },
        })),
        containers: [
          {
            name,
            image: `registry.example.com/bench/${name}:${tag}`,
            imagePullPolicy: 'Always',
            ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
            env: [
              { name: 'LOG_LEVEL', value: 'info' },
              { name: 'SERVICE_NAME', value: name },
              { name: 'GREETING', value: 'yes: it is "quoted", # and not a comment' },
            ],
            resources: { requests: { cpu, memory }, limits: { memory } },
            startupProbe: probe('/healthz/started', 5, 12),
            readinessProbe: probe('/healthz/ready', 5, 3),
            livenessProbe: probe('/healthz/live', 10, 3),
            lifecycle: { preStop: { exec: { command: ['sleep', '15'] } } },
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              readOnlyRootFilesystem: true,
              runAsNonRoot: true,
              runAsUser: user,
              runAsGroup: user,
            },
            volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
          },
        ],
        volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '64Mi' } }],
      },
    },
  };
}

function probe(path: string, periodSeconds: number, failureThreshold: number) {
  return { httpGet: { path, port: 'http' }, periodSeconds, timeoutSeconds: 2, failureThreshold };
}

export function serviceSpec(application: Parameters) {
  return {
    type: 'ClusterIP',
    selector: selector(application),
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
  };
}

export function autoscalerSpec({ name, min, max }: Parameters) {
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: min,
    maxReplicas: max,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 65 } } }],
  };
}

export function budgetSpec(application: Parameters) {
  return {
    maxUnavailable: 1,
    selector: { matchLabels: selector(application) },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  };
}

/** The objects of one application as plain JSON. */
export function manifests(application: Parameters) {
  const metadata = { name: application.name, labels: labels(application), namespace: NAMESPACE };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deploymentSpec(application) },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: serviceSpec(application) },
    { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec: autoscalerSpec(application) },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: budgetSpec(application) },
  ];
}
