// An exposure: an Ingress for the hosts of a component, with what the cluster's provider needs for TLS, health and draining.

import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { findDrainProblems, findTimeoutProblems, timeoutFor } from '../../model/exposure/balancer';
import type {
  Exposure as Backend,
  BackendShape,
  Exposed,
  IngressShape,
  ProviderObject,
} from '../../model/exposure/exposed';
import type { Finding } from '../../model/finding/finding';
import { isProblem } from '../../model/finding/problem';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import { byPrecedence, type ExposedPath, ingressPath, WHOLE_HOST } from '../../model/platform/paths';
import { type AvailabilityOptions, LONGEST_REQUEST_SECONDS } from '../../model/pods/availability';
import { System } from '../system/system';
import { checkLater, report } from '../tree/findings';
import { createObject, type IngressSpec } from '../tree/kinds';
import { traceConstruct } from '../tree/trace';
import { createCertificate } from './certificate';
import { dnsAnnotations } from './dns';
import type { ExposureOptions } from './exposure-options';
import { exposureError, findChangedKeys, findRedundantPaths, findSharingProblems } from './exposure-problems';
import { claimsOf, hostsOf, SharedHosts, type Sharing } from './shared-hosts';

interface ExposureProps extends ExposureOptions {
  readonly healthPath: string;
  /** Whether the readiness probe asks there as well. */
  readonly asksAsReadiness: boolean;
  readonly port: string;
  /** What the chart says of it. */
  readonly availability: AvailabilityOptions;
  readonly service: ApiObject;
  readonly labels: Readonly<Record<string, string>>;
}

/** Id of its Certificate. */
const CERTIFICATE = 'certificate';

const SHARED = new SharedHosts<Exposure>();

/** The exposure of one component, by its own Ingress or by one of several that share hosts. Hosts may be added until the app is synthesized. */
export class Exposure extends Construct implements Sharing {
  readonly hosts: string[] = [];
  private readonly props: ExposureProps;
  private ingress: ApiObject | undefined;
  /** What the provider needs beside the Ingress. */
  private readonly beside = new Set<string>();

  constructor(scope: Construct, hosts: readonly string[], props: ExposureProps) {
    super(scope, 'exposure');
    traceConstruct(this);
    this.props = props;
    const { balancer } = this.provider;
    for (const object of this.backendShape(true).objects ?? []) this.createBeside(object, () => object.spec);
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
      ...this.changedKeys,
      ...(this.ingress === undefined ? [] : findSharingProblems(this.sharing, this.provider.ingress(this.exposed))),
      ...findRedundantPaths(this, this.sharing),
      ...findTimeoutProblems(balancer, props.availability.longestRequestSeconds),
      ...findDrainProblems(balancer, props.availability.preStopSeconds, this.targets),
    ]);
  }

  /** Adds hosts to the same Ingress. Options belong to the first call; later ones are a finding. */
  addHosts(hosts: readonly string[], options: ExposureOptions = {}): void {
    if (Object.keys(options).length > 0) {
      const message = 'options on a second exposeAt of the same component, which has one Ingress and one Service';
      report(this, exposureError('exposure-options', message, 'options on the first exposeAt only'));
    }
    for (const host of hosts) {
      const isHost = typeof host === 'string' && host !== '';
      if (isHost && !this.hosts.includes(host)) this.addHost(host);
      else this.reportHosts(isHost ? `${host} is already exposed` : 'an empty host would match every host', host);
    }
    if (hosts.length === 0) this.reportHosts('the list of hosts is empty', []);
    const [first, ...others] = this.sharing;
    for (const other of others) other.leaveIngress();
    first.takeIngress();
  }

  private addHost(host: string): void {
    this.hosts.push(host);
    SHARED.add(System.of(this), host, this);
  }

  /** Hosts that other clusters serve too. */
  get common(): readonly string[] {
    return this.props.common ?? [];
  }

  /** Name of the port behind the hosts. */
  get port(): string {
    return this.props.port;
  }

  /** What the load balancer sends to. */
  get targets(): 'pods' | 'nodes' {
    return this.props.targets ?? 'pods';
  }

  /** Type of the Service behind it. */
  get serviceType(): 'ClusterIP' | 'NodePort' {
    return this.props.serviceType ?? (this.props.targets === 'nodes' ? 'NodePort' : 'ClusterIP');
  }

  /** Why its Service has node ports beside the Ingress: the caller said so. */
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

  private get provider() {
    return System.of(this).target.cluster.provider;
  }

  /** All that share hosts with it, itself included; the first has the Ingress. */
  private get sharing(): readonly [Exposure, ...Exposure[]] {
    return SHARED.with(System.of(this), this);
  }

  private get backend(): Backend {
    const { healthPath, asksAsReadiness, availability } = this.props;
    const { longestRequestSeconds: longest = LONGEST_REQUEST_SECONDS } = availability;
    return {
      name: this.name,
      targets: this.targets,
      healthPath,
      asksAsReadiness,
      drainSeconds: longest,
      timeoutSeconds: timeoutFor(this.provider.balancer, longest),
    };
  }

  private backendShape(isFirst: boolean): BackendShape {
    return this.provider.backend?.(this.backend, isFirst) ?? {};
  }

  private get exposed(): Exposed {
    const [first, ...others] = this.sharing;
    const tls = this.sharing.every(({ plainHttp }) => plainHttp === undefined);
    return { backends: [first.backend, ...others.map(({ backend }) => backend)], tls };
  }

  /** As of it alone where it cannot be shared, which is a finding. */
  private get shape(): IngressShape {
    const { backends, tls } = this.exposed;
    const [shape, alone] = [
      this.provider.ingress({ backends, tls }),
      this.provider.ingress({ backends: [this.backend], tls }),
    ];
    if (!isProblem(shape)) return shape;
    return isProblem(alone) ? { annotations: {}, certificateFromSecret: true } : alone;
  }

  /** Has the Ingress, with the keys that follow from all that share it by now. */
  private takeIngress(): void {
    const metadata = { name: this.name, labels: this.props.labels };
    this.ingress ??= createObject(this, 'ingress', 'Ingress', metadata, { spec: () => this.renderSpec() });
    this.takeCertificate(metadata);
    const { annotations, objects = [] } = this.shape;
    for (const { kind, ...object } of objects) {
      if (this.beside.has(kind)) continue;
      const now = () => this.shape.objects?.find((other) => other.kind === kind)?.spec ?? object.spec;
      this.createBeside({ kind, ...object }, now);
      this.beside.add(kind);
    }
    annotate(this.ingress, { ...annotations, ...this.dns, ...this.reason });
    annotate(this.props.service, this.backendShape(true).serviceAnnotations);
  }

  /** Has cert-manager make the TLS Secret, where the hosts have one and no one says that it is made elsewhere. */
  private takeCertificate(metadata: { readonly name: string; readonly labels: ExposureProps['labels'] }): void {
    const { issuer } = System.of(this).target.cluster;
    const isGiven = this.sharing.some(({ tlsSecret }) => tlsSecret !== undefined);
    const isWanted = this.exposed.tls && this.shape.certificateFromSecret && !isGiven;
    if (!isWanted) this.node.tryRemoveChild(CERTIFICATE);
    if (!isWanted || issuer === undefined || this.node.tryFindChild(CERTIFICATE) !== undefined) return;
    const { secretName } = this;
    createCertificate(this, CERTIFICATE, metadata, issuer, () => ({ hosts: hostsOf(this.sharing), secretName }));
  }

  private get secretName(): string {
    const [secretName = `${this.name}-tls`] = this.sharing.flatMap(({ tlsSecret }) => tlsSecret ?? []);
    return secretName;
  }

  /** Is behind the Ingress of another one from now on. */
  private leaveIngress(): void {
    for (const id of ['ingress', CERTIFICATE, ...this.beside]) this.node.tryRemoveChild(id);
    this.beside.clear();
    this.ingress = undefined;
    annotate(this.props.service, this.backendShape(false).serviceAnnotations);
  }

  private createBeside({ apiVersion, kind }: ProviderObject, spec: () => JsonObject): void {
    const metadata = { name: this.name, labels: { ...this.props.labels } };
    new ApiObject(this, kind, { apiVersion, kind, metadata, spec: Lazy.any({ produce: spec }) });
  }

  private get dns(): Readonly<Record<string, string>> {
    const { cluster, share } = System.of(this).target;
    const common = [...new Set(this.sharing.flatMap(({ common }) => common))];
    return dnsAnnotations(cluster, { hosts: hostsOf(this.sharing), common, share, healthPath: this.props.healthPath });
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

  private renderSpec(): IngressSpec {
    const { className, certificateFromSecret } = this.shape;
    const hosts = hostsOf(this.sharing);
    const { secretName } = this;
    return {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(this.exposed.tls ? { tls: [{ hosts, ...(certificateFromSecret ? { secretName } : {}) }] } : {}),
      rules: hosts.map((host) => {
        const claims = [...claimsOf(this.sharing, host)].sort(byPrecedence);
        const paths = claims.map(({ path, by }) => {
          const backend = { service: { name: by.name, port: { name: by.port } } };
          return { ...ingressPath(path), backend };
        });
        return { host, http: { paths } };
      }),
    };
  }

  /** Annotations overwrite each other silently, and a load balancer that loses a key may lose requests. Overrides are explicit. */
  private get changedKeys(): Finding[] {
    const isFirst = this.ingress !== undefined;
    return [
      ...(this.ingress === undefined ? [] : findChangedKeys(this.ingress, this.shape.annotations)),
      ...findChangedKeys(this.props.service, this.backendShape(isFirst).serviceAnnotations),
    ];
  }

  private reportHosts(message: string, value: Json): void {
    report(this, exposureError('exposure-hosts', message, 'one or more host names, each once', value));
  }
}

function annotate({ metadata }: ApiObject, annotations: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(annotations)) metadata.addAnnotation(key, value);
}
