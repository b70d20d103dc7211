// Objects of the Gateway API in the bundle of their cluster: kinds, versions and fields that its standard channel serves.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, isSet, list, record } from '../../analysis/objects/read-json';
import { FIELDS_SINCE, KINDS_SINCE, VALUES_SINCE } from '../../model/exposure/bundles';
import { BUNDLES, type Bundle, isSince } from '../../model/exposure/gateway-api';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { bare, object } from '../examples';
import type { Rule } from '../rule';

const GROUP = 'gateway.networking.k8s.io';

const KINDS = Object.keys(KINDS_SINCE).map((kind): Kind => `${GROUP}/${kind}`);

/** The bundle that a cluster says; 1.3 without a word. Absent where nothing is known of the cluster. */
function bundleOf({ api }: ApiEntry): Bundle | undefined {
  if (api === undefined || !api.capabilities.includes('gateway-api')) return undefined;
  const said = api.gatewayApi?.bundle;
  return said === undefined ? '1.3' : BUNDLES.find((bundle) => bundle === said);
}

/** The values at a pointer whose `*` stands for every item of a list. */
function valuesAt(value: Json | undefined, [key, ...rest]: readonly string[], pointer = ''): [string, Json][] {
  if (key === undefined) return isSet(value) ? [[pointer, value]] : [];
  if (key === '*') return list(value).flatMap((item, index) => valuesAt(item, rest, at(pointer, index)));
  return valuesAt(record(value)?.[key], rest, at(pointer, key));
}

const keysOf = (pointer: string): string[] => pointer.split('/').slice(1);

const bundle: Rule = {
  id: 'gateway-bundle',
  what: 'An object of the Gateway API uses kinds, versions and fields of the standard channel of the bundle that its cluster declares.',
  why: 'The API server refuses the kind, or drops the field without a word, and GitOps writes it again for ever.',
  severity: 'error',
  judge: 'gateway-api, config/crd/standard of each bundle',
  reason: reasonKey('gateway-bundle'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(...KINDS)) {
      const served = bundleOf(entry);
      if (served === undefined) continue;
      const { manifest, identity } = entry;
      const add = (pointer: string, what: string, since: Bundle | undefined, value: Json) => {
        if (since !== undefined && isSince(served, since)) return;
        const message = `${what} is not in the standard channel of bundle ${served}, which ${entry.cluster} declares`;
        const expected =
          since === undefined
            ? 'a version that a bundle serves'
            : `gatewayApi.bundle: '${since}', once the cluster serves it`;
        report(entry, pointer, { message, expected, value });
      };
      const version = String(manifest.apiVersion).slice(GROUP.length + 1);
      add('/apiVersion', `${identity.kind} ${version}`, KINDS_SINCE[identity.kind]?.[version], version);
      for (const [kind, field, since] of FIELDS_SINCE) {
        if (kind !== identity.kind) continue;
        for (const [pointer] of valuesAt(manifest, keysOf(field))) {
          add(pointer, `the field ${pointer.split('/').at(-1)}`, since, identity.name);
        }
      }
      for (const [field, values, since] of VALUES_SINCE) {
        for (const [pointer, value] of identity.kind === 'HTTPRoute' ? valuesAt(manifest, keysOf(field)) : []) {
          if (values.some((one) => one === value)) add(pointer, `the value ${String(value)}`, since, value);
        }
      }
    }
  },
  examples: {
    pass: [object(`${GROUP}/v1`, 'HTTPRoute', 'web', { spec: { hostnames: ['shop.example.com'], rules: [] } })],
    fail: [
      object(`${GROUP}/v1`, 'ListenerSet', 'web', { spec: {} }),
      object(`${GROUP}/v1`, 'HTTPRoute', 'web', { spec: { rules: [{ name: 'all' }] } }),
      object(`${GROUP}/v1`, 'HTTPRoute', 'old', {
        spec: { rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 308 } }] }] },
      }),
    ],
    on: { ...bare, capabilities: ['gateway-api'] },
  },
};

export const bundleRules: readonly Rule[] = [bundle];
