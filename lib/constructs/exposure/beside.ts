// Objects of the provider's own kinds beside an Ingress or a route, each once, named like the component.

import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ProviderObject } from '../../model/exposure/exposed';
import type { JsonObject } from '../../model/manifest/json';
import type { Metadata } from '../tree/kinds';

/** An object, whose content is known once the chart is complete. */
interface BesideObject extends Omit<ProviderObject, 'spec'> {
  readonly spec: () => JsonObject;
  /** Whether it goes with the Ingress. */
  readonly ofIngress?: true;
}

/** The objects beside the entries of one component. */
export class Beside {
  private readonly known = new Map<string, BesideObject>();

  constructor(
    readonly scope: Construct,
    readonly metadata: Metadata,
  ) {}

  /** Creates an object, unless the other entry has it already. */
  create(object: BesideObject): void {
    const { apiVersion, kind, spec } = object;
    const key = `${apiVersion}/${kind}`;
    if (this.known.has(key)) return;
    this.known.set(key, object);
    const id = this.scope.node.tryFindChild(kind) === undefined ? kind : key.replaceAll('/', '-');
    const metadata = { ...this.metadata, labels: { ...this.metadata.labels } };
    new ApiObject(this.scope, id, { apiVersion, kind, metadata, spec: Lazy.any({ produce: spec }) });
  }

  /** Removes what goes with the Ingress. */
  removeOfIngress(): void {
    for (const [key, { kind, ofIngress }] of this.known) {
      if (ofIngress === undefined) continue;
      this.scope.node.tryRemoveChild(kind);
      this.known.delete(key);
    }
  }
}

/** Adds annotations to an object. */
export function annotate({ metadata }: ApiObject, annotations: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(annotations)) metadata.addAnnotation(key, value);
}
