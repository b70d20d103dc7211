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

platform.place(Blog, { production: { on: 'mumbai', tag: '1', settings } });
platform.place(Blog, { production: { on: ['mumbai', 'laptop'], tag: '1', settings } });
// @ts-expect-error an unknown environment
platform.place(Blog, { staging: { on: 'mumbai', tag: '1', settings } });
// @ts-expect-error an unknown cluster
platform.place(Blog, { production: { on: 'delhi', tag: '1', settings } });
platform.place(Blog, {
  production: { on: ['mumbai', 'laptop'], traffic: moveTraffic('mumbai', 'laptop', 10), tag: '1', settings },
});
// @ts-expect-error a step that has no name
moveTraffic('mumbai', 'laptop', 20);
// @ts-expect-error weights of further clusters that are none
moveTraffic('mumbai', 'laptop', 10, { delhi: '100' });
// @ts-expect-error a missing setting
platform.place(Blog, { production: { on: 'mumbai', tag: '1', settings: {} } });
// @ts-expect-error no tag
platform.place(Blog, { production: { on: 'mumbai', settings } });

// @ts-expect-error a home that is not a cluster
new Platform({ home: 'delhi', clusters: { mumbai: local({ kubernetes: '1.36' }) }, environments: {} });
// @ts-expect-error an environment that does not say what it survives
new Platform({ home: 'a', clusters: { a: local({ kubernetes: '1.36' }) }, environments: { production: {} } });
// @ts-expect-error a minor that is none
local({ kubernetes: 'v1.36' });
// @ts-expect-error a capability that we do not know
local({ kubernetes: '1.36', capabilities: ['teleport'] });
// @ts-expect-error EKS without its region
eks({ kubernetes: '1.36' });
// @ts-expect-error AKS without its load balancer
aks({ region: 'westeurope', kubernetes: '1.36' });
// @ts-expect-error two load balancers in one
aks({ region: 'r', kubernetes: '1.36', gateway: { albName: 'a', albFrontend: 'b' } });
// @ts-expect-error kubeadm brings no ingress controller, so its class must be said
onPrem({ distribution: 'kubeadm', kubernetes: '1.36' });
// @ts-expect-error a distribution that we do not know
local({ kubernetes: '1.36', distribution: 'docker-desktop' });
// @ts-expect-error a pool that does not say how many nodes there are
local({ kubernetes: '1.36', nodePools: [{ name: 'a', cpu: '4', memory: '16Gi', pods: 110 }] });
new Platform({
  home: 'a',
  clusters: { a: local({ kubernetes: '1.36' }) },
  // @ts-expect-error a Secret to pull with belongs to an external registry
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
  // @ts-expect-error a role that we do not know
  environments: { production: { survives: { zones: 0, regions: 0 }, access: { developers: 'admin' } } },
});
platform.place(Blog, { production: { on: 'mumbai', tag: '1', settings, access: { developers: 'none' } } });
// @ts-expect-error a role that we do not know, of one system
platform.place(Blog, { production: { on: 'mumbai', tag: '1', settings, access: { developers: 'admin' } } });
// @ts-expect-error a ServiceAccount without its namespace
local({ kubernetes: '1.36', groups: { argo: { serviceAccount: 'argocd' } } });

const { probes: _probes, ...withoutProbes } = props;
// @ts-expect-error probes are mandatory
new WebService(system, 'web', withoutProbes);
const { resources: _resources, ...withoutResources } = props;
// @ts-expect-error resources are mandatory
new WebService(system, 'web', withoutResources);
// @ts-expect-error a boot budget is mandatory
new WebService(system, 'web', { ...props, probes: { ...props.probes, startup: { path: '/' } } });
// @ts-expect-error a budget has one bound
new WebService(system, 'web', { ...props, availability: { disruption: { minAvailable: 1, maxUnavailable: 1 } } });
// @ts-expect-error an exit needs its reason
new WebService(system, 'web', { ...props, security: { user: { id: 999 } } });
// @ts-expect-error an exit is not a switch
new WebService(system, 'web', { ...props, security: { writableRootFilesystem: true } });
// @ts-expect-error a port is a number
new WebService(system, 'web', { ...props, port: '8080' });
// @ts-expect-error a target on CPU is mandatory
new WebService(system, 'web', props).scaleOn({ min: 1, max: 2 });
// @ts-expect-error a LoadBalancer is not how a web service is exposed
new WebService(system, 'web', props).exposeAt('a.example', { serviceType: 'LoadBalancer' });

// manifests are typed as the API spells them, wrappers as what they wrap, newer fields included
({ clusterIP: 'None', ports: [{ port: 80, targetPort: 'http' }] }) satisfies ServiceSpec;
// @ts-expect-error jsii's spelling is not a field of the API
({ clusterIp: 'None' }) satisfies ServiceSpec;
({ requests: { cpu: '1' } }) satisfies Plain<k8s.ResourceRequirements>;
({
  name: 'a',
  lifecycle: { preStop: { sleep: { seconds: 1 } } },
}) satisfies DeploymentSpec['template']['spec']['containers'][number];
// @ts-expect-error a field that no version has
({ replica: 1 }) satisfies Partial<DeploymentSpec>;
