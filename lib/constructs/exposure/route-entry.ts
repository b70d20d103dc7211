// The route of one component to the shared Gateway: HTTPRoute or GRPCRoute, the right to its Secret, and the controller's policies.

import type { ApiObject } from 'cdk8s';
import { BACKEND_TLS_SINCE, bundleOf, gatewayName, isSince } from '../../model/exposure/gateway-api';
import type { Routed } from '../../model/exposure/gateway-controller';
import { type Finding, findingOf } from '../../model/finding/finding';
import { reasonKey } from '../../model/manifest/annotations';
import type { ExposedPath } from '../../model/platform/paths';
import { createObject } from '../tree/kinds';
import { annotate, type Beside } from './beside';
import type { BackendTls } from './exposure-options';
import { findChangedKeys } from './exposure-problems';
import { type RouteInput, renderGrpcRoute, renderHttpRoute, renderRedirect, type Weighted } from './routes';
import type { Described } from './shared-gateway';

const GROUP = 'gateway.networking.k8s.io';

/** What a route follows from, by now. */
export interface RoutedInput {
  readonly routed: Routed;
  /** The hosts that it serves. */
  readonly hosts: readonly string[];
  readonly paths: readonly ExposedPath[];
  readonly tls: boolean;
  readonly backends: readonly Weighted[];
  /** The Secret of its hosts, where the Gateway refers to it and this component has it. */
  readonly secretName: string | undefined;
  /** Hosts of all that share hosts with it, where this component redirects them to HTTPS; none where another one does. */
  readonly redirected: readonly string[];
  readonly backendTls: BackendTls | undefined;
  /** Name of the Service's port behind it. */
  readonly port: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of a route that only redirects: its hosts have their records elsewhere. */
  readonly withoutRecords: Readonly<Record<string, string>>;
}

/** The part of an exposure that is a route. */
export class RouteEntry {
  private route: ApiObject | undefined;

  constructor(
    private readonly beside: Beside,
    private readonly gateway: Described,
    private readonly input: () => RoutedInput,
  ) {}

  /** Has the route of its hosts, if there are any, and what all that share them need once. */
  take(): void {
    if (this.input().hosts.length > 0) this.takeOwn();
    this.takeGrant();
    this.takeRedirect();
  }

  private takeOwn(): void {
    const { scope, metadata } = this.beside;
    const { routed, annotations, backendTls } = this.input();
    this.route ??=
      routed.protocol === 'grpc'
        ? createObject(scope, 'route', 'GRPCRoute', metadata, { spec: () => renderGrpcRoute(this.routeInput) })
        : createObject(scope, 'route', 'HTTPRoute', metadata, { spec: () => this.httpRoute });
    annotate(this.route, annotations);
    for (const { apiVersion, kind, spec } of this.policies) {
      const now = () => this.policies.find((other) => other.kind === kind && other.apiVersion === apiVersion)?.spec;
      this.beside.create({ apiVersion, kind, spec: () => now() ?? spec });
    }
    if (backendTls !== undefined && this.servesBackendTls) this.encrypt(backendTls);
  }

  private get servesBackendTls(): boolean {
    return isSince(bundleOf(this.gateway.api), BACKEND_TLS_SINCE);
  }

  private get policies() {
    return this.gateway.controller.backend?.(this.input().routed).objects ?? [];
  }

  private get routeInput(): RouteInput {
    const { hosts, tls, backends } = this.input();
    return { api: this.gateway.api, hosts, tls, backends };
  }

  private get httpRoute() {
    const { paths, routed } = this.input();
    const holds = this.gateway.controller.supports.has('timeouts');
    return renderHttpRoute(this.routeInput, paths, holds ? routed.timeoutSeconds : undefined);
  }

  /** Lets our Gateway, which is in another namespace, read the Secret of the hosts. */
  private takeGrant(): void {
    const { scope, metadata } = this.beside;
    const id = 'reference-grant';
    if (this.input().secretName === undefined) scope.node.tryRemoveChild(id);
    if (this.input().secretName === undefined || scope.node.tryFindChild(id) !== undefined) return;
    const { namespace } = gatewayName(this.gateway.api);
    createObject(scope, id, 'ReferenceGrant', metadata, {
      spec: () => ({
        from: [{ group: GROUP, kind: 'Gateway', namespace }],
        to: [{ group: '', kind: 'Secret', name: this.input().secretName ?? '' }],
      }),
    });
  }

  /** On a Gateway of others one of those that share hosts redirects; on ours, one route does so for all. */
  private takeRedirect(): void {
    const { scope, metadata } = this.beside;
    const { api } = this.gateway;
    const section = api.existing?.http;
    const id = 'redirect';
    const isWanted = this.input().redirected.length > 0;
    if (!isWanted) scope.node.tryRemoveChild(id);
    if (section === undefined || !isWanted || scope.node.tryFindChild(id) !== undefined) return;
    const name = `${metadata.name}-to-https`;
    // the port of that Gateway is its owner's, and unknown here
    const spec = () => renderRedirect(api, section, { hosts: this.input().redirected });
    annotate(createObject(scope, id, 'HTTPRoute', { ...metadata, name }, { spec }), this.input().withoutRecords);
  }

  private encrypt({ hostname, ca }: BackendTls): void {
    const { scope, metadata } = this.beside;
    if (scope.node.tryFindChild('backend-tls') !== undefined) return;
    const trusted =
      ca === 'system'
        ? { wellKnownCACertificates: 'System' as const }
        : { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: ca.configMap }] };
    const maker = ca === 'system' ? undefined : ca.madeBy;
    const annotations = maker === undefined ? {} : { [reasonKey('reference-exists')]: maker };
    createObject(
      scope,
      'backend-tls',
      'BackendTLSPolicy',
      { ...metadata, annotations },
      {
        spec: () => ({
          targetRefs: this.input().backends.map(({ name }) => ({
            group: '',
            kind: 'Service',
            name,
            sectionName: this.input().port,
          })),
          validation: { hostname, ...trusted },
        }),
      },
    );
  }

  /** What is wrong once the chart is complete. */
  findProblems(): Finding[] {
    const { route } = this;
    if (route === undefined) return [];
    return [...this.findMissing(), ...findChangedKeys(route, this.input().annotations)];
  }

  private findMissing(): Finding[] {
    const { api, controller } = this.gateway;
    const { name, supports, documentedIn } = controller;
    const { routed, backendTls, paths, tls } = this.input();
    const found: Finding[] = [];
    const add = (field: string, message: string, expected: string) =>
      found.push(findingOf('exposure-gateway', { field: `exposeAt.${field}`, message, expected }));
    if (routed.protocol === 'grpc' && !supports.has('grpc')) {
      add('port', `${name} does not serve GRPCRoutes`, `a port that speaks http (${documentedIn})`);
    }
    if (routed.protocol === 'grpc' && !(paths.length === 1 && paths[0] === '/')) {
      add('paths', 'calls of gRPC have services and methods, and no paths', 'no paths: the whole host');
    }
    if (routed.targets === 'nodes' && controller.sendsToNodes === undefined) {
      add('targets', `${name} sends to pods, not to node ports`, "no targets, or targets: 'pods'");
    }
    if (backendTls !== undefined && routed.protocol === 'grpc') {
      add('backendTls', 'the Service of a port that speaks gRPC says that it does so in the clear', 'no backendTls');
    } else if (backendTls !== undefined && !supports.has('backend-tls')) {
      add('backendTls', `${name} does not hold a BackendTLSPolicy`, `no backendTls (${documentedIn})`);
    } else if (backendTls !== undefined && !this.servesBackendTls) {
      const message = `bundle ${bundleOf(api)} has no BackendTLSPolicy in its standard channel`;
      add('backendTls', message, `gatewayApi.bundle: '${BACKEND_TLS_SINCE}' of the cluster, once it serves it`);
    }
    if (!tls && api.existing !== undefined && api.existing.http === undefined) {
      const message = `nothing is known of a listener for HTTP on Gateway ${api.existing.name}`;
      add('plainHttp', message, 'gatewayApi.existing.http: its name');
    }
    return found;
  }
}
