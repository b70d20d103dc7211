// An exposure: the hosts of a component, served by an Ingress, by a route of the cluster's Gateway, or by both while they move.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { gatewayOf } from '../../model/cluster/provider';
import { type Balancer, findDrainProblems, findTimeoutProblems, timeoutFor } from '../../model/exposure/balancer';
import type { Exposure as Backend } from '../../model/exposure/exposed';
import { ENTRIES, type Entry, entriesOf } from '../../model/exposure/gateway-api';
import type { Routed } from '../../model/exposure/gateway-controller';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { Json } from '../../model/manifest/json';
import { type ExposedPath, WHOLE_HOST } from '../../model/platform/paths';
import { type AvailabilityOptions, LONGEST_REQUEST_SECONDS } from '../../model/pods/availability';
import type { NamedPort } from '../pod/ports';
import { System } from '../system/system';
import { checkLater, report } from '../tree/findings';
import { traceConstruct } from '../tree/trace';
import { annotate, Beside } from './beside';
import {
  type Certified,
  certifiedBy,
  certifiedGateway,
  createCertificate,
  findUnreadSecret,
  readsSecrets,
} from './certificate';
import { dnsAnnotations } from './dns';
import type { ExposureOptions } from './exposure-options';
import { exposureError, findAgreementProblems, findIngressProblems, findRedundantPaths } from './exposure-problems';
import { IngressEntry } from './ingress-entry';
import { RouteEntry } from './route-entry';
import type { Weighted } from './routes';
import { type HasRoutes, type RoutedHost, SharedGateway } from './shared-gateway';
import { hostsOf, SharedHosts, type Sharing } from './shared-hosts';

interface ExposureProps extends Omit<ExposureOptions, 'port'> {
  readonly healthPath: string;
  /** Whether the readiness probe asks there as well. */
  readonly asksAsReadiness: boolean;
  readonly port: NamedPort;
  /** What the chart says of it. */
  readonly availability: AvailabilityOptions;
  readonly service: ApiObject;
  readonly labels: Readonly<Record<string, string>>;
}

/** Id of its Certificate. */
const CERTIFICATE = 'certificate';

const SHARED = new SharedHosts<Exposure>();

/**
 * The exposure of one component, by its own Ingress or by one of several that share hosts, and by a route of its own where the cluster
 * serves hosts by a Gateway. Hosts may be added until the app is synthesized.
 */
export class Exposure extends Construct implements Sharing, HasRoutes {
  readonly hosts: string[] = [];
  private readonly props: ExposureProps;
  private readonly beside: Beside;
  private readonly ingress: IngressEntry;
  private readonly route: RouteEntry | undefined;

  constructor(scope: Construct, hosts: readonly string[], props: ExposureProps) {
    super(scope, 'exposure');
    traceConstruct(this);
    this.props = props;
    const { cluster } = System.of(this).target;
    this.beside = new Beside(this, { name: this.name, labels: props.labels });
    this.ingress = new IngressEntry(this.beside, cluster.provider, props.service, () => this.ingressInput);
    const { gatewayApi: api } = cluster;
    const controller = gatewayOf(cluster);
    if (api !== undefined && controller !== undefined) {
      this.route = new RouteEntry(this.beside, { api, controller }, () => this.routedInput);
    }
    this.addHosts([...hosts, ...this.common]);
    annotate(props.service, this.entryReason);
    if (props.targets === 'nodes' && props.serviceType === 'ClusterIP') {
      report(this, {
        rule: 'exposure-targets',
        severity: 'error',
        field: 'serviceType',
        value: 'ClusterIP',
        message: 'a ClusterIP Service has no node ports for a load balancer that targets nodes',
        expected: 'serviceType NodePort, or targets: pods',
      });
    }
    checkLater(this, () => [
      ...this.ingress.findProblems(this.backend),
      ...(this.route?.findProblems() ?? []),
      ...findUnreadSecret(this, this.certified),
      ...(this.servedBy('ingress').length === 0 ? [] : findIngressProblems(props.port, props.backendTls)),
      ...(this.sharing[0] === this ? findAgreementProblems(this.sharing) : []),
      ...findRedundantPaths(this, this.sharing),
      ...this.balancers.flatMap((balancer) => [
        ...findTimeoutProblems(balancer, props.availability.longestRequestSeconds),
        ...findDrainProblems(balancer, props.availability.preStopSeconds, this.targets),
      ]),
    ]);
  }

  /** Adds hosts to the same entries. Options belong to the first call; later ones are a finding. */
  addHosts(hosts: readonly string[], options: ExposureOptions = {}): void {
    if (Object.keys(options).length > 0) {
      const message = 'options on a second exposeAt of the same component, which has one entry and one Service';
      report(this, exposureError('exposure-options', message, 'options on the first exposeAt only'));
    }
    for (const host of hosts) {
      const isHost = typeof host === 'string' && host !== '';
      if (isHost && !this.hosts.includes(host)) this.addHost(host);
      else this.reportHosts(isHost ? `${host} is already exposed` : 'an empty host would match every host', host);
    }
    if (hosts.length === 0) this.reportHosts('the list of hosts is empty', []);
    const [first, ...others] = this.sharing;
    for (const other of others) other.follow();
    first.lead();
  }

  private addHost(host: string): void {
    this.hosts.push(host);
    const system = System.of(this);
    SHARED.add(system, host, this);
    const { cluster, home } = system.target;
    const { gatewayApi: api } = cluster;
    const controller = gatewayOf(cluster);
    if (api === undefined || controller === undefined || !this.entriesOf(host).includes('gateway')) return;
    const { scope } = system.node;
    if (scope === undefined || api.existing !== undefined) return;
    SharedGateway.ensure(scope as Construct, cluster, home, { api, controller }, this.props.plainHttp === undefined);
  }

  private entriesOf(host: string): readonly Entry[] {
    return entriesOf(System.of(this).target.cluster.gatewayApi, host);
  }

  /** Its own hosts that an entry serves. */
  private servedBy(entry: Entry): readonly string[] {
    return this.hosts.filter((host) => this.entriesOf(host).includes(entry));
  }

  /** What serves its hosts. */
  get entries(): readonly Entry[] {
    return ENTRIES.filter((entry) => this.servedBy(entry).length > 0);
  }

  /** What is in front of it. */
  get balancers(): readonly Balancer[] {
    const { cluster } = System.of(this).target;
    return this.entries.flatMap((entry) =>
      entry === 'ingress' ? cluster.provider.balancer : (gatewayOf(cluster)?.balancer ?? []),
    );
  }

  /** Hosts that other clusters serve too. */
  get common(): readonly string[] {
    return this.props.common ?? [];
  }

  /** Name of the port behind the hosts. */
  get port(): string {
    return this.props.port.name;
  }

  /** What the load balancer sends to. */
  get targets(): 'pods' | 'nodes' {
    return this.props.targets ?? 'pods';
  }

  /** Type of the Service behind it. */
  get serviceType(): 'ClusterIP' | 'NodePort' {
    return this.props.serviceType ?? (this.props.targets === 'nodes' ? 'NodePort' : 'ClusterIP');
  }

  /** Why its Service has node ports beside the entry: the caller said so. */
  private get entryReason(): Readonly<Record<string, string>> {
    if (this.serviceType !== 'NodePort') return {};
    const asked = this.targets === 'nodes' ? 'targets: nodes' : 'serviceType: NodePort';
    return { [ANNOTATION.entryReason]: `exposed with ${asked}` };
  }

  /** Name of the component. */
  get name(): string {
    return this.props.service.name;
  }

  get paths(): readonly ExposedPath[] {
    return this.props.paths ?? WHOLE_HOST;
  }

  /** What its port speaks. */
  get protocol(): NamedPort['protocol'] {
    return this.props.port.protocol;
  }

  /** All that share hosts with it, itself included; the first has the Ingress and the Secret. */
  private get sharing(): readonly [Exposure, ...Exposure[]] {
    return SHARED.with(System.of(this), this);
  }

  get backend(): Backend {
    return this.backendFor(System.of(this).target.cluster.provider.balancer);
  }

  private backendFor(balancer: Balancer): Backend {
    const { healthPath, asksAsReadiness, availability } = this.props;
    const { longestRequestSeconds: longest = LONGEST_REQUEST_SECONDS } = availability;
    const timeoutSeconds = timeoutFor(balancer, longest);
    return {
      name: this.name,
      targets: this.targets,
      healthPath,
      asksAsReadiness,
      drainSeconds: longest,
      timeoutSeconds,
    };
  }

  private get routed(): Routed {
    const { cluster } = System.of(this).target;
    const { balancer = cluster.provider.balancer } = gatewayOf(cluster) ?? {};
    return { ...this.backendFor(balancer), protocol: this.protocol === 'grpc' ? 'grpc' : 'http' };
  }

  /** Whether all that share its hosts are served by HTTPS. */
  private get tls(): boolean {
    return this.sharing.every(({ plainHttp }) => plainHttp === undefined);
  }

  private get ingressInput() {
    const { sharing, secretName } = this;
    const hosts = hostsOf(sharing).filter((host) => this.entriesOf(host).includes('ingress'));
    return { sharing, hosts, secretName, annotations: { ...this.dns('ingress', hosts), ...this.reason } };
  }

  private get routedInput() {
    const { routed, paths, tls, port, props } = this;
    const hosts = this.servedBy('gateway');
    const backends: readonly Weighted[] = [{ name: this.name, port: props.port.servicePort, weight: 1 }];
    const annotations = { ...this.dns('gateway', hosts), ...this.reason };
    const redirected = this.redirected;
    const withoutRecords = this.dns('gateway', redirected, redirected);
    const { backendTls } = props;
    return {
      routed,
      hosts,
      paths,
      tls,
      backends,
      port,
      secretName: this.grantedSecret,
      redirected,
      backendTls,
      annotations,
      withoutRecords,
    };
  }

  /** The hosts that it redirects to HTTPS for all that share them, on a Gateway of others. */
  private get redirected(): readonly string[] {
    const { sharing } = this;
    if (!this.tls || sharing[0] !== this) return [];
    return hostsOf(sharing).filter((host) => this.entriesOf(host).includes('gateway'));
  }

  /** The Secret that our Gateway may read, where this component has it for all that share its hosts. */
  private get grantedSecret(): string | undefined {
    const isRead = readsSecrets(this.certifiedGateway);
    return isRead && this.tls && this.sharing[0] === this ? this.secretName : undefined;
  }

  /** What serves the hosts that it shares, and where their certificates are. */
  private get certified(): readonly Certified[] {
    const { cluster } = System.of(this).target;
    const hasIngress = this.ingressInput.hosts.length > 0;
    const ofIngress = hasIngress ? [certifiedBy(cluster.provider.balancer.name, this.ingress.certificates)] : [];
    return [...ofIngress, ...this.certifiedGateway];
  }

  /** One, where a route serves any of them. */
  private get certifiedGateway(): readonly Certified[] {
    const { cluster } = System.of(this).target;
    const controller = this.isRouted ? gatewayOf(cluster) : undefined;
    return controller === undefined ? [] : [certifiedGateway(controller, cluster.gatewayApi?.existing)];
  }

  /** Its hosts on the shared Gateway. */
  get routedHosts(): readonly RoutedHost[] {
    const { tls, secretName } = this;
    const { namespace = '' } = System.of(this);
    const { timeoutSeconds } = this.routed;
    return this.servedBy('gateway').map((host) => ({ host, namespace, tls, secretName, timeoutSeconds }));
  }

  /** Has the Ingress and the certificate of all that share its hosts, and a route of its own. */
  private lead(): void {
    if (this.ingressInput.hosts.length > 0) this.ingress.take(this.backend);
    this.takeCertificate();
    this.takeRoute();
  }

  /** Is behind the Ingress of another one, with the certificate of that one. */
  private follow(): void {
    if (this.ingressInput.hosts.length > 0) this.ingress.leave(this.backend);
    this.node.tryRemoveChild(CERTIFICATE);
    this.takeRoute();
  }

  /** Whether a route serves any of the hosts that it shares. */
  private get isRouted(): boolean {
    return this.sharing.some((one) => one.servedBy('gateway').length > 0);
  }

  private takeRoute(): void {
    if (this.isRouted) this.route?.take();
  }

  /** Has cert-manager make the TLS Secret, where the hosts have one and no one says that it is made elsewhere. */
  private takeCertificate(): void {
    const { issuer } = System.of(this).target.cluster;
    const isGiven = this.sharing.some(({ tlsSecret }) => tlsSecret !== undefined);
    const isWanted = this.tls && readsSecrets(this.certified) && !isGiven;
    if (!isWanted) this.node.tryRemoveChild(CERTIFICATE);
    if (!isWanted || issuer === undefined || this.node.tryFindChild(CERTIFICATE) !== undefined) return;
    const { secretName } = this;
    const metadata = { name: this.name, labels: this.props.labels };
    createCertificate(this, CERTIFICATE, metadata, issuer, () => ({ hosts: hostsOf(this.sharing), secretName }));
  }

  private get secretName(): string {
    const [first] = this.sharing;
    const [secretName = `${first.name}-tls`] = this.sharing.flatMap(({ tlsSecret }) => tlsSecret ?? []);
    return secretName;
  }

  /** @param elsewhere hosts whose records lead to another object */
  private dns(
    entry: Entry,
    hosts: readonly string[],
    elsewhere: readonly string[] = hosts.filter((host) => this.entriesOf(host)[0] !== entry),
  ): Readonly<Record<string, string>> {
    const { cluster, share } = System.of(this).target;
    const common = [...new Set(this.sharing.flatMap((one) => one.common))].filter((host) => hosts.includes(host));
    const { healthPath } = this.props;
    return dnsAnnotations(cluster, entry, { hosts, elsewhere, common, share, healthPath });
  }

  /** Name of its TLS Secret, as the chart says. */
  get tlsSecret(): string | undefined {
    return this.props.tlsSecret;
  }

  /** Why it answers by HTTP alone, if it does. */
  get plainHttp(): string | undefined {
    return this.props.plainHttp;
  }

  private get reason(): Readonly<Record<string, string>> {
    const [reason] = this.sharing.flatMap(({ plainHttp }) => plainHttp ?? []);
    return reason === undefined ? {} : { [ANNOTATION.plainHttp]: reason };
  }

  private reportHosts(message: string, value: Json): void {
    report(this, exposureError('exposure-hosts', message, 'one or more host names, each once', value));
  }
}
