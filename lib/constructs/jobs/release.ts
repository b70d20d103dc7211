// The order of a release with a migration: what the migration needs comes before it, and what waits for it after it.

import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { isJsonObject, type Json } from '../../model/manifest/json';
import type { Phase } from '../../model/platform/entries';
import { Component } from '../component/component';
import type { System } from '../system/system';

/** What comes before the migration besides its needs, and what waits for it. */
interface Neighbours {
  readonly before?: readonly IConstruct[];
  readonly after: readonly IConstruct[];
}

/**
 * Kinds that only pods of others depend on: they may come early, since pods of the release before do not notice them. A policy that
 * came late would deny new traffic to old and new pods.
 */
const EARLY = new Set([
  'ConfigMap',
  'ExternalSecret',
  'LimitRange',
  'NetworkPolicy',
  'SealedSecret',
  'Secret',
  'SecretProviderClass',
  'SecretStore',
  'Service',
  'ServiceAccount',
]);

/**
 * Kinds that are healthy only once something outside has happened, such as an address: before the migration they would hold it up, where
 * a wave is awaited. Source: gitops-engine, pkg/health.
 */
const SLOW = new Set(['Certificate', 'GRPCRoute', 'Gateway', 'HTTPRoute', 'Ingress']);

/** Not healthy before its first pod: Argo CD and Flux would wait for it for ever where its pod comes later. */
const CLAIM = 'PersistentVolumeClaim';

/** How a resource names the Secret that it makes, where not after itself. */
const MADE_BY: Readonly<Record<string, readonly string[]>> = {
  Secret: [],
  SealedSecret: [],
  ExternalSecret: ['spec', 'target', 'name'],
  Certificate: ['spec', 'secretName'],
};

/** The phases of the objects of one system, for one migration. */
export class Release {
  private found?: { readonly needed: ReadonlySet<object>; readonly claims: ReadonlySet<string> };

  constructor(
    private readonly system: System<unknown>,
    private readonly migration: IConstruct,
    private readonly neighbours: Neighbours,
  ) {}

  /** Whether the migration needs the construct. Asked when the chart is complete. */
  isNeeded(construct: IConstruct): boolean {
    return this.isIn(construct.node.scopes);
  }

  private isIn(scopes: readonly object[]): boolean {
    return scopes.some((scope) => this.needs.needed.has(scope));
  }

  phaseOf(scopes: readonly object[], kind: string): Phase | undefined {
    const construct = scopes.at(-1);
    if (scopes.includes(this.migration)) return kind === 'Job' ? 'migration' : 'before';
    if (kind === CLAIM && ApiObject.isApiObject(construct)) return this.phaseOfClaim(construct.name, scopes);
    if (this.isIn(scopes)) return 'before';
    if (SLOW.has(kind)) return 'after';
    return !EARLY.has(kind) && this.waits(scopes) ? 'after' : undefined;
  }

  private waits(scopes: readonly object[]): boolean {
    const { before } = this.neighbours;
    return before === undefined || before.some((one) => scopes.includes(one));
  }

  /** With its first pod. */
  private phaseOfClaim(name: string, scopes: readonly object[]): Phase | undefined {
    if (this.needs.claims.has(name)) return 'migration';
    const users = objectsBelow(this.system).filter((one) => namesIn(one.toJson(), 'claimName').has(name));
    if ([scopes, ...users.map(({ node }) => node.scopes)].some((one) => this.isIn(one))) return 'before';
    return users.every(({ node }) => this.waits(node.scopes)) ? 'after' : undefined;
  }

  /** The constructs that it needs: what it connects to, and what makes the Secrets, claims and ConfigMaps that it names. */
  private get needs(): NonNullable<Release['found']> {
    if (this.found !== undefined) return this.found;
    const needed = new Set<IConstruct>();
    const all = objectsBelow(this.system);
    const own = new Set(objectsBelow(this.migration).flatMap((one) => [...namesIn(one.toJson(), 'claimName')]));
    const add = (one: IConstruct): void => {
      if (needed.has(one)) return;
      needed.add(one);
      if (one instanceof Component) for (const next of one.connectedTo) add(next);
      const named = objectsBelow(one).map((object) => JSON.stringify(object.toJson()));
      for (const object of all.filter(({ kind }) => Object.hasOwn(MADE_BY, kind) || kind === 'ConfigMap')) {
        const name = JSON.stringify(madeBy(object));
        if (!needed.has(object) && !one.node.findAll().includes(object) && named.some((text) => names(text, name)))
          add(object);
      }
    };
    add(this.migration);
    for (const one of this.neighbours.after) add(one);
    if ([...needed].some((one) => ApiObject.isApiObject(one) && one.kind === 'ExternalSecret'))
      for (const store of all.filter(({ kind }) => kind === 'SecretStore')) add(store);
    this.found = { needed, claims: own };
    return this.found;
  }
}

const objectsBelow = (construct: IConstruct): ApiObject[] =>
  construct.node.findAll().filter((one): one is ApiObject => ApiObject.isApiObject(one));

/** Whether an object names a Secret or a ConfigMap, as JSON: in a volume, in a variable, to pull images. */
function names(text: string, name: string): boolean {
  return [`"secretName":${name}`, `"name":${name}`].some((place) => text.includes(place));
}

function namesIn(json: unknown, key: string): Set<string> {
  const found = JSON.stringify(json).matchAll(new RegExp(`"${key}":"([^"]+)"`, 'g'));
  return new Set([...found].map(([, name = '']) => name));
}

/** Name of the Secret that an object makes, or its own. */
function madeBy(object: ApiObject): string {
  const path = MADE_BY[object.kind] ?? [];
  let at: Json | undefined = object.toJson() as Json;
  for (const key of path) at = isJsonObject(at) ? at[key] : undefined;
  return path.length > 0 && typeof at === 'string' ? at : object.name;
}
