// What environments share though each should have its own: identities of the provider, and hosts outside.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, own, text } from '../../analysis/objects/read-json';
import { annotationPointer, isAccountNote, reasonKey } from '../../model/manifest/annotations';
import { groupBy } from '../../model/manifest/group-by';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import { hasReason, type ObjectProblem, type Report, type Rule } from '../rule';

/** Annotations of a ServiceAccount that name the identity of its pods. Sources: the profiles of the providers. */
const IDENTITIES = [
  'eks.amazonaws.com/role-arn',
  'azure.workload.identity/client-id',
  'iam.gke.io/gcp-service-account',
] as const;

const ENVIRONMENTS = {
  'shop-dev': { name: 'dev', registry: 'dev.example.com' },
  'shop-prod': { name: 'prod', registry: 'registry.example.com' },
};

const account = (namespace: string, id: string): JsonObject => ({
  ...object('v1', 'ServiceAccount', 'web', {}),
  metadata: { name: 'web', namespace, annotations: { 'azure.workload.identity/client-id': id } },
});

const outside = (namespace: string, externalName: string): JsonObject =>
  object('v1', 'Service', 'lake', { spec: { type: 'ExternalName', externalName } }, namespace);

/** Something outside that an object uses. */
interface Use {
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly value: string;
}

/**
 * Reports what is used on both sides of a border, once for each, at the first use beyond it. A use with a reason is reported too, which
 * the reason excuses; the others are judged without it.
 */
function reportShared(
  uses: readonly Use[],
  reason: string,
  sideOf: (entry: ApiEntry) => string,
  problemOf: (environments: string) => Omit<ObjectProblem, 'value'>,
  report: Report,
): void {
  for (const shared of groupBy(uses, ({ value }) => value).values()) {
    const [first] = shared;
    if (first === undefined || shared.every(({ entry }) => sideOf(entry) === sideOf(first.entry))) continue;
    const problem = problemOf([...new Set(shared.map(({ entry }) => entry.environment?.name ?? ''))].join(', '));
    const excused = shared.filter(({ entry }) => hasReason(entry, reason));
    const [open, ...others] = shared.filter((use) => !excused.includes(use));
    const beyond = others.find(({ entry }) => open !== undefined && sideOf(entry) !== sideOf(open.entry));
    for (const { entry, pointer, value } of [...excused, ...(beyond === undefined ? [] : [beyond])])
      report(entry, pointer, { ...problem, value });
  }
}

const inEnvironments = (entries: readonly ApiEntry[]): readonly ApiEntry[] =>
  entries.filter(({ environment }) => environment !== undefined);

const annotationsOf = ({ manifest }: ApiEntry): JsonObject | undefined => dig(manifest, 'metadata', 'annotations');

const identity: Rule = {
  id: 'shared-identity',
  what: 'An identity of the provider, which a ServiceAccount names, acts for one environment.',
  why: 'Pods of a test environment would have the rights of production, and no manifest shows it. An identity that an association outside the manifests gives, as Pod Identity of EKS does, is not seen.',
  severity: 'error',
  judge:
    'EKS user guide, IAM roles for service accounts; Microsoft Entra Workload ID; Google Cloud docs, workload-identity',
  reason: reasonKey('shared-identity'),
  check: (entries, report) => {
    const uses = inEnvironments(objectIndex(entries).of('/ServiceAccount')).flatMap((entry) =>
      IDENTITIES.flatMap((key): Use[] => {
        const value = text(own(annotationsOf(entry), key)) ?? '';
        return value === '' ? [] : [{ entry, pointer: annotationPointer(key), value }];
      }),
    );
    const problemOf = (environments: string) => ({
      message: `${environments} act as the same identity`,
      expected: 'an identity of its own for each environment, in `identities` of the cluster',
    });
    reportShared(uses, reasonKey('shared-identity'), ({ environment }) => environment?.name ?? '', problemOf, report);
  },
  examples: {
    pass: [
      account('shop-dev', '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e01'),
      account('shop-prod', '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e02'),
    ],
    fail: [
      account('shop-dev', '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e01'),
      account('shop-prod', '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e01'),
    ],
    environments: ENVIRONMENTS,
  },
};

const host: Rule = {
  id: 'shared-host',
  what: 'An outside host of an ExternalName Service is reached from environments of one registry, unless the Service has the account of what it takes.',
  why: 'Environments with registries of their own are kept apart: a test would write into the data of production.',
  severity: 'warning',
  judge: 'kubernetes.io, "Service", type ExternalName',
  reason: reasonKey('shared-host'),
  check: (entries, report) => {
    const uses = inEnvironments(objectIndex(entries).of('/Service')).flatMap((entry): Use[] => {
      const spec = dig(entry.manifest, 'spec');
      const value = (text(spec?.externalName) ?? '').toLowerCase().replace(/\.$/, '');
      if (spec?.type !== 'ExternalName' || value === '') return [];
      return isAccounted(entry) || isRecord(entry) ? [] : [{ entry, pointer: at('/spec', 'externalName'), value }];
    });
    const problemOf = (environments: string) => ({
      message: `${environments} reach the same host, with images of different registries`,
      expected: 'a host of its own for each registry',
    });
    reportShared(uses, reasonKey('shared-host'), ({ environment }) => environment?.registry ?? '', problemOf, report);
  },
  examples: {
    pass: [outside('shop-dev', 'lake-dev.example.com'), outside('shop-prod', 'lake.example.com')],
    fail: [outside('shop-dev', 'lake.example.com'), outside('shop-prod', 'lake.example.com')],
    environments: ENVIRONMENTS,
  },
};

/** Whether the load of all its clients is added up elsewhere. */
const isAccounted = (entry: ApiEntry): boolean =>
  Object.entries(annotationsOf(entry) ?? {}).some(([key, value]) => isAccountNote(annotationPointer(key), value));

/** Whether it only makes a DNS record: no pod uses it. */
const isRecord = (entry: ApiEntry): boolean =>
  Object.keys(annotationsOf(entry) ?? {}).some((key) =>
    /^external-dns\.(?:alpha\.)?kubernetes\.io\/hostname$/.test(key),
  );

export const environmentRules: readonly Rule[] = [identity, host];
