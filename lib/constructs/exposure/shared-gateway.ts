// The shared Gateway of a cluster: a listener for each host that a route serves, open to the namespace of that route alone.

import { ApiObject, Lazy } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import { type GatewayApi, gatewayName } from '../../model/exposure/gateway-api';
import type { GatewayController, GatewayShape } from '../../model/exposure/gateway-controller';
import { reasonKey } from '../../model/manifest/annotations';
import { compareText } from '../../model/manifest/text';
import { NAMESPACE_NAME, podSecurityLabels } from '../../model/manifest/well-known';
import { type Destination, ENTRY, setEntry } from '../../model/platform/entries';
import { FinalChart } from '../tree/final-chart';
import { createObject, type GatewaySpec } from '../tree/kinds';
import { systemLabels } from '../tree/labels';
import { listenerName, REDIRECTING, renderRedirect } from './routes';

type Listener = GatewaySpec['listeners'][number];

/** A host that a route serves. */
export interface RoutedHost {
  readonly host: string;
  /** Namespace of the route, and of the Secret. */
  readonly namespace: string;
  readonly tls: boolean;
  /** Name of the TLS Secret. */
  readonly secretName: string;
  /** How long the Gateway must wait for an answer, in seconds. */
  readonly timeoutSeconds: number;
}

/** A construct with routes. */
export interface HasRoutes extends IConstruct {
  /** The hosts of its routes, once the chart is complete. */
  readonly routedHosts: readonly RoutedHost[];
}

const ID = 'gateway';

/** Without the Secret of a new host it is degraded, and that Secret may come with what waits for it. argo-cd docs, operator-manual/health. */
const NOT_WAITED_FOR = { 'argocd.argoproj.io/ignore-healthcheck': 'true' };

const hasRoutes = (construct: IConstruct): construct is HasRoutes => 'routedHosts' in construct;

/** The Gateway of one cluster, in a namespace of its own, which the platform team applies. */
export class SharedGateway extends FinalChart {
  /** Creates it below the scope of the cluster where it does not exist yet; with what redirects, once a host is served by HTTPS. */
  static ensure(scope: Construct, cluster: Cluster, home: boolean, gateway: Described, tls: boolean): void {
    const known = scope.node.tryFindChild(ID);
    const found = isSharedGateway(known) ? known : new SharedGateway(scope, cluster, home, gateway);
    if (tls) found.redirect();
  }

  private readonly api: GatewayApi;
  private readonly controller: GatewayController;

  private constructor(scope: Construct, cluster: Cluster, home: boolean, { api, controller }: Described) {
    const { name, namespace } = gatewayName(api);
    super(scope, ID, { namespace, disableResourceNameHashes: true, labels: systemLabels(ID) });
    this.api = api;
    this.controller = controller;
    const destination: Destination = { cluster: cluster.name, home, system: ID, environment: '', api: cluster };
    setEntry(this, ENTRY.destination, destination);
    setEntry(this, ENTRY.trace, cluster.trace);
    this.createNamespace(namespace, cluster);
    const { className, controllerName } = controller;
    if (controllerName !== undefined) {
      createObject(this, 'class', 'GatewayClass', { name: className }, { spec: { controllerName } });
    }
    const annotations = { ...NOT_WAITED_FOR, ...this.shape.annotations };
    const spec = () => this.renderSpec();
    this.own(createObject(this, 'object', 'Gateway', { name, annotations }, { spec }));
    for (const { apiVersion, kind } of this.shape.objects ?? []) {
      const late = () => this.shape.objects?.find((one) => one.kind === kind)?.spec;
      const metadata = { name };
      this.own(new ApiObject(this, kind, { apiVersion, kind, metadata, spec: Lazy.any({ produce: late }) }));
    }
  }

  /** Pod Security is as strict as the pods that the controller runs there allow. */
  private createNamespace(name: string, { kubernetes }: Cluster): void {
    const { podsBeside, name: controller } = this.controller;
    const pinned = (['enforce', 'warn', 'audit'] as const).map(podSecurityLabels).flatMap(({ level, version }) => [
      [level, podsBeside ?? 'restricted'],
      [version, `v${kubernetes}`],
    ]);
    const reason = `${controller} runs its proxies beside the Gateway`;
    const annotations = podsBeside === undefined ? {} : { [reasonKey('pod-security-label')]: reason };
    createObject(this, 'namespace', 'Namespace', { name, labels: Object.fromEntries(pinned), annotations }, {});
  }

  /** The platform team's: it has the hosts and certificates of all systems. */
  private own(object: ApiObject): void {
    setEntry(object, ENTRY.platformOwned, true);
  }

  private get redirects(): boolean {
    return this.node.tryFindChild('redirect') !== undefined;
  }

  private redirect(): void {
    if (this.redirects) return;
    const { entryPoints } = this.controller;
    const spec = renderRedirect(this.api, REDIRECTING, entryPoints ? {} : { port: this.ports.https });
    this.own(createObject(this, 'redirect', 'HTTPRoute', { name: 'to-https' }, { spec }));
  }

  private get hosts(): readonly RoutedHost[] {
    const all = (this.node.scope?.node.findAll() ?? []).filter(hasRoutes).flatMap(({ routedHosts }) => routedHosts);
    return [...all].sort((a, b) => compareText(a.host, b.host));
  }

  private get shape(): GatewayShape {
    const { hosts } = this;
    const timeoutSeconds = Math.max(0, ...hosts.map((host) => host.timeoutSeconds));
    const tls = hosts.some((host) => host.tls);
    const { api, ports } = this;
    return this.controller.gateway?.({ gateway: gatewayName(api), tls, ports, timeoutSeconds }) ?? {};
  }

  private renderSpec(): GatewaySpec {
    const { hosts, controller } = this;
    // components that share a host share its listener
    const each = [...new Map(hosts.map((host) => [listenerName(host.host, host.tls), host])).values()];
    const redirecting = { name: REDIRECTING, protocol: 'HTTP', port: this.ports.http, ...openTo({ from: 'Same' }) };
    return {
      gatewayClassName: controller.className,
      ...this.shape.spec,
      listeners: [...(this.redirects ? [redirecting] : []), ...each.map((host) => this.listener(host))],
    };
  }

  private get ports(): { readonly http: number; readonly https: number } {
    return this.api.ports ?? this.controller.ports;
  }

  private listener({ host, namespace, tls, secretName }: RoutedHost): Listener {
    const { certificates, tlsOptions } = this.controller;
    const secret = { group: '', kind: 'Secret', name: secretName, namespace };
    const byReference = certificates === 'secrets' ? { certificateRefs: [secret] } : undefined;
    const given = byReference ?? (tlsOptions === undefined ? undefined : { options: tlsOptions });
    return {
      name: listenerName(host, tls),
      hostname: host,
      protocol: tls ? 'HTTPS' : 'HTTP',
      port: tls ? this.ports.https : this.ports.http,
      ...(tls && given !== undefined ? { tls: { mode: 'Terminate', ...given } } : {}),
      ...openTo({ from: 'Selector', selector: { matchLabels: { [NAMESPACE_NAME]: namespace } } }),
    };
  }
}

/** Not by `instanceof`: in cdk8s every chart is an instance of every chart class. */
const isSharedGateway = (construct: IConstruct | undefined): construct is SharedGateway =>
  construct !== undefined && 'redirect' in construct;

/** A cluster's Gateway API, and what serves it. */
export interface Described {
  readonly api: GatewayApi;
  readonly controller: GatewayController;
}

type Namespaces = NonNullable<NonNullable<Listener['allowedRoutes']>['namespaces']>;

const openTo = (namespaces: Namespaces): Pick<Listener, 'allowedRoutes'> => ({ allowedRoutes: { namespaces } });
