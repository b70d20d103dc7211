// What `exposeAt` takes.

import type { Problem } from '../../model/finding/problem';
import { checked, choice, either, fields, like, list, optional, text } from '../../model/finding/schema';
import { portName, subdomain } from '../../model/manifest/formats';
import { findHostProblems } from '../../model/platform/host';
import { type ExposedPath, PATHS } from '../../model/platform/paths';

/** How a Gateway encrypts up to the pods, and whom it trusts. */
export interface BackendTls {
  /** Name in the certificate of the pods, which the Gateway also asks for (SNI). */
  readonly hostname: string;
  /** Who signs it: `'system'`, the authorities that the Gateway knows, or a ConfigMap with `ca.crt` in the system's namespace. */
  readonly ca: 'system' | TrustedMap;
}

/** A ConfigMap with the authorities that a Gateway trusts. */
export interface TrustedMap {
  /** Its name. */
  readonly configMap: string;
  /**
   * Who makes it, where no object of the app does: without it the Gateway answers with errors. Kept as an annotation.
   * @default the ConfigMap is in the app
   * @example { configMap: 'web-ca', madeBy: 'trust-manager' }
   */
  readonly madeBy?: string;
}

/** How a component is exposed. */
export interface ExposureOptions {
  /** Type of the component's Service. @default ClusterIP, or NodePort where the load balancer targets nodes */
  readonly serviceType?: 'ClusterIP' | 'NodePort';
  /**
   * Whether the load balancer sends to pods or to node ports. With pods no request is lost when a pod stops; node ports may
   * still reach a stopping one.
   * @default pods
   */
  readonly targets?: 'pods' | 'nodes';
  /**
   * Name of the TLS Secret, which is made elsewhere, by hand or otherwise. A warning where nothing reads certificates from Secrets, as the ALB.
   * @default `<component>-tls`, which cert-manager makes where the cluster has an `issuer`
   */
  readonly tlsSecret?: string;
  /**
   * Hosts that all clusters of the environment serve, each with its share of the traffic (`traffic` in the placement).
   * @default none: every host points to this cluster alone
   */
  readonly common?: readonly string[];
  /** Path that the load balancer asks for the health of a pod, at the same port. @default the path of the readiness probe */
  readonly healthPath?: string;
  /** Name of the port behind the hosts, which must speak http. @default the first that does */
  readonly port?: string;
  /**
   * Paths of the hosts that lead to this component, each with all below it, or exact. The application gets them as they are. Components
   * of a system may share a host: the longest path that fits decides, and one Ingress has them all, or each has a route.
   * @default the whole host
   * @example api.exposeAt('shop.example', { paths: ['/api', { exact: '/login' }] })
   */
  readonly paths?: readonly ExposedPath[];
  /**
   * Encrypts up to the pods, whose port speaks HTTPS then. It needs a Gateway, and bundle 1.4.
   * @default HTTP within the cluster
   */
  readonly backendTls?: BackendTls;
  /** Why it answers by HTTP alone: no certificate, no redirect. The reason is kept in an annotation. @default HTTPS */
  readonly plainHttp?: string;
}

const HOSTS = "one or more host names, each once: 'shop.example' or ['shop.example', …]";

const TEXT = like(HOSTS, (value) => typeof value === 'string');

/** What `exposeAt` takes. */
export const EXPOSURE = fields<ExposureOptions & { hosts: string | readonly string[] }>({
  hosts: checked<string | readonly string[]>(either([TEXT, list(TEXT)], HOSTS), (hosts) =>
    findAllHostProblems([hosts].flat()),
  ),
  serviceType: optional(choice(['ClusterIP', 'NodePort'])),
  targets: optional(choice(['pods', 'nodes'])),
  tlsSecret: optional(text(subdomain.expected, subdomain.fits)),
  common: optional(checked<readonly string[]>(list(TEXT), findAllHostProblems)),
  healthPath: optional(text('an absolute path, such as /healthz/ready', (path) => path.startsWith('/'))),
  port: optional(text("the name of one of the component's ports", portName.fits)),
  paths: optional(PATHS),
  plainHttp: optional(text('a reason, as a sentence')),
  backendTls: optional(
    fields<BackendTls>(
      {
        hostname: text(subdomain.expected, subdomain.fits),
        ca: either(
          [
            choice(['system']),
            fields<TrustedMap>({
              configMap: text(subdomain.expected, subdomain.fits),
              madeBy: optional(text('who makes it, as a sentence')),
            }),
          ],
          "'system', or { configMap: 'web-ca' }",
        ),
      },
      "{ hostname: 'web.internal', ca: { configMap: 'web-ca' } }",
    ),
  ),
});

/** Of an empty one the exposure says more. */
function findAllHostProblems(hosts: readonly string[]): Problem[] {
  return hosts.flatMap((host) => (host === '' ? [] : findHostProblems(host)));
}
