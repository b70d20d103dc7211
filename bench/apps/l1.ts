// The applications as the generated (L1) classes of cdk8s-plus-27.
import { k8s } from 'cdk8s-plus-27';
import { build } from './charts';
import { autoscalerSpec, budgetSpec, deploymentSpec, labels, type Parameters, serviceSpec } from './content';

export const app = build((scope, application) => {
  const metadata = { name: application.name, labels: labels(application) };
  new k8s.KubeDeployment(scope, 'Deployment', { metadata, spec: typedDeployment(application) });
  new k8s.KubeService(scope, 'Service', { metadata, spec: typedService(application) });
  new k8s.KubeHorizontalPodAutoscalerV2(scope, 'HorizontalPodAutoscaler', {
    metadata,
    spec: {
      ...autoscalerSpec(application),
      minReplicas: Number(application.min),
      maxReplicas: Number(application.max),
    },
  });
  const { maxUnavailable, ...budget } = budgetSpec(application);
  const typedBudget = { ...budget, maxUnavailable: k8s.IntOrString.fromNumber(maxUnavailable) };
  new k8s.KubePodDisruptionBudget(scope, 'PodDisruptionBudget', { metadata, spec: typedBudget });
});

function typedService(application: Parameters): k8s.ServiceSpec {
  const { ports, ...spec } = serviceSpec(application);
  return {
    ...spec,
    ports: ports.map((port) => ({ ...port, targetPort: k8s.IntOrString.fromString(port.targetPort) })),
  };
}

function typedDeployment(application: Parameters): k8s.DeploymentSpec {
  const { strategy, template, ...spec } = deploymentSpec(application);
  const { rollingUpdate } = strategy;
  return {
    ...spec,
    strategy: {
      ...strategy,
      rollingUpdate: {
        maxSurge: k8s.IntOrString.fromString(rollingUpdate.maxSurge),
        maxUnavailable: k8s.IntOrString.fromNumber(rollingUpdate.maxUnavailable),
      },
    },
    template: {
      ...template,
      spec: {
        ...template.spec,
        containers: template.spec.containers.map(typedContainer),
        volumes: template.spec.volumes.map(({ name, emptyDir }) => ({
          name,
          emptyDir: { sizeLimit: k8s.Quantity.fromString(emptyDir.sizeLimit) },
        })),
      },
    },
  };
}

type PlainContainer = ReturnType<typeof deploymentSpec>['template']['spec']['containers'][number];

function typedContainer({ ports, resources, ...container }: PlainContainer): k8s.Container {
  const { startupProbe, readinessProbe, livenessProbe, ...rest } = container;
  return {
    ...rest,
    ports: ports.map((port) => ({ ...port, containerPort: Number(port.containerPort) })),
    resources: { requests: typedQuantities(resources.requests), limits: typedQuantities(resources.limits) },
    startupProbe: typedProbe(startupProbe),
    readinessProbe: typedProbe(readinessProbe),
    livenessProbe: typedProbe(livenessProbe),
  };
}

function typedProbe({ httpGet, ...rest }: PlainContainer['startupProbe']): k8s.Probe {
  return { ...rest, httpGet: { ...httpGet, port: k8s.IntOrString.fromString(httpGet.port) } };
}

function typedQuantities(quantities: Readonly<Record<string, string>>): Record<string, k8s.Quantity> {
  return Object.fromEntries(Object.entries(quantities).map(([name, text]) => [name, k8s.Quantity.fromString(text)]));
}
