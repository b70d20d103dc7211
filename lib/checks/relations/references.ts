// References between objects: an object that is referred to exists, if the app writes its namespace.

import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, own, places, record, shown } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import { reasonKey } from '../../model/manifest/annotations';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, ingress, namespace, service } from '../examples';
import type { Rule } from '../rule';
import { operated } from './operators';
import { type Reference, references } from './reference-places';

/** Objects that Kubernetes creates in every namespace. */
const BUILT_IN: ReadonlySet<string> = new Set(['/ServiceAccount\ndefault', '/ConfigMap\nkube-root-ca.crt']);

/** Claims that StatefulSets create for their pods, by namespace and without the ordinal: `data-web` for `data-web-0`. */
const templateClaims = memoizePerObjects((entries): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const entry of objectIndex(entries).of('apps/StatefulSet')) {
    for (const { value } of places(dig(entry.manifest, 'spec'), 'volumeClaimTemplates', '')) {
      const name = `${shown(dig(value, 'metadata')?.name)}-${entry.identity.name}`;
      found.add(`${placeOf(entry.cluster, entry.identity.namespace)}\n${name}`);
    }
  }
  return found;
});

function isCreatedByCluster(entries: readonly ApiEntry[], { entry, kind, name, namespace: space }: Reference): boolean {
  if (BUILT_IN.has(`${kind}\n${name}`)) return true;
  const owner = /^(.+)-\d+$/.exec(name)?.[1];
  return (
    kind === '/PersistentVolumeClaim' &&
    owner !== undefined &&
    templateClaims(entries).has(`${placeOf(entry.cluster, space)}\n${owner}`)
  );
}

/** What a chart says of an object that others make. */
function madeElsewhere({ entry, kind }: Reference): string {
  if (kind === '/PersistentVolumeClaim') return "a Volume, volumes: { '/…': { claim, madeBy } }, or ";
  return entry.identity.kind === 'BackendTLSPolicy' && kind === '/ConfigMap' ? 'ca: { configMap, madeBy }, or ' : '';
}

const kindName = (kind: Kind): string => kind.slice(kind.indexOf('/') + 1);

const referenceExists: Rule = {
  id: 'reference-exists',
  what: 'A ServiceAccount, ConfigMap, claim or Service that is referred to exists, with the required key, if the app writes the namespace. Secrets are created elsewhere.',
  why: 'The pod never starts (CreateContainerConfigError, FailedMount, "serviceaccount not found"), or the host responds with 500 or 503.',
  severity: 'error',
  judge:
    'kubelet and ServiceAccount admission; kube-linter non-existent-service-account, dangling-ingress; kube-score ingress-targets-service, statefulset-has-servicename',
  reason: reasonKey('reference-exists'),
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const reference of references(entries)) {
      const { entry, pointer, kind, name, namespace: space, key } = reference;
      if (!all.owns(entry.cluster, space)) continue;
      const found = all.find(kind, entry.cluster, space, name);
      const what = `${kindName(kind)} "${name}"`;
      if (found === undefined) {
        if (isCreatedByCluster(entries, reference)) continue;
        const message = `${what} does not exist in namespace "${space ?? ''}"`;
        const made = madeElsewhere(reference);
        report(entry, pointer, { message, expected: `${made}the name of an existing ${kindName(kind)}`, value: name });
      } else if (
        key !== undefined &&
        own(dig(found.manifest, 'data'), key) === undefined &&
        own(dig(found.manifest, 'binaryData'), key) === undefined
      ) {
        const keys = Object.keys(dig(found.manifest, 'data') ?? {}).join(', ');
        report(entry, pointer, { message: `${what} has no key "${key}"`, expected: `one of ${keys}`, value: key });
      }
    }
  },
  examples: {
    pass: [
      namespace,
      ingress('shop.example.com'),
      service({ ports: [{ port: 80 }] }),
      deployment({}, { serviceAccountName: 'default' }),
    ],
    fail: [namespace, ingress('shop.example.com'), deployment({}, { serviceAccountName: 'web' })],
  },
};

const serviceSelectsPods: Rule = {
  id: 'service-selects-pods',
  what: 'A Service with a selector selects the pods of a workload, if the app writes the namespace.',
  why: 'The Service has no endpoints: every request to it fails.',
  severity: 'error',
  judge: 'kube-score service-targets-pod; kube-linter dangling-service',
  reason: reasonKey('service-selects-pods'),
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const entry of all.of('/Service')) {
      const { cluster, identity } = entry;
      const spec = dig(entry.manifest, 'spec');
      const selector = record(spec?.selector);
      if (selector === undefined || Object.keys(selector).length === 0 || spec?.type === 'ExternalName') continue;
      if (!all.owns(cluster, identity.namespace) || operated(entries).has(placeOf(cluster, identity.namespace)))
        continue;
      if (pods(entries).having(cluster, identity.namespace, selector).length > 0) continue;
      const message = 'no pod template in the namespace has these labels: the Service has no endpoints';
      report(entry, '/spec/selector', { message, expected: 'labels of a pod template', value: selector });
    }
  },
  examples: {
    pass: [namespace, deployment(), service({ selector: { app: 'web' }, ports: [{ port: 80 }] })],
    fail: [namespace, deployment(), service({ selector: { app: 'wbe' }, ports: [{ port: 80 }] })],
  },
};

export const referenceRules: readonly Rule[] = [referenceExists, serviceSelectsPods];
