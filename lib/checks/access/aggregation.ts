// Aggregated ClusterRoles: whose rules the controller writes, and whom new rules reach.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, own, places, shown } from '../../analysis/objects/read-json';
import { ANNOTATION, reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { Rule } from '../rule';

const role = (body: JsonObject, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'shop', labels },
  ...body,
});

const selectors = { clusterRoleSelectors: [{ matchLabels: { 'example.com/joins': 'shop' } }] };

const overwritten: Rule = {
  id: 'rbac-aggregation-rules',
  what: 'A ClusterRole with an aggregationRule has no rules of its own.',
  why: 'The controller overwrites them: each apply takes all rights away until it has run again, and GitOps sees a difference for ever.',
  severity: 'warning',
  judge: 'kubernetes.io, "Using RBAC Authorization": aggregated ClusterRoles',
  reason: reasonKey('rbac-aggregation-rules'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('rbac.authorization.k8s.io/ClusterRole')) {
      const { rules, aggregationRule } = entry.manifest;
      if (!isSet(rules) || !isSet(aggregationRule)) continue;
      const message = 'rules beside aggregationRule are overwritten by the controller';
      report(entry, '/rules', { message, expected: 'no rules' });
    }
  },
  examples: {
    pass: [role({ aggregationRule: selectors })],
    fail: [role({ aggregationRule: selectors, rules: [] })],
  },
};

const JOINS = 'rbac.authorization.k8s.io/aggregate-to-';
const inWords = (values: readonly Json[]): string => values.map(shown).join(', ');
const READS: readonly (Json | undefined)[] = ['get', 'list', 'watch'];

const joins: Rule = {
  id: 'rbac-aggregation-view',
  what: 'What joins the built-in role view only reads.',
  why: 'The right reaches everyone who has view, in every namespace, and edit and admin, which contain it.',
  severity: 'warning',
  judge: 'kubernetes.io, "Using RBAC Authorization": user-facing roles',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('rbac.authorization.k8s.io/ClusterRole')) {
      if (own(dig(entry.manifest, 'metadata', 'labels'), `${JOINS}view`) !== 'true') continue;
      for (const { value, pointer } of places(entry.manifest, 'rules', '')) {
        const verbs = list(value.verbs).filter((verb) => !READS.includes(verb));
        if (verbs.length === 0) continue;
        report(entry, `${pointer}/verbs`, {
          message: `everyone with view may ${inWords(verbs)} ${inWords(list(value.resources))} in every namespace`,
          expected: 'get, list and watch, or a role that is bound where it is needed',
          value: value.verbs ?? null,
        });
      }
    }
  },
  examples: {
    pass: [
      role(
        { rules: [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }] },
        { [`${JOINS}view`]: 'true' },
      ),
    ],
    fail: [
      role({ rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }] }, { [`${JOINS}view`]: 'true' }),
    ],
  },
};

export const aggregationRules: readonly Rule[] = [overwritten, joins];
