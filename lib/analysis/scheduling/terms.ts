// What a pod's spec says about nodes and about other pods, read as the scheduler reads it. Malformed parts are ignored.

import type { Taint } from '../../model/cluster/pool';
import type { Json, JsonObject } from '../../model/manifest/json';
import { dig, integer, list, own, places, record, shown, text } from '../objects/read-json';
import { matches } from '../objects/selectors';
import type { Node, PodGroup, World } from './world';

/** Whether a pod with this spec tolerates a taint. */
export function tolerates(spec: JsonObject, taint: Taint): boolean {
  return places(spec, 'tolerations', '').some(({ value: { key, operator, value, effect } }) => {
    if (typeof effect === 'string' && effect !== '' && effect !== taint.effect) return false;
    if (operator === 'Exists') return key === undefined || key === '' || key === taint.key;
    return key === taint.key && (text(value) ?? '') === (taint.value ?? '');
  });
}

/** Whether scheduling gates keep the pod from being scheduled. Source: kubernetes.io, "Pod Scheduling Readiness". */
export const isGated = (spec: JsonObject): boolean => list(spec.schedulingGates).length > 0;

/** Whether it stays on a node with this taint: a toleration for limited seconds only delays the eviction. */
export function stays(spec: JsonObject, taint: Taint): boolean {
  const lasting = list(spec.tolerations).filter((one) => record(one)?.tolerationSeconds === undefined);
  return taint.effect !== 'NoExecute' || tolerates({ tolerations: lasting }, taint);
}

/** Whether the pod's node selector and its required node affinity take the node. Source: kubernetes.io, "Assigning Pods to Nodes". */
export function wantsNode(spec: JsonObject, node: Node): boolean {
  if (spec.nodeSelector === undefined && spec.affinity === undefined) return true; // most pods, on many nodes
  const { selector, terms } = choiceOf(spec);
  if (!selector.every(([key, value]) => own(node.labels, key) === value)) return false;
  // terms are alternatives, and an empty one matches nothing
  return (
    terms?.some(({ expressions, fields }) => {
      if (expressions.length + fields.length === 0) return false;
      const name: JsonObject = { 'metadata.name': node.name };
      return expressions.every((one) => meets(one, node.labels)) && fields.every((one) => meets(one, name));
    }) ?? true
  );
}

/** What a pod's spec requires of nodes. */
interface Choice {
  readonly selector: readonly (readonly [key: string, value: Json])[];
  /** Absent where nothing is required. */
  readonly terms:
    | readonly { readonly expressions: readonly JsonObject[]; readonly fields: readonly JsonObject[] }[]
    | undefined;
}

const choices = new WeakMap<JsonObject, Choice>();

/** Read once: each node asks for it. */
function choiceOf(spec: JsonObject): Choice {
  const known = choices.get(spec);
  if (known !== undefined) return known;
  const required = dig(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const valuesAt = (term: JsonObject, key: string) => places(term, key, '').map(({ value }) => value);
  const choice = {
    selector: Object.entries(record(spec.nodeSelector) ?? {}),
    terms:
      required &&
      valuesAt(required, 'nodeSelectorTerms').map((term) => ({
        expressions: valuesAt(term, 'matchExpressions'),
        fields: valuesAt(term, 'matchFields'),
      })),
  };
  choices.set(spec, choice);
  return choice;
}

function meets(requirement: JsonObject, labels: JsonObject): boolean {
  const { operator, key, values } = requirement;
  if (operator !== 'Gt' && operator !== 'Lt') return matches({ matchExpressions: [requirement] }, labels);
  const found = Number.parseInt(shown(own(labels, text(key) ?? '')), 10);
  const bound = Number.parseInt(shown(list(values)[0]), 10);
  return operator === 'Gt' ? found > bound : found < bound;
}

/** Whether the volumes of a group can be used on the node. */
export function hasVolumes({ volumeNodes }: PodGroup, node: Node): boolean {
  return (
    volumeNodes === undefined ||
    volumeNodes.every((affinity) => wantsNode({ affinity: { nodeAffinity: affinity } }, node))
  );
}

/** A required spread. */
export interface Spread {
  readonly key: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: JsonObject | undefined;
  readonly honorsTaints: boolean;
  readonly honorsAffinity: boolean;
}

/** By a pod's spec, and by its labels: revisions share the spec. */
const spreads = new WeakMap<JsonObject, WeakMap<JsonObject, readonly Spread[]>>();

/** Topology spread constraints with `DoNotSchedule`. The others only rank nodes. Read once: each world asks for them. */
export function requiredSpreads({ spec, labels }: PodGroup): readonly Spread[] {
  const byLabels = spreads.get(spec) ?? new WeakMap<JsonObject, readonly Spread[]>();
  const known = byLabels.get(labels);
  if (known !== undefined) return known;
  const found = readSpreads(spec, labels);
  spreads.set(spec, byLabels.set(labels, found));
  return found;
}

function readSpreads(spec: JsonObject, labels: JsonObject): Spread[] {
  return places(spec, 'topologySpreadConstraints', '').flatMap(({ value }) => {
    const key = text(value.topologyKey);
    if (key === undefined || value.whenUnsatisfiable === 'ScheduleAnyway') return [];
    return {
      key,
      maxSkew: integer(value.maxSkew, 1) ?? 1,
      minDomains: integer(value.minDomains, 1) ?? 1,
      selector: withOwnLabels(value, labels),
      honorsTaints: value.nodeTaintsPolicy === 'Honor',
      honorsAffinity: value.nodeAffinityPolicy !== 'Ignore',
    };
  });
}

/** Whether a spread of a pod counts a node, by the node's taints and the pod's node affinity. */
export function countsNode(spread: Spread, spec: JsonObject, node: Node): boolean {
  return (
    (!spread.honorsAffinity || wantsNode(spec, node)) &&
    (!spread.honorsTaints || node.taints.every((taint) => tolerates(spec, taint)))
  );
}

/**
 * The selector of a spread or a term. `matchLabelKeys`: only pods with the same value as this one's, where it has the label;
 * `mismatchLabelKeys`: only those with another value, or none.
 */
function withOwnLabels({ labelSelector, matchLabelKeys, mismatchLabelKeys }: JsonObject, labels: JsonObject) {
  const selector = record(labelSelector);
  if (selector === undefined) return undefined;
  const added = (keys: Json | undefined, operator: 'In' | 'NotIn') =>
    list(keys).flatMap((key) => {
      const value = own(labels, shown(key));
      return value === undefined ? [] : { key, operator, values: [value] };
    });
  const expressions = [...added(matchLabelKeys, 'In'), ...added(mismatchLabelKeys, 'NotIn')];
  return { ...selector, matchExpressions: [...list(selector.matchExpressions), ...expressions] };
}

/** A required term of affinity or anti-affinity. */
export interface Term {
  readonly key: string;
  readonly selects: (other: PodGroup) => boolean;
  /** Its selector, where it selects pods of its own namespace only. */
  readonly beside: JsonObject | undefined;
}

/** Required terms. Source: k8s.io/kubernetes v1.36.3, pkg/scheduler/framework/types.go, `newAffinityTerm`. */
export function requiredTerms(
  group: PodGroup,
  kind: 'podAffinity' | 'podAntiAffinity',
  { namespaceLabels }: Pick<World, 'namespaceLabels'>,
): Term[] {
  const affinity = dig(group.spec, 'affinity', kind);
  return places(affinity, 'requiredDuringSchedulingIgnoredDuringExecution', '').flatMap(({ value }) => {
    const key = text(value.topologyKey);
    const selector = withOwnLabels(value, group.labels);
    if (key === undefined) return [];
    const named = list(value.namespaces);
    const namespaces = record(value.namespaceSelector);
    const selects = (other: PodGroup) => {
      const isNamed = named.includes(other.namespace);
      const isSelected = namespaces !== undefined && matches(namespaces, namespaceLabels(other.namespace));
      const isOwn = named.length === 0 && namespaces === undefined && other.namespace === group.namespace;
      return (isNamed || isSelected || isOwn) && selector !== undefined && matches(selector, other.labels);
    };
    return { key, selects, beside: named.length === 0 && namespaces === undefined ? selector : undefined };
  });
}
