// Roles as rules: those that the app writes, those built into Kubernetes, and those that a controller aggregates.
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { builtInRoles } from '../../model/platform/built-in-roles';
import { memoizePerObjects, objectIndex, placeOf } from '../objects/object-index';
import { dig, list, places, text } from '../objects/read-json';
import { matches } from '../objects/selectors';

const GROUP = 'rbac.authorization.k8s.io';

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly groups: readonly string[];
  /** Plurals, with the subresource behind a slash. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Empty where it holds for all. */
  readonly names: readonly string[];
  /** Paths outside of resources, such as `/metrics`. */
  readonly urls: readonly string[];
}

/** What a role allows, as far as it is known here. */
export interface RoleRules {
  readonly rules: readonly PolicyRule[];
  /** Whether ClusterRoles that the app does not write may add to it, by aggregation. */
  readonly open: boolean;
}

/** The rules of the role that a binding names; `undefined` where neither the app nor Kubernetes defines it. */
export function rulesOfBinding(
  entries: readonly ApiEntry[],
  { cluster, identity, manifest }: ApiEntry,
): RoleRules | undefined {
  const ref = dig(manifest, 'roleRef');
  const name = text(ref?.name) ?? '';
  const key = ref?.kind === 'ClusterRole' ? keyOf(name) : keyOf(name, identity.namespace ?? '');
  return rolesOf(entries).get(cluster)?.find(key);
}

/** A ClusterRole has no namespace. */
const keyOf = (name: string, namespace?: string): string =>
  namespace === undefined ? name : placeOf(name, `/${namespace}`);

/** Kubernetes restores a built-in role at each start, unless this annotation is `false`. */
const RESTORED = 'rbac.authorization.kubernetes.io/autoupdate';

/** The roles of a cluster, each with the manifests that make it: a role of the app may extend one that is built in. */
class Roles {
  private readonly roles = new Map<string, JsonObject[]>();
  private readonly clusterRoles = new Map<string, JsonObject[]>();
  private readonly known = new Map<string, RoleRules | undefined>();

  constructor() {
    for (const manifest of builtInRoles()) {
      const metadata = dig(manifest, 'metadata');
      this.add(text(metadata?.name) ?? '', text(metadata?.namespace), manifest);
    }
  }

  add(name: string, namespace: string | undefined, manifest: JsonObject): void {
    const key = keyOf(name, namespace);
    const replaces = dig(manifest, 'metadata', 'annotations')?.[RESTORED] === 'false';
    const made = [...(replaces ? [] : (this.roles.get(key) ?? [])), manifest];
    this.roles.set(key, made);
    if (namespace === undefined) this.clusterRoles.set(key, made);
  }

  find(key: string): RoleRules | undefined {
    if (!this.known.has(key)) this.known.set(key, this.roles.has(key) ? this.collect(key, new Set()) : undefined);
    return this.known.get(key);
  }

  /** A controller writes the rules of the selected ClusterRoles, aggregated ones among them, in place of a role's own. */
  private collect(key: string, seen: Set<string>): RoleRules {
    if (seen.has(key)) return { rules: [], open: false };
    seen.add(key);
    const rules: PolicyRule[] = [];
    let open = false;
    for (const manifest of this.roles.get(key) ?? []) {
      const selectors = places(dig(manifest, 'aggregationRule'), 'clusterRoleSelectors', '');
      if (selectors.length === 0) rules.push(...policyRules(manifest));
      else {
        open = true;
        for (const { value } of selectors) {
          for (const other of this.selected(value)) rules.push(...this.collect(other, seen).rules);
        }
      }
    }
    return { rules, open };
  }

  /** Keys of the ClusterRoles that a selector matches. */
  private selected(selector: JsonObject): string[] {
    const hasLabels = (manifest: JsonObject) => matches(selector, dig(manifest, 'metadata', 'labels') ?? {});
    return [...this.clusterRoles].filter(([, manifests]) => manifests.some(hasLabels)).map(([key]) => key);
  }
}

/** By cluster, of those that have bindings. */
const rolesOf = memoizePerObjects((entries): ReadonlyMap<string, Roles> => {
  const all = objectIndex(entries);
  const bindings = all.of(`${GROUP}/RoleBinding`, `${GROUP}/ClusterRoleBinding`);
  const found = new Map([...new Set(bindings.map(({ cluster }) => cluster))].map((cluster) => [cluster, new Roles()]));
  for (const { cluster, identity, manifest } of all.of(`${GROUP}/ClusterRole`)) {
    found.get(cluster)?.add(identity.name, undefined, manifest);
  }
  for (const { cluster, identity, manifest } of all.of(`${GROUP}/Role`)) {
    found.get(cluster)?.add(identity.name, identity.namespace ?? '', manifest);
  }
  return found;
});

function policyRules(manifest: JsonObject): PolicyRule[] {
  const texts = (value: Json | undefined) => list(value).flatMap((item) => text(item) ?? []);
  return places(manifest, 'rules', '').map(({ value }) => ({
    groups: texts(value.apiGroups),
    resources: texts(value.resources),
    verbs: texts(value.verbs),
    names: texts(value.resourceNames),
    urls: texts(value.nonResourceURLs),
  }));
}
