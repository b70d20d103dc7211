// Two environments of a system differ only in what an environment may decide: any other difference would be untested in one.

import { type Finding, findingOn } from '../../model/finding/finding';
import { derivationOf, isOurAnnotation } from '../../model/manifest/annotations';
import { defined, isJsonObject, type Json, jsonText } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { COMMON_ROLES, clusterRoleName, DEPLOYER } from '../../model/platform/roles';
import { dig } from '../objects/read-json';
import { compareObjects, type ObjectDifference } from './difference';

/** What an environment may decide. `content` follows from the others: the hash in the name of a ConfigMap or a Job. */
export type Aspect = 'name' | 'size' | 'hosts' | 'images' | 'secrets' | 'identities' | 'groups' | 'content';

/** One of the two environments: its objects on the common cluster, and the settings of its system. */
export interface Side {
  readonly environment: string;
  readonly namespace: string;
  readonly objects: readonly ApiEntry[];
  readonly settings: unknown;
}

/** A field that differs. */
export interface EnvironmentDifference extends ObjectDifference {
  /** What explains it, if anything does. */
  readonly aspect?: Aspect;
}

/** How two environments differ, field by field. */
export function environmentDifferences(first: Side, second: Side): EnvironmentDifference[] {
  const found = compareObjects(first.objects, second.objects, belowChart);
  const settings = paired(leaves(first.settings), leaves(second.settings));
  return found.map((difference) => {
    const aspect = explain(difference, { first, second, settings, found });
    return aspect === undefined ? difference : { ...difference, aspect };
  });
}

interface Pair {
  readonly first: Side;
  readonly second: Side;
  /** Settings that both environments have, as text. */
  readonly settings: readonly (readonly [string, string])[];
  readonly found: readonly ObjectDifference[];
}

const IMAGE = /\/(?:initContainers|containers)\/\d+\/image$/;
const PULL = /\/(?:imagePullPolicy|imagePullSecrets(?:\/.*)?|labels\/app\.kubernetes\.io~1version)$/;
const HOST =
  /^\/spec\/(?:rules\/\d+\/host|tls\/\d+\/hosts(?:\/\d+)?|externalName|hostnames(?:\/\d+)?)$|\/annotations\/(?:external-dns\.[^/]*~1hostname|evenkeel\.dev~1(?:exit-[^/]+|common-hosts|dns-by-hand))$/;
/** Where pods may go: the addresses of services outside. */
const ADDRESS = /^\/spec\/egress\/\d+\/to\/\d+\/ipBlock\/cidr$/;
const SECRET = /\/(?:secretName|secretKeyRef\/name|secretRef\/name)$/;
const SIZE =
  /^\/spec\/(?:replicas|minReplicas|maxReplicas)$|\/resources\/(?:requests|limits)\/[^/]+$|^\/spec\/hard\/[^/]+$/;
/** Numbers of pods in an autoscaler. */
const COUNTS =
  /^\/spec\/(?:(?:min|max)Replica(?:s|Count)|fallback\/replicas|(?:advanced\/horizontalPodAutoscalerConfig\/)?behavior\/scaleUp\/policies\/\d+\/value)$/;
const GRANTED_ROLES: ReadonlySet<string> = new Set([DEPLOYER, ...COMMON_ROLES.map(clusterRoleName)]);
const HASHED = /^(.+-(?:config|files)-)[0-9a-f]{10}$/;
/** `<component>-<tag>-<hash>`: the tag and the content are compared in the Job itself. */
const HASHED_JOB = /-[0-9a-f]{8}$/;

/** The first aspect that explains a difference. Sizes must come from the settings: a number chosen by an `if` explains nothing. */
function explain(difference: ObjectDifference, pair: Pair): Aspect | undefined {
  const { entry, pointer, before, after } = difference;
  if (isRenamed(before, after, pair)) return 'name';
  if (IMAGE.test(pointer)) return component(before) === component(after) ? 'images' : undefined;
  if (PULL.test(pointer)) return 'images';
  if (HOST.test(pointer) || isHostList(difference)) return 'hosts';
  if (ADDRESS.test(pointer)) return isSetting(before, after, pair) ? 'hosts' : undefined;
  if (SECRET.test(pointer)) return 'secrets';
  if (isGranted(difference, pair)) return 'groups';
  if (entry.identity.kind === 'ServiceAccount' && pointer.startsWith('/metadata/annotations/')) return 'identities';
  if (isDerived(difference) && pair.settings.some(isResized)) return 'size';
  if (followsFromSizes(difference, pair)) return 'size';
  if (SIZE.test(pointer)) return isSetting(before, after, pair) ? 'size' : undefined;
  if (followsFromSize(difference, pair) || hasNoBudgets(difference, pair)) return 'size';
  if (isHashed(before, after) || isRenamedJob(difference)) return 'content';
  if (entry.identity.kind === 'ConfigMap' && pointer.startsWith('/data/') && isSetting(before, after, pair)) {
    return isHostOrNumber(before) && isHostOrNumber(after) ? (isNumber(before) ? 'size' : 'hosts') : undefined;
  }
  if (entry.identity.kind === 'ConfigMap' && pointer.startsWith('/data/') && isRehosted(before, after, pair))
    return 'hosts';
  return undefined;
}

/** The environment's own name, or its namespace in a longer one such as `web.shop-production.svc`. */
function isRenamed(before: Json | undefined, after: Json | undefined, { first, second }: Pair): boolean {
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  if (before === first.environment && after === second.environment) return true;
  return before.includes(first.namespace) && before.replaceAll(first.namespace, second.namespace) === after;
}

/** The last part of an image's path, without tag and digest: another component is not the same image from another registry. */
function component(image: Json | undefined): string | undefined {
  return typeof image === 'string' ? /([^/:@]+)(?::[^/@]+)?(?:@.*)?$/.exec(image)?.[1] : undefined;
}

/** More or fewer hosts in an Ingress: the rules are the same for all of them. */
function isHostList({ entry, pointer, before, after }: ObjectDifference): boolean {
  if (entry.identity.kind !== 'Ingress' || pointer !== '/spec/rules') return false;
  const bodies = (rules: Json | undefined) =>
    new Set(
      (Array.isArray(rules) ? rules : []).map((rule: Json) =>
        jsonText(isJsonObject(rule) ? { ...rule, host: '' } : rule),
      ),
    );
  const [one, other] = [bodies(before), bodies(after)];
  return one.size === other.size && [...one].every((body) => other.has(body));
}

/** Bounds that Evenkeel derives, and the annotations that explain them. */
function isDerived({ entry, pointer }: ObjectDifference): boolean {
  if (isOurAnnotation(pointer)) return true;
  const annotations = dig(entry.manifest, 'metadata', 'annotations');
  return derivationOf(annotations, 'max-replicas') !== undefined && COUNTS.test(pointer);
}

/** A setting that is a number in both, and not the same. */
const isResized = ([one, other]: readonly [string, string]): boolean =>
  one !== other && isNumber(one) && isNumber(other);

/** Who has a role. A role without groups has no binding, and a deployer's own Role goes with its binding. */
function isGranted({ entry, pointer }: ObjectDifference, { found }: Pair): boolean {
  const { kind, name } = entry.identity;
  if (kind === 'RoleBinding' && pointer.startsWith('/subjects')) return true;
  if (pointer !== '') return false;
  if (kind === 'RoleBinding') return GRANTED_ROLES.has(String(dig(entry.manifest, 'roleRef')?.name));
  return (
    kind === 'Role' &&
    name === DEPLOYER &&
    found.some(
      (one) => one.pointer === '' && one.entry.identity.kind === 'RoleBinding' && one.entry.identity.name === name,
    )
  );
}

/** A quota is derived from the sizes in its namespace. */
function followsFromSizes({ entry, pointer }: ObjectDifference, { found }: Pair): boolean {
  const isQuota = entry.identity.kind === 'ResourceQuota' && pointer.startsWith('/spec/hard/');
  return isQuota && found.some((one) => one.entry.identity.kind !== 'ResourceQuota' && SIZE.test(one.pointer));
}

/** A deadline counts the waves of a rollout, and a single pod has no disruption budget. */
function followsFromSize({ entry, pointer, before }: ObjectDifference, { first, second, found }: Pair): boolean {
  const path = belowChart(entry.origin.construct);
  const owner = path.slice(0, path.lastIndexOf('/') + 1);
  const isOwn = (other: ApiEntry) => belowChart(other.origin.construct).startsWith(owner);
  if (pointer === '/spec/progressDeadlineSeconds') {
    return found.some((one) => isOwn(one.entry) && /^\/spec\/(?:r|maxR)eplicas$/.test(one.pointer));
  }
  if (entry.identity.kind !== 'PodDisruptionBudget' || pointer !== '') return false;
  const without = before === undefined ? first : second;
  return without.objects.filter(isOwn).some(({ manifest }) => {
    const spec = dig(manifest, 'spec');
    return spec?.replicas === 1 || spec?.minReplicas === 1;
  });
}

/** A deployer may write the kinds that there are: where every component is a single pod, disruption budgets are none of them. */
function hasNoBudgets({ entry, pointer, before, after }: ObjectDifference, { found }: Pair): boolean {
  const { kind, name } = entry.identity;
  if (kind !== 'Role' || name !== DEPLOYER || pointer !== '/rules') return false;
  const others = (rules: Json | undefined) => {
    const all: readonly Json[] = Array.isArray(rules) ? rules : [];
    return jsonText(all.filter((rule) => jsonText(dig({ rule }, 'rule')?.resources) !== '["poddisruptionbudgets"]'));
  };
  const isBudget = (one: ObjectDifference) => one.entry.identity.kind === 'PodDisruptionBudget' && one.pointer === '';
  return found.some(isBudget) && others(before) === others(after);
}

function isHashed(before: Json | undefined, after: Json | undefined): boolean {
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  const prefix = HASHED.exec(before)?.[1];
  return prefix !== undefined && prefix === HASHED.exec(after)?.[1];
}

function isRenamedJob({ entry, pointer, before, after }: ObjectDifference): boolean {
  if (entry.identity.kind !== 'Job' || pointer !== '/metadata/name') return false;
  return [before, after].every((name) => typeof name === 'string' && HASHED_JOB.test(name));
}

/** Whether both values are, word for word, those of one setting. */
function isSetting(before: Json | undefined, after: Json | undefined, { settings }: Pair): boolean {
  return settings.some(([one, other]) => one === String(before) && other === String(after));
}

/** Hosts of the settings in a longer text, such as `https://shop.example`. */
function isRehosted(before: Json | undefined, after: Json | undefined, { settings }: Pair): boolean {
  if (typeof before !== 'string') return false;
  const hosts = settings.filter((pair) => pair.every((text) => isHostOrNumber(text) && !isNumber(text)));
  return hosts.reduce((text, [one, other]) => text.replaceAll(one, other), before) === after;
}

const isNumber = (value: Json | undefined): boolean => /^\d+(?:\.\d+)?$/.test(String(value));
const isHostOrNumber = (value: Json | undefined): boolean =>
  isNumber(value) || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/.test(String(value));

/** The path of a construct within its chart: `mumbai/shop-production/web` is `web`. */
function belowChart(path: string): string {
  return path.split('/').slice(2).join('/');
}

/** Text and numbers in the settings, by their path. What is in an object of a class is not a setting, and may lead back to it. */
function leaves(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string' || typeof value === 'number') return new Map([[path, String(value)]]);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return new Map();
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, `${path}/${key}`)]));
}

const isPlain = (value: object): boolean => Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;

function paired(first: ReadonlyMap<string, string>, second: ReadonlyMap<string, string>): [string, string][] {
  return [...first].flatMap(([path, text]): [string, string][] => {
    const other = second.get(path);
    return other === undefined ? [] : [[text, other]];
  });
}

/** The finding for a difference that nothing explains. */
export function environmentDifferenceFinding(
  { entry, pointer, before, after }: EnvironmentDifference,
  first: string,
  second: string,
): Finding {
  const shown = (value: Json | undefined) => (value === undefined ? 'absent' : jsonText(value));
  return findingOn(entry, {
    rule: 'environment-difference',
    severity: 'error',
    message: `${shown(before)} in ${first}, ${shown(after)} in ${second}`,
    expected: 'the same in both; only name, hosts, images, secrets, groups, and sizes in the settings may differ',
    field: pointer,
    ...defined({ value: after }),
  });
}
