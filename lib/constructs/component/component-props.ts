// What every component takes, whatever its workload.

import { either, type Fields, like, list, number, optional, table, text } from '../../model/finding/schema';
import { dnsLabel } from '../../model/manifest/formats';
import { NODE_CHOICE, type NodeChoice } from '../nodes/node-choice';
import { COMPANY, type Company } from '../pod/company';
import { type LateVariable, POD_FIELD, RESOURCES, type Resources, SECRET_KEY } from '../pod/container';
import { FILES, type Files } from '../pod/files';
import { SCRATCH, type Scratch, VOLUMES, type Volumes } from '../pod/mounts';
import { PORTS, type Ports } from '../pod/ports';
import { PROBES_STAND_IN } from '../pod/probes';
import { SECURITY, type SecurityExits } from '../pod/security';
import { TEMPLATES, type Templates } from '../pod/templates';
import { METRICS, type Metrics } from './metrics';

/** Required and optional properties of every component, whatever its workload. */
export interface ComponentProps extends Partial<Ports>, Company, NodeChoice {
  /**
   * Name of its objects and of its selectors. Give it to change the construct's id without changing the cluster's objects.
   * @default the construct's id
   */
  readonly name?: string;
  /** Image with a build number or a digest. @default the system's image of the construct's id: `this.image(id)` */
  readonly image?: string;
  /** The command, which replaces the image's entrypoint; no shell reads it. @default the image's entrypoint */
  readonly command?: readonly string[];
  /** Arguments of the command, or of the entrypoint. @default those of the image */
  readonly args?: readonly string[];
  /** CPU and memory of a pod. */
  readonly resources: Resources;
  /**
   * Environment variables: texts, through its own ConfigMap, keys of Secrets, and fields of the pod. A key is better read from a file, as
   * `connectTo` mounts it: variables show in dumps and are inherited by every process.
   * @default those of its connections
   * @example env: { LOG_LEVEL: 'info', API_TOKEN: { secret: 'payments', key: 'token' }, POD_IP: { field: 'status.podIP' } }
   */
  readonly env?: Readonly<Record<string, string | LateVariable>>;
  /**
   * Files by absolute path, through a ConfigMap of their own. A change rolls the pods.
   * @default none
   * @example files: { '/etc/app/app.conf': readFileSync('charts/app.conf', 'utf8') }
   */
  readonly files?: Files;
  /**
   * Files with values of the cluster's key-value store, written again within seconds of a change, without a rollout: the application must
   * watch them. Pods start once every key that a template needs is there.
   * @default none
   * @example templates: { files: { '/run/config/flags.json': '{{ key "shop-production/flags" }}' } }
   */
  readonly templates?: Templates;
  /** Writable folders besides /tmp of 64Mi, which may be listed here with another size. @default none */
  readonly scratch?: readonly Scratch[];
  /**
   * Volumes and Secrets by the absolute path of their folder.
   * @default none
   * @example volumes: { '/var/lib/app': new Volume(this, 'data', { size: '10Gi' }), '/etc/tls': { secret: 'app-tls' } }
   */
  readonly volumes?: Volumes;
  /** Exits from the secure defaults, each with its reason. @default none */
  readonly security?: SecurityExits;
  /**
   * Dots that a name must have to be looked up as it is, before the cluster's search domains. With 2, a name of the namespace is found
   * at once and an outside host costs 2 queries instead of 8. Images built on musl (Alpine) then do not find `web.shop.svc`, which
   * `web.shop.svc.cluster.local` is in full.
   * @default 2
   */
  readonly ndots?: number;
  /**
   * Where it shows its metrics. With the capability `prometheus-operator` a ServiceMonitor has them scraped every 30 s, or a PodMonitor where
   * there is no Service; without it, annotations `prometheus.io/…` of the pods. The policy lets the cluster's `prometheus` in.
   * @default none
   * @example metrics: { port: 9102 }
   */
  readonly metrics?: Metrics;
}

/** What the properties of every component may say. */
export const COMPONENT: Fields<ComponentProps> = {
  name: optional(text(dnsLabel.expected, dnsLabel.fits)),
  image: optional(text('an image with a build number or a digest')),
  command: optional(list(text(), "['/app/server']")),
  args: optional(
    list(
      like('a text', (value) => typeof value === 'string'),
      "['--verbose']",
    ),
  ),
  ...PORTS,
  port: optional(PORTS.port),
  resources: RESOURCES,
  env: optional(
    table(
      either([like('a text: String(value)', (value) => typeof value === 'string'), SECRET_KEY, POD_FIELD]),
      "{ NAME: 'value' }",
    ),
  ),
  files: optional(FILES),
  templates: optional(TEMPLATES),
  scratch: optional(list(SCRATCH, "a list: [{ path: '/tmp', size: '64Mi' }]")),
  volumes: optional(VOLUMES),
  ...COMPANY,
  ...NODE_CHOICE,
  security: optional(SECURITY),
  ndots: optional(number({ atLeast: 0, atMost: 15, whole: true })),
  metrics: optional(METRICS),
};

/** Stand for required properties that are refused. */
export const COMPONENT_STAND_INS = {
  image: 'registry.invalid/refused:1',
  port: 8080,
  resources: { cpu: '1m', memory: '1Mi' },
  probes: PROBES_STAND_IN,
} as const;
