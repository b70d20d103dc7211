// Ingress controllers that run in the cluster: where the time-out of each is set, by its Ingresses or where it is installed.

import { number, optional, type Schema } from '../finding/schema';
import { AS_ENDPOINTS, type Balancer } from './balancer';

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
