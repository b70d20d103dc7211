// An image for every component: our server with the component's own port and probe paths, under the name that its manifest uses.
import { type Container, type Manifest, ofKind } from '../manifests/manifests';
import type { ImageStore } from './store';

/** What a release of a component is like, beyond its manifest. */
export interface Behaviour {
  /** How long the server still takes requests after SIGTERM, asking its clients to leave their connections. */
  readonly LAME_DUCK_SECONDS?: string;
  readonly START_SECONDS?: string;
  readonly NEVER_READY?: 'true';
  readonly WORK_MILLISECONDS?: string;
  /** Mean of the exponential time that a request takes, and how many are worked on at once. */
  readonly SERVICE_MILLISECONDS?: string;
  readonly SLOTS?: string;
  /** Connections to the database, opened at boot. */
  readonly POOL_SIZE?: string;
  /** How long a message of a queue takes, and how many are fetched ahead. */
  readonly MESSAGE_MILLISECONDS?: string;
  readonly PREFETCH?: string;
  /** Time between two numbered lines of its log. */
  readonly SPEAK_MILLISECONDS?: string;
}

/** Half a second lets keep-alive clients leave, and hides nothing: endpoints take longer to be withdrawn than that. */
const USUAL: Behaviour = { LAME_DUCK_SECONDS: '0.5', START_SECONDS: '2' };

/** Packs the images that the workloads name, and gives their containers. */
export function packImages(
  store: ImageStore,
  manifests: readonly Manifest[],
  behaviour: Behaviour = {},
): readonly Container[] {
  const serving = [...ofKind(manifests, 'Deployment'), ...ofKind(manifests, 'DaemonSet')].map(({ spec }) => spec);
  const ending = [
    ...ofKind(manifests, 'Job').map(({ spec }) => spec),
    ...ofKind(manifests, 'CronJob').map(({ spec }) => spec.jobTemplate.spec),
  ];
  // one with a command is a program of its own, which its proof provides
  const servers = serving.flatMap(({ template }) => template.spec.containers).filter(({ command }) => !command);
  // their manifests say by a command what they do
  const others = [
    ...serving.flatMap(({ template }) => template.spec.initContainers ?? []),
    ...ending.flatMap(({ template }) => [...(template.spec.initContainers ?? []), ...template.spec.containers]),
  ];
  // or are a program that a proof has provided
  for (const { image } of others) if (!store.has(image)) store.add({ reference: image, environment: {} });
  for (const container of servers)
    store.add({ reference: container.image, environment: { ...settingsOf(container), ...USUAL, ...behaviour } });
  return [...servers, ...others];
}

function settingsOf({ name, image, ports, startupProbe, readinessProbe, livenessProbe }: Container) {
  const settings = {
    COMPONENT: name,
    VERSION: image.split(':').at(-1),
    PORT: ports?.[0]?.containerPort.toString(),
    STARTED_PATH: startupProbe?.httpGet?.path,
    READY_PATH: readinessProbe?.httpGet?.path,
    LIVE_PATH: livenessProbe?.httpGet?.path,
  };
  const metrics = ports?.find((port) => port.name === 'metrics')?.containerPort.toString();
  const missing = Object.entries(settings).filter(([, value]) => value === undefined);
  if (missing.length > 0)
    throw new Error(`${image}: its manifest does not say ${missing.map(([key]) => key).join(', ')}`);
  return Object.fromEntries(
    Object.entries({ ...settings, METRICS_PORT: metrics }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}
