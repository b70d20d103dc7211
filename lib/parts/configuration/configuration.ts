// The part `configuration`: Consul as a key-value store, whose values reach running components.

import type { Construct } from 'constructs';
import { Backup } from '../../constructs/backups/backup';
import { DUMP } from '../../constructs/backups/restic';
import { StatefulService } from '../../constructs/component/stateful-service';
import type { LongRunningProps } from '../../constructs/component/stateless';
import type { Part, PartSettings } from '../../constructs/parts/part';
import { System } from '../../constructs/system/system';
import { selectorLabels } from '../../constructs/tree/labels';
import { fields, optional, type Schema, text, volumeSize } from '../../model/finding/schema';
import { subdomain } from '../../model/manifest/formats';
import type { Target } from '../../model/platform/target';
import { componentsOf, definePart, SURVIVES } from '../part/define';
import { imageOf, type OwnImages } from '../part/images';
import { hostIn, PORTS } from '../part/reach';
import { CONFIG, consulConfig, DATA, GOSSIP_PORT, RPC_PORT, SECRETS } from './consul-config';

/** What `configuration` takes. */
export interface ConfigurationProps {
  /** Size of the volume of each member, as a quantity. @default 5Gi */
  readonly volume?: string;
  /**
   * Name of the Secret in the part's namespace with two keys: `gossip.json`, the key that members encrypt their gossip with, and
   * `acl.json`, the token that may do everything. With the part `backups`, a third: `token`, one that may write `acl`, as snapshots ask for.
   * `evenkeel secrets` lists it.
   * @default consul
   */
  readonly secret?: string;
  /**
   * Takes Consul out of the promise to survive zones, for a reason: three members need three zones to keep a majority without one.
   * @default the environment's promise
   */
  readonly survives?: LongRunningProps['survives'];
  /** Images to use instead of those of the projects, such as a mirror's. @default none */
  readonly images?: OwnImages<'consul' | 'consul-template'>;
}

/** What its backup copies. Source: Consul docs, commands/snapshot/save. */
const SNAPSHOT = `${DUMP}/consul.snap`;

const IMAGE = optional(text('an image with a version'));

const CONFIGURATION: Schema = fields<ConfigurationProps>({
  volume: optional(volumeSize()),
  secret: optional(text(subdomain.expected, subdomain.fits)),
  survives: optional(SURVIVES),
  images: optional(fields<NonNullable<ConfigurationProps['images']>>({ consul: IMAGE, 'consul-template': IMAGE })),
});

/** Without a leader the path answers 200 and an empty text: consul-k8s, charts/consul/templates/server-statefulset.yaml. */
const HAS_LEADER = `curl -sf http://127.0.0.1:${PORTS.consul}/v1/status/leader | grep -qE '".+"'`;

/**
 * Values that reach running components: Consul, which components read by `templates`. In an environment that survives zones it has three
 * members, which answer and write while two of them run. Who may read and write is said in Consul, by its tokens.
 *
 * @example configuration()
 */
export function configuration(props: ConfigurationProps = {}): Part<ConfigurationProps> {
  const part: Part<ConfigurationProps> = definePart('configuration', CONFIGURATION, props, {
    systems: () => ({ configuration: Store }),
    neighbours: (_, namespaceOf) => ({
      configuration: {
        namespace: namespaceOf('configuration'),
        podLabels: selectorLabels('consul'),
        host: hostIn(namespaceOf('configuration'), 'consul'),
        port: PORTS.consul,
        image: imageOf('consul-template', part.props.images),
      },
    }),
  });
  return part;
}

class Store extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, 'configuration', target);
    const { here } = this.settings;
    const { volume = '5Gi', secret = 'consul', survives, images } = here.part.props as Partial<ConfigurationProps>;
    const members = target.environment.survives.zones > 0 ? 3 : 1;
    const consul = new StatefulService(this, 'consul', {
      image: imageOf('consul', images),
      // not the image's entrypoint, which would change owners as root
      command: ['/bin/consul'],
      args: [
        'agent',
        '-bind=$(POD_IP)',
        '-client=$(POD_IP) 127.0.0.1',
        `-config-file=${CONFIG}`,
        `-config-file=${SECRETS}/gossip.json`,
        `-config-file=${SECRETS}/acl.json`,
      ],
      port: { port: PORTS.consul, servicePort: PORTS.consul },
      ports: {
        rpc: { port: RPC_PORT, protocol: 'tcp' },
        gossip: { port: GOSSIP_PORT, protocol: 'tcp' },
        'gossip-udp': { port: GOSSIP_PORT, protocol: 'udp' },
      },
      resources: { cpu: '100m', memory: '256Mi' },
      size: members === 1 ? { replicas: 1 } : { members },
      ...(survives === undefined ? {} : { survives }),
      probes: {
        bootSeconds: 60,
        startup: { path: '/v1/status/leader' },
        // a member without a leader can neither write nor answer consistently
        readiness: { exec: ['/bin/sh', '-c', HAS_LEADER] },
        // which a restart would not help: it need only answer
        liveness: { path: '/v1/status/leader' },
      },
      claims: { [DATA]: { size: volume } },
      env: { POD_IP: { field: 'status.podIP' } },
      files: { [CONFIG]: consulConfig(members, 'consul-members') },
      volumes: { [SECRETS]: { secret, keys: ['acl.json', 'gossip.json'] } },
    });
    if (target.cluster.backups !== undefined) {
      new Backup(this, 'consul-backup', {
        of: consul,
        dump: {
          command: ['/bin/consul', 'snapshot', 'save', `-http-addr=http://$(HOST):${PORTS.consul}`, SNAPSHOT],
          env: { CONSUL_HTTP_TOKEN: { secret, key: 'token' } },
        },
        check: ['/bin/consul', 'snapshot', 'inspect', SNAPSHOT],
        size: volume,
      });
    }
    for (const system of here.systems) {
      const { namespace = '' } = system;
      for (const { observed } of componentsOf(system)) {
        if (observed.readsStore) consul.admit({ namespace, podLabels: selectorLabels(observed.name) });
      }
    }
  }
}
