// The load balancers and ingress controllers of the profiles: each figure with its source.

import { AS_ENDPOINTS, type Balancer } from '../cluster/balancer';
import type { AllowedDifference } from '../cluster/provider';
import { number, optional, type Schema } from '../finding/schema';

/** Pods are its targets (`ip`). Its time-out is on silence, so a stream that sends something stays open. */
export const ALB: Balancer = {
  name: 'the ALB',
  asksHealth: true,
  // Elastic Load Balancing API, LoadBalancerAttribute: idle_timeout.timeout_seconds, 1 to 4000
  timeout: { defaultSeconds: 60, mostSeconds: 4000, source: 'Elastic Load Balancing API, LoadBalancerAttribute' },
  drain: { mostSeconds: 3600, source: 'LBC docs, annotations: deregistration_delay.timeout_seconds' },
  // it goes on sending while the deregistration spreads: 504s with 5 s, none with 25 s; others measured more (issue 2106)
  late: { seconds: 30, source: 'aws-load-balancer-controller, issue 1064' },
};

/** The time-out is on the whole answer; of a websocket it is the whole life. */
export const GOOGLE_BALANCER: Balancer = {
  name: "Google's load balancer",
  asksHealth: true,
  timeout: { defaultSeconds: 30, source: 'ingress-gce, BackendConfig timeoutSec' },
  drain: { mostSeconds: 3600, source: 'Google Cloud docs, enabling-connection-draining' },
  // 5 to 10 s of errors after a switch (ingress-gce, issue 638); with usual requests the grace period is above the 60 s of the docs
  late: { seconds: 30, source: 'Google Cloud docs, container-native-load-balancing (align rollouts)' },
};

/** What it waits unless it is told otherwise, in seconds. */
export const AGC_SECONDS = 60;

/** The time-out is on the whole answer, even while it flows. No key for draining was found, and no figure for how late it is. */
export const AGC: Balancer = {
  name: 'Application Gateway for Containers',
  asksHealth: true,
  timeout: { defaultSeconds: AGC_SECONDS, source: 'AGC docs, components (request timeouts)' },
  silence: { mostSeconds: 300, source: 'AGC docs, components: stream idle timeout' },
  late: AS_ENDPOINTS,
};

export const APPLICATION_GATEWAY: Balancer = {
  name: 'Application Gateway',
  asksHealth: true,
  timeout: {
    defaultSeconds: 30,
    mostSeconds: 86_400,
    source: 'Application Gateway API, requestTimeout of HTTP settings',
  },
  drain: { mostSeconds: 3600, source: 'Application Gateway API, drainTimeoutInSec' },
  // each change of its backends is a deployment of Azure
  late: { seconds: 90, source: 'AGIC docs, how-tos/minimize-downtime-during-deployments' },
};

const READ_TIMEOUT = '--entryPoints.websecure.transport.respondingTimeouts.readTimeout';

/** By its annotations, an Ingress sets no time-out: it is an option of the entry point. */
const TRAEFIK: Balancer = {
  name: 'Traefik',
  asksHealth: false,
  timeout: {
    fixedSeconds: 60, // traefik pull request 10531, since 2.11.2 and 3.0
    isDeclared: false,
    raisedBy: (seconds) => `${READ_TIMEOUT}=${seconds}s, and requestTimeoutSeconds: ${seconds} of the cluster`,
  },
  late: AS_ENDPOINTS,
};

const NGINX_KEY = 'nginx.ingress.kubernetes.io/';

/** ingress-nginx, by the usual name of its class. */
const NGINX: Balancer = {
  name: 'ingress-nginx',
  asksHealth: false,
  timeout: { defaultSeconds: 60, source: 'ingress-nginx docs, annotations: proxy-read-timeout' },
  late: AS_ENDPOINTS,
};

const UNKNOWN: Balancer = { name: 'the ingress controller', asksHealth: false, late: AS_ENDPOINTS };

/** How the time-out of an ingress controller is declared. */
export interface DeclaredTimeout {
  /**
   * Longest that the ingress controller waits for an answer, in seconds, as it is configured.
   * @default 60 with Traefik; set by the Ingress with ingress-nginx; unknown with others, a finding for longer requests
   */
  readonly requestTimeoutSeconds?: number;
}

export const DECLARED_TIMEOUT: { readonly requestTimeoutSeconds: Schema } = {
  requestTimeoutSeconds: optional(number({ above: 0, atMost: 86_400 })),
};

/** The controller of an ingress class in a cluster that runs its own. */
export function controllerOf(className: string | undefined, { requestTimeoutSeconds }: DeclaredTimeout): Balancer {
  const known = className === 'traefik' ? TRAEFIK : className === 'nginx' ? NGINX : UNKNOWN;
  if (requestTimeoutSeconds === undefined) return known;
  const raisedBy = (seconds: number) => `requestTimeoutSeconds: ${seconds} of the cluster, once the controller has it`;
  return { ...known, timeout: { fixedSeconds: requestTimeoutSeconds, isDeclared: true, raisedBy } };
}

/** What a controller reads of the time-out; nothing where an Ingress cannot set it. ingress-nginx docs, annotations. */
export function timeoutAnnotations(balancer: Balancer, seconds: number): Readonly<Record<string, string>> {
  const isSet = balancer.timeout !== undefined && 'defaultSeconds' in balancer.timeout;
  if (!isSet) return {};
  return { [`${NGINX_KEY}proxy-read-timeout`]: String(seconds), [`${NGINX_KEY}proxy-send-timeout`]: String(seconds) };
}

/** How long a pod serves after its end has begun, and the grace period that follows, differ where the balancer is later than others. */
export function drainDifferences({ late: { source } }: Balancer): readonly AllowedDifference[] {
  const lifecycle = '/spec/template/spec/containers/0/lifecycle/preStop';
  const pointers = [
    `${lifecycle}/sleep/seconds`,
    `${lifecycle}/exec/command/1`,
    '/spec/template/spec/terminationGracePeriodSeconds',
  ];
  return (['Deployment', 'StatefulSet'] as const).flatMap((kind) =>
    pointers.map((pointer) => ({ kind, pointer, source })),
  );
}
