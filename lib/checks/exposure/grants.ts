// What Gateways and routes refer to in other namespaces, and the grants that let them.

import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, list, own, type Place, places, record, text } from '../../analysis/objects/read-json';
import { groupBy } from '../../model/manifest/group-by';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import { ROUTES } from '../network/routes';
import type { Rule } from '../rule';

const GROUP = 'gateway.networking.k8s.io';

/** A reference from one object to another. */
interface Referred {
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

function referredBy(entry: ApiEntry, ref: Place, kind: string): Referred[] {
  const { value, pointer } = ref;
  const namespace = text(value.namespace) ?? '';
  if (namespace === '' || namespace === entry.identity.namespace) return [];
  const of = { group: text(value.group) ?? '', kind: text(value.kind) ?? kind, name: text(value.name) ?? '' };
  return [{ entry, pointer, namespace, ...of }];
}

function crossing(entries: readonly ApiEntry[]): Referred[] {
  const gateways = objectIndex(entries).of(`${GROUP}/Gateway`);
  const routes = objectIndex(entries).of(...ROUTES);
  return [
    ...gateways.flatMap((entry) =>
      places(dig(entry.manifest, 'spec'), 'listeners', '/spec').flatMap(({ value, pointer }) =>
        places(dig(value, 'tls'), 'certificateRefs', `${pointer}/tls`).flatMap((ref) =>
          referredBy(entry, ref, 'Secret'),
        ),
      ),
    ),
    ...routes.flatMap((entry) =>
      places(dig(entry.manifest, 'spec'), 'rules', '/spec').flatMap(({ value, pointer }) =>
        places(value, 'backendRefs', pointer).flatMap((ref) => referredBy(entry, ref, 'Service')),
      ),
    ),
  ];
}

const grantsIn = memoizePerObjects((entries) =>
  groupBy(objectIndex(entries).of(`${GROUP}/ReferenceGrant`), ({ cluster, identity }) =>
    placeOf(cluster, identity.namespace),
  ),
);

const fits = (value: Json | undefined, wanted: string): boolean => (text(value) ?? '') === wanted;

function isGranted(grant: ApiEntry, { entry, group, kind, name }: Referred): boolean {
  const spec = dig(grant.manifest, 'spec');
  const from = list(spec?.from).map(record);
  const to = list(spec?.to).map(record);
  return (
    from.some(
      (one) =>
        fits(one?.group, GROUP) &&
        fits(one?.kind, entry.identity.kind) &&
        fits(one?.namespace, entry.identity.namespace ?? ''),
    ) &&
    to.some(
      (one) =>
        fits(one?.group, group) && fits(one?.kind, kind) && (own(one, 'name') === undefined || fits(one?.name, name)),
    )
  );
}

const grants: Rule = {
  id: 'reference-grant',
  what: 'A Gateway or route refers to an object of another namespace only where a ReferenceGrant there lets it.',
  why: 'The listener has no certificate, or the share of that backend is answered with 500.',
  severity: 'error',
  judge: 'gateway-api, ReferenceGrant: RefNotPermitted',
  check: (entries, report) => {
    for (const referred of crossing(entries)) {
      const { entry, pointer, kind, name, namespace } = referred;
      // of a namespace that others write nothing is known
      if (objectIndex(entries).find('/Namespace', entry.cluster, undefined, namespace) === undefined) continue;
      const there = grantsIn(entries).get(placeOf(entry.cluster, namespace)) ?? [];
      if (there.some((grant) => isGranted(grant, referred))) continue;
      const message = `no ReferenceGrant of ${namespace} lets this ${entry.identity.kind} refer to ${kind} ${name}`;
      const expected = `a ReferenceGrant in ${namespace}, from ${entry.identity.kind}s of ${entry.identity.namespace ?? ''}`;
      report(entry, pointer, { message, expected, value: name });
    }
  },
  examples: {
    pass: [OTHER(), refersTo('blog'), grantIn('blog')],
    fail: [OTHER(), refersTo('blog')],
  },
};

function OTHER(): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'blog' } };
}

function refersTo(namespace: string): JsonObject {
  const tls = { certificateRefs: [{ name: 'blog-tls', namespace }] };
  const listener = { name: 'https', port: 443, protocol: 'HTTPS', tls };
  return object(`${GROUP}/v1`, 'Gateway', 'shared', { spec: { gatewayClassName: 'eg', listeners: [listener] } });
}

function grantIn(namespace: string): JsonObject {
  const from = [{ group: GROUP, kind: 'Gateway', namespace: 'shop' }];
  const to = [{ group: '', kind: 'Secret', name: 'blog-tls' }];
  return object(`${GROUP}/v1beta1`, 'ReferenceGrant', 'gateway', { spec: { from, to } }, namespace);
}

export const grantRules: readonly Rule[] = [grants];
