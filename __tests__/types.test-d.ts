// What the compiler refuses: each line below must be an error, or `npm run typecheck` fails.

import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { Platform, System, WebService, type WebServiceProps } from '../lib/constructs';
import type { DeploymentSpec, Plain, ServiceSpec } from '../lib/constructs/tree/kinds';
import { aks, eks, local, moveTraffic, onPrem, type Target } from '../lib/model';

interface Settings {
  readonly host: string;
}

declare class Blog extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>);
}

declare const platform: Platform<'mumbai' | 'laptop', 'production' | 'local'>;
declare const system: Blog;
declare const props: WebServiceProps;

const settings = { host: 'blog.example' };

platform.place(Blog, { production: { on: 'mumbai', settings } });
platform.place(Blog, { production: { on: ['mumbai', 'laptop'], settings } });
// @ts-expect-error an unknown environment
platform.place(Blog, { staging: { on: 'mumbai', settings } });
// @ts-expect-error an unknown cluster
platform.place(Blog, { production: { on: 'delhi', settings } });
platform.place(Blog, {
  production: { on: ['mumbai', 'laptop'], traffic: moveTraffic('mumbai', 'laptop', 10), settings },
});
// @ts-expect-error an unnamed step
moveTraffic('mumbai', 'laptop', 20);
// @ts-expect-error invalid weights of further clusters
moveTraffic('mumbai', 'laptop', 10, { delhi: '100' });
// @ts-expect-error a missing setting
platform.place(Blog, { production: { on: 'mumbai', settings: {} } });

// @ts-expect-error a home that is not a cluster
new Platform({ home: 'delhi', clusters: { mumbai: local({ kubernetes: '1.36' }) }, environments: {} });
// @ts-expect-error an environment without `survives`
new Platform({ home: 'a', clusters: { a: local({ kubernetes: '1.36' }) }, environments: { production: {} } });
// @ts-expect-error an invalid minor
local({ kubernetes: 'v1.36' });
// @ts-expect-error an unknown capability
local({ kubernetes: '1.36', capabilities: ['teleport'] });
// @ts-expect-error EKS without its region
eks({ kubernetes: '1.36' });
// @ts-expect-error AKS without its load balancer
aks({ region: 'westeurope', kubernetes: '1.36' });
// @ts-expect-error two load balancers in one
aks({ region: 'r', kubernetes: '1.36', gateway: { albName: 'a', albFrontend: 'b' } });
// @ts-expect-error kubeadm has no ingress controller, so its class is mandatory
onPrem({ distribution: 'kubeadm', kubernetes: '1.36' });
// @ts-expect-error an unknown distribution
local({ kubernetes: '1.36', distribution: 'docker-desktop' });
// @ts-expect-error a pool without its number of nodes
local({ kubernetes: '1.36', nodePools: [{ name: 'a', cpu: '4', memory: '16Gi', pods: 110 }] });
new Platform({
  home: 'a',
  clusters: { a: local({ kubernetes: '1.36' }) },
  // @ts-expect-error only an external registry has a pull Secret
  environments: { production: { survives: { zones: 0, regions: 0 }, registry: { pullSecret: 'a' } } },
});

new Platform({
  home: 'a',
  clusters: {
    a: local({ kubernetes: '1.36', groups: { devs: 'devs', argo: { namespace: 'a', serviceAccount: 'b' } } }),
  },
  environments: { production: { survives: { zones: 0, regions: 0 }, access: { devs: 'viewer', argo: 'deployer' } } },
});
new Platform({
  home: 'a',
  clusters: { a: local({ kubernetes: '1.36' }) },
  // @ts-expect-error an unknown role
  environments: { production: { survives: { zones: 0, regions: 0 }, access: { developers: 'admin' } } },
});
const one = { home: 'a', clusters: { a: local({ kubernetes: '1.36' }) }, environments: {} } as const;
const repository = 'https://git.example/a.git';
new Platform({ ...one, gitops: { controller: 'flux', repository, clusters: ['a'], secret: 'git' } });
// @ts-expect-error a controller of an unknown cluster
new Platform({ ...one, gitops: { controller: 'flux', repository, clusters: ['b'] } });
// @ts-expect-error Argo CD finds credentials itself
new Platform({ ...one, gitops: { controller: 'argo', repository, secret: 'git' } });
// @ts-expect-error a controller without a repository
new Platform({ ...one, gitops: { controller: 'argo' } });
platform.place(Blog, { production: { on: 'mumbai', settings, access: { developers: 'none' } } });
// @ts-expect-error an unknown role, for one system
platform.place(Blog, { production: { on: 'mumbai', settings, access: { developers: 'admin' } } });
// @ts-expect-error a ServiceAccount without its namespace
local({ kubernetes: '1.36', groups: { argo: { serviceAccount: 'argocd' } } });

const { probes: _probes, ...withoutProbes } = props;
// @ts-expect-error probes are mandatory
new WebService(system, 'web', withoutProbes);
const { resources: _resources, ...withoutResources } = props;
// @ts-expect-error resources are mandatory
new WebService(system, 'web', withoutResources);
// @ts-expect-error a boot budget is mandatory
new WebService(system, 'web', { ...props, probes: { readiness: { path: '/' } } });
// @ts-expect-error a budget has exactly one bound
new WebService(system, 'web', { ...props, availability: { disruption: { minAvailable: 1, maxUnavailable: 1 } } });
// @ts-expect-error an exception needs its reason
new WebService(system, 'web', { ...props, security: { user: { id: 999 } } });
// @ts-expect-error an exception is not a boolean
new WebService(system, 'web', { ...props, security: { writableRootFilesystem: true } });
// @ts-expect-error a port is a number
new WebService(system, 'web', { ...props, port: '8080' });
// @ts-expect-error a CPU target is mandatory
new WebService(system, 'web', { ...props, size: { min: 1, max: 2 } });
// @ts-expect-error a web service is not exposed by a LoadBalancer
new WebService(system, 'web', props).exposeAt('a.example', { serviceType: 'LoadBalancer' });

// manifests are typed with the API's spelling, the wrapped types, and newer fields
({ clusterIP: 'None', ports: [{ port: 80, targetPort: 'http' }] }) satisfies ServiceSpec;
// @ts-expect-error jsii's spelling of a field
({ clusterIp: 'None' }) satisfies ServiceSpec;
({ requests: { cpu: '1' } }) satisfies Plain<k8s.ResourceRequirements>;
({
  name: 'a',
  lifecycle: { preStop: { sleep: { seconds: 1 } } },
}) satisfies DeploymentSpec['template']['spec']['containers'][number];
// @ts-expect-error a field of no version
({ replica: 1 }) satisfies Partial<DeploymentSpec>;
