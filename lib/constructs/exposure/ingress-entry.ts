// The Ingress of components that share hosts, with what the cluster's provider needs for TLS, health and draining.

import type { ApiObject } from 'cdk8s';
import type { Provider } from '../../model/cluster/provider';
import type {
  Exposure as Backend,
  BackendShape,
  Certificates,
  Exposed,
  IngressShape,
} from '../../model/exposure/exposed';
import type { Finding } from '../../model/finding/finding';
import { isProblem } from '../../model/finding/problem';
import { byPrecedence, ingressPath } from '../../model/platform/paths';
import { createObject, type IngressSpec } from '../tree/kinds';
import { annotate, type Beside } from './beside';
import { findChangedKeys, findShapeProblems } from './exposure-problems';
import { claimsOf, type Sharing } from './shared-hosts';

/** A component behind an Ingress. */
export interface BehindIngress extends Sharing {
  readonly backend: Backend;
  /** Name of the port behind its hosts. */
  readonly port: string;
  readonly plainHttp: string | undefined;
}

/** What an Ingress follows from, by now. */
export interface IngressInput {
  /** All that share its hosts, the one that it is called after first. */
  readonly sharing: readonly [BehindIngress, ...BehindIngress[]];
  /** The hosts that it serves. */
  readonly hosts: readonly string[];
  readonly secretName: string;
  /** Annotations besides those of the provider. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** The part of an exposure that is an Ingress, its own or that of another one. */
export class IngressEntry {
  private object: ApiObject | undefined;
  /** Whether anything of the component is served by an Ingress. */
  private isUsed = false;

  constructor(
    private readonly beside: Beside,
    private readonly provider: Provider,
    private readonly service: ApiObject,
    private readonly input: () => IngressInput,
  ) {}

  /** Has the Ingress, with the keys that follow from all that share it by now. */
  take(backend: Backend): void {
    const { scope, metadata } = this.beside;
    this.serve(backend);
    this.object ??= createObject(scope, 'ingress', 'Ingress', metadata, { spec: () => this.renderSpec() });
    const { annotations, objects = [] } = this.shape;
    for (const { apiVersion, kind, spec } of objects) {
      const now = () => this.shape.objects?.find((other) => other.kind === kind)?.spec ?? spec;
      this.beside.create({ apiVersion, kind, spec: now, ofIngress: true });
    }
    annotate(this.object, { ...annotations, ...this.input().annotations });
    annotate(this.service, this.backendShape(backend, true).serviceAnnotations);
  }

  /** Is behind the Ingress of another one from now on. */
  leave(backend: Backend): void {
    this.serve(backend);
    this.beside.scope.node.tryRemoveChild('ingress');
    this.beside.removeOfIngress();
    this.object = undefined;
    annotate(this.service, this.backendShape(backend, false).serviceAnnotations);
  }

  private serve(backend: Backend): void {
    if (this.isUsed) return;
    this.isUsed = true;
    for (const { apiVersion, kind, spec } of this.backendShape(backend, true).objects ?? []) {
      this.beside.create({ apiVersion, kind, spec: () => spec });
    }
  }

  private backendShape(backend: Backend, isFirst: boolean): BackendShape {
    return this.provider.backend?.(backend, isFirst) ?? {};
  }

  private get exposed(): Exposed {
    const [first, ...others] = this.input().sharing;
    const tls = [first, ...others].every(({ plainHttp }) => plainHttp === undefined);
    return { backends: [first.backend, ...others.map(({ backend }) => backend)], tls };
  }

  /** As of the first alone where it cannot be shared, which is a finding. */
  private get shape(): IngressShape {
    const { backends, tls } = this.exposed;
    const [shape, alone] = [
      this.provider.ingress({ backends, tls }),
      this.provider.ingress({ backends: [backends[0]], tls }),
    ];
    if (!isProblem(shape)) return shape;
    return isProblem(alone) ? { annotations: {}, certificates: 'secrets' } : alone;
  }

  /** Where the certificate is. */
  get certificates(): Certificates {
    return this.shape.certificates;
  }

  private renderSpec(): IngressSpec {
    const { className, certificates } = this.shape;
    const { hosts, sharing, secretName } = this.input();
    return {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(this.exposed.tls ? { tls: [{ hosts, ...(certificates === 'secrets' ? { secretName } : {}) }] } : {}),
      rules: hosts.map((host) => ({ host, http: { paths: pathsOf(sharing, host) } })),
    };
  }

  /** What is wrong once the chart is complete. */
  findProblems(backend: Backend): Finding[] {
    if (!this.isUsed) return [];
    const isFirst = this.object !== undefined;
    return [
      ...(this.object === undefined ? [] : findChangedKeys(this.object, this.shape.annotations)),
      ...findChangedKeys(this.service, this.backendShape(backend, isFirst).serviceAnnotations),
      ...(isFirst ? findShapeProblems(this.provider.ingress(this.exposed)) : []),
    ];
  }
}

type IngressPaths = NonNullable<NonNullable<IngressSpec['rules']>[number]['http']>['paths'];

function pathsOf(sharing: readonly BehindIngress[], host: string): IngressPaths {
  const claims = [...claimsOf(sharing, host)].sort(byPrecedence);
  return claims.map(({ path, by }) => ({
    ...ingressPath(path),
    backend: { service: { name: by.name, port: { name: by.port } } },
  }));
}
