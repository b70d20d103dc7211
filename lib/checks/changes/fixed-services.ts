// Fields of Services, and of what they consist of, that never change once the object exists.
// Source: k8s.io/kubernetes 1.27 to 1.37, ValidateServiceUpdate in pkg/apis/core/validation, patchAllocatedValues in
// pkg/registry/core/service/storage, pkg/apis/discovery/validation, pkg/apis/networking/validation.

import type { ObjectPair } from '../../analysis/changes/object-pairs';
import { isSame, storedValue } from '../../analysis/changes/stored-form';
import { dig, list, text } from '../../analysis/objects/read-json';
import type { Json, JsonObject } from '../../model/manifest/json';
import { deletion, type FindRefusals, fixed, type RefusalTable, refusal, WAYS } from './refusal';

const NONE = 'None';

const specs = ({ before, after }: ObjectPair): readonly [JsonObject, JsonObject] => [
  dig(before.manifest, 'spec') ?? {},
  dig(after.manifest, 'spec') ?? {},
];

const typeOf = (spec: JsonObject): string => text(spec.type) ?? 'ClusterIP';

/** From and to ExternalName the address changes freely. */
const hasAddress = (spec: JsonObject): boolean => typeOf(spec) !== 'ExternalName';

/** The first address; undefined where the API server chooses. */
function addressOf(spec: JsonObject): string | undefined {
  const [first] = list(spec.clusterIPs);
  return text(spec.clusterIP) || text(first);
}

const again = ({ after: { identity } }: ObjectPair): string =>
  `a Service of another name, and its clients changed; or ${deletion(identity)} right before the apply, which interrupts its clients`;

const address: FindRefusals = (pair) => {
  const [before, after] = specs(pair);
  if (!hasAddress(before) || !hasAddress(after)) return [];
  const [was, is] = [addressOf(before), addressOf(after)];
  // an address that is no longer given stays what it is
  if (was === is || (is === undefined && was !== NONE)) return [];
  const found = refusal(pair, ['spec', 'clusterIP'], { before: was, after: is }, again(pair));
  if (is === undefined) {
    // nothing is refused: the API server fills in the old value
    return [{ ...found, message: 'the Service stays headless: the API server keeps its clusterIP None' }];
  }
  if (was !== undefined || is === NONE) return [found];
  return [{ ...found, expected: 'no value, as before, or the address that it has', severity: 'warning' }];
};

/** Of headless Services the families change. */
const family: FindRefusals = (pair) => {
  const [before, after] = specs(pair);
  if (!hasAddress(before) || !hasAddress(after)) return [];
  if (addressOf(before) === NONE || addressOf(after) === NONE) return [];
  const [[was], [is]] = [list(before.ipFamilies), list(after.ipFamilies)];
  if (was === undefined || is === undefined || isSame(was, is)) return [];
  return [refusal(pair, ['spec', 'ipFamilies'], { before: was, after: is }, again(pair))];
};

/** While it stays a LoadBalancer. */
const balancerClass: FindRefusals = (pair) => {
  const [before, after] = specs(pair);
  if (typeOf(before) !== 'LoadBalancer' || typeOf(after) !== 'LoadBalancer') return [];
  const [was, is] = [before, after].map((spec) => storedValue(spec.loadBalancerClass));
  return isSame(was, is) ? [] : [refusal(pair, ['spec', 'loadBalancerClass'], { before: was, after: is }, again(pair))];
};

/** While there is one; a port that is no longer given stays. */
const healthPort: FindRefusals = (pair) => {
  const [before, after] = specs(pair);
  if (![before, after].every((spec) => typeOf(spec) === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'))
    return [];
  const [was, is] = [before, after].map((spec) => storedValue(spec.healthCheckNodePort));
  if (is === undefined || isSame(was, is)) return [];
  return [refusal(pair, ['spec', 'healthCheckNodePort'], { before: was, after: is }, again(pair))];
};

/** One family may join the other from 1.33 on. */
const ranges: FindRefusals = (pair) => {
  const [before, after] = specs(pair).map((spec) => list(spec.cidrs)) as [readonly Json[], readonly Json[]];
  const isJoined = before.length === 1 && after.length === 2 && isSame(before[0], after[0]);
  return isJoined || isSame([...before], [...after])
    ? []
    : [refusal(pair, ['spec', 'cidrs'], { before: [...before], after: [...after] }, WAYS.rename(pair))];
};

export const fixedServices: RefusalTable = [
  ['/Service', address, family, balancerClass, healthPort],
  ['discovery.k8s.io/EndpointSlice', fixed(['addressType'], { way: WAYS.recreate })],
  ['networking.k8s.io/IngressClass', fixed(['spec', 'controller'], { way: WAYS.rename })],
  ['networking.k8s.io/ServiceCIDR', ranges],
];
