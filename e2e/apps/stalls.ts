// Stalls: hosts of every kind, on a cluster of each controller, served by Ingresses, by Gateways, or by both (E36).
import type { Construct } from 'constructs';
import { Platform, System, WebService, type WebServiceProps } from '../../lib/constructs';
import { aks, conformant, eks, eksAuto, type GatewayApi, gke, local, onPrem, type Target } from '../../lib/model';

/** What the clusters serve, and by what; E36 goes through all of both. */
const bundle = '1.3' as NonNullable<GatewayApi['bundle']>;
const entries: NonNullable<GatewayApi['entries']> = ['ingress'];

const HTTP: Omit<WebServiceProps, 'image'> = {
  port: 8080,
  resources: { cpu: '20m', memory: '64Mi' },
  probes: {
    bootSeconds: 20,
    startup: { path: '/healthz/started' },
    readiness: { path: '/healthz/ready' },
    liveness: { path: '/healthz/live' },
  },
  size: { replicas: 3 },
};

class Stalls extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'stalls', target);
    const web = new WebService(this, 'web', { ...HTTP, image: this.image('web') });
    web.exposeAt('stalls.ingress.test');
    const prices = new WebService(this, 'prices', { ...HTTP, image: this.image('prices') });
    prices.exposeAt('stalls.ingress.test', { paths: ['/prices', { exact: '/offer' }] });
    const scales = new WebService(this, 'scales', { ...HTTP, image: this.image('scales') });
    scales.exposeAt('scales.ingress.test', { plainHttp: 'scales have no clock to check certificates with' });
  }
}

/** A request that takes longer than balancers wait by themselves. */
class Reports extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'reports', target);
    const availability = { longestRequestSeconds: 120 };
    const web = new WebService(this, 'web', { ...HTTP, image: this.image('web'), availability });
    web.exposeAt('reports.ingress.test');
  }
}

/** Served by Gateways alone: an Ingress has neither gRPC nor TLS up to the pods. */
class Calls extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'calls', target);
    const image = this.image('calls');
    const port = { port: 9090, protocol: 'grpc', balancedBy: 'the Gateway' } as const;
    const probes = { bootSeconds: 20, startup: { grpc: true }, readiness: { grpc: true } } as const;
    new WebService(this, 'calls', { ...HTTP, image, port, probes }).exposeAt('calls.ingress.test');
  }
}

class Vault extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'vault', target);
    const probes = { bootSeconds: 20, startup: { tcp: true }, readiness: { tcp: true } } as const;
    const web = new WebService(this, 'web', { ...HTTP, image: this.image('web'), probes });
    const ca = { configMap: 'vault-authority', madeBy: 'E36, which sends no request' };
    web.exposeAt('vault.ingress.test', { backendTls: { hostname: 'vault.internal', ca } });
  }
}

const kubernetes = '1.36';
const AWS = { kubernetes, region: 'ap-south-1', loadBalancerSubnets: ['10.20.0.0/24'] } as const;
const AZURE = { kubernetes, region: 'westeurope', gatewaySubnets: ['10.30.0.0/24'] } as const;
const GOOGLE = { kubernetes, region: 'europe-west1' } as const;
const source = { cidrs: ['10.40.0.0/24'] };

/** BackendTLSPolicy came with 1.4. */
const hasVault = bundle !== '1.3';

const routed: GatewayApi = { bundle, entries };
const withCalls: GatewayApi = { ...routed, hosts: { 'calls.ingress.test': ['gateway'] } };
const withAll: GatewayApi = {
  ...withCalls,
  hosts: { ...withCalls.hosts, ...(hasVault ? { 'vault.ingress.test': ['gateway'] } : {}) },
};

const clusters = {
  eks: eks({ ...AWS, gatewayApi: withCalls }),
  'eks-auto': eksAuto({ ...AWS, gatewayApi: { ...withAll, className: 'eg' } }),
  agc: aks({ ...AZURE, gateway: { albName: 'alb', albNamespace: 'alb' }, gatewayApi: withCalls }),
  'agc-elsewhere': aks({
    ...AZURE,
    gateway: { albId: '/subscriptions/0/alb', albFrontend: 'ingress' },
    gatewayFrontend: 'gateway',
    gatewayApi: withCalls,
  }),
  agic: aks({ ...AZURE, gateway: 'application-gateway', gatewayApi: { ...withAll, className: 'approuting-istio' } }),
  gke: gke({ ...GOOGLE, gatewayApi: routed }),
  'gke-regional': gke({ ...GOOGLE, gatewayApi: { ...routed, className: 'gke-l7-rilb', source } }),
  traefik: onPrem({ distribution: 'k3s', kubernetes, gatewayApi: { ...withAll } }),
  laptop: local({ kubernetes, gatewayApi: withAll }),
  conformant: conformant({
    kubernetes,
    ingressSource: source,
    gatewayApi: { ...withAll, className: 'standard', source, supports: ['grpc', 'backend-tls', 'timeouts'] },
  }),
  others: onPrem({
    distribution: 'k3s',
    kubernetes,
    gatewayApi: { ...routed, existing: { name: 'public', namespace: 'infra', https: 'websecure', http: 'web' } },
  }),
} as const;

const ALL = [
  'eks',
  'eks-auto',
  'agc',
  'agc-elsewhere',
  'agic',
  'gke',
  'gke-regional',
  'traefik',
  'laptop',
  'conformant',
  'others',
] as const;
/** Those that can wait as long as it takes. */
const PATIENT = ['eks', 'agc', 'agc-elsewhere', 'agic', 'gke', 'gke-regional'] as const;
const GRPC = ['eks', 'eks-auto', 'agc', 'agc-elsewhere', 'agic', 'traefik', 'laptop', 'conformant'] as const;
const TLS = ['eks-auto', 'agic', 'traefik', 'laptop', 'conformant'] as const;

const settings = {};
const platform = new Platform({
  home: 'eks',
  images: {
    stalls: { here: '1' },
    reports: { here: '1' },
    calls: { here: '1' },
    ...(hasVault ? { vault: { here: '1' } } : {}),
  },
  clusters,
  environments: { here: { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' } } },
})
  .place(Stalls, { here: { on: ALL, settings } })
  .place(Reports, { here: { on: PATIENT, settings } })
  .place(Calls, { here: { on: GRPC, settings } });

export const app = (hasVault ? platform.place(Vault, { here: { on: TLS, settings } }) : platform).app();
