// Flaschenpost, drinks brought to the door: .NET back ends here, front ends behind a CDN.
import type { Construct } from 'constructs';
import {
  Broker,
  Database,
  DnsRecord,
  ExternalService,
  type Probes,
  QueueConsumer,
  Redis,
  System,
  type Target,
  WebService,
} from 'evenkeel';

export interface FlaschenpostSettings {
  /** Host name of the back ends' gateway. */
  readonly host: string;
  /** The front ends: host names, and the CDN's endpoint that they point to. */
  readonly frontEnd: { readonly hosts: readonly string[]; readonly cdn: string };
  /** Host names of the managed services. */
  readonly services: {
    readonly cosmos: string;
    readonly redis: string;
    readonly rabbitmq: string;
    readonly dataLake: string;
    /** Subnet of their private endpoints, as a CIDR: the environment's own. */
    readonly privateEndpoints: string;
  };
  /** Fewest and most pods of the web services. */
  readonly size: { readonly min: number; readonly max: number };
  /** Orders that arrive a second at peak. */
  readonly ordersPerSecond: number;
}

/** Paths of Kestrel's health endpoints in all services. */
const probes: Probes = {
  bootSeconds: 60,
  startup: { path: '/health/startup' },
  readiness: { path: '/health/ready' },
  liveness: { path: '/health/live' },
};

/** Sizes of an environment. */
export const SMALL = { size: { min: 2, max: 4 }, ordersPerSecond: 20 };
export const LARGE = { size: { min: 3, max: 10 }, ordersPerSecond: 100 };

/** The settings of an environment, which differ in name, private endpoints and size only. */
export const flaschenpost = (
  name: string,
  privateEndpoints: string,
  size: Pick<FlaschenpostSettings, 'size' | 'ordersPerSecond'>,
): FlaschenpostSettings => ({
  host: `api.${name}.flaschenpost.example`,
  frontEnd: { hosts: [`shop.${name}.flaschenpost.example`], cdn: `flaschenpost-${name}.azurefd.net` },
  services: {
    cosmos: `flaschenpost-${name}.mongo.cosmos.azure.com`,
    redis: `flaschenpost-${name}.redis.cache.windows.net`,
    rabbitmq: `rabbitmq.${name}.flaschenpost.example`,
    dataLake: `flaschenpost${name}.dfs.core.windows.net`,
    privateEndpoints,
  },
  ...size,
});

export class Flaschenpost extends System<FlaschenpostSettings> {
  constructor(scope: Construct, target: Target<FlaschenpostSettings>) {
    super(scope, 'flaschenpost', target);
    const { host, frontEnd, services, size, ordersPerSecond } = this.settings;

    const cidrs = [services.privateEndpoints];

    new DnsRecord(this, 'front-end', { hosts: frontEnd.hosts, target: frontEnd.cdn });

    const cosmos = new Database(this, 'cosmos', {
      host: services.cosmos,
      port: 10255,
      tls: true,
      cidrs,
      credentials: { secret: 'cosmos', keys: ['connection-string'] },
      limits: { maxConnections: 1500, superuserReserved: 0, monitoring: 20, cpu: 16, memoryMiB: 8192, iops: 20_000 },
    });
    const redis = new Redis(this, 'redis', {
      host: services.redis,
      port: 6380,
      tls: true,
      cidrs,
      credentials: { secret: 'redis', keys: ['password'] },
      nodes: { kind: 'ha', replicas: 1, maxClients: 1000, operationsPerSecondPerNode: 50_000 },
    });
    const rabbitmq = new Broker(this, 'rabbitmq', {
      host: services.rabbitmq,
      port: 5671,
      tls: true,
      cidrs,
      credentials: { secret: 'rabbitmq', keys: ['username', 'password'] },
      management: { secret: 'rabbitmq-management', key: 'uri' },
      nodes: {
        kind: 'clustered',
        nodes: 3,
        nodesLost: 1,
        copies: 3,
        queues: 1,
        messagesPerSecondPerNode: 4000,
        connectionsPerNode: 500,
      },
    });
    const dataLake = new ExternalService(this, 'data-lake', {
      host: services.dataLake,
      port: 443,
      tls: true,
      cidrs,
      credentials: { secret: 'data-lake', keys: ['account-key'] },
      acceptsIdentity: true,
    });

    const catalogue = new WebService(this, 'catalogue', {
      port: 8080,
      resources: { cpu: '250m', memory: '512Mi' },
      size: { cpu: 0.6, memory: 0.8, ...size },
      probes,
    });
    catalogue.connectTo(cosmos, { poolSize: 20, cpuPerPod: 0.4, memoryMiBPerConnection: 4, iopsPerPod: 300 });
    catalogue.connectTo(redis, { connectionsPerPod: 4, operationsPerSecondPerPod: 1500 });

    const orders = new WebService(this, 'orders', {
      port: 8080,
      resources: { cpu: '500m', memory: '512Mi' },
      size: { cpu: 0.6, memory: 0.8, ...size },
      probes,
    });
    orders.connectTo(cosmos, { poolSize: 20, cpuPerPod: 0.5, memoryMiBPerConnection: 4, iopsPerPod: 400 });
    orders.connectTo(rabbitmq, { messagesPerSecondPerPod: 50, connectionsPerPod: 2 });

    const dispatch = new QueueConsumer(this, 'dispatch', {
      port: 8080,
      resources: { cpu: '250m', memory: '512Mi' },
      probes,
      queue: rabbitmq.queue('orders'),
      connectionsPerPod: 1,
      size: {
        messagesPerSecondPerPod: 20,
        peakMessagesPerSecond: ordersPerSecond,
        largestBacklog: ordersPerSecond * 60,
        drainSeconds: 300,
        utilisation: 0.65,
        min: 2,
        cpu: { target: 0.6, atFullWork: 0.9 },
        memory: { target: 0.8 },
      },
    });
    dispatch.connectTo(dataLake);

    const gateway = new WebService(this, 'gateway', {
      port: 8080,
      resources: { cpu: '250m', memory: '256Mi' },
      size: { cpu: 0.6, ...size },
      probes,
      env: { CORS_ALLOWED_ORIGINS: frontEnd.hosts.map((name) => `https://${name}`).join(',') },
    });
    gateway.connectTo(catalogue);
    gateway.connectTo(orders);
    gateway.exposeAt(host);
  }
}
