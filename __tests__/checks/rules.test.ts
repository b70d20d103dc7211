import { check, type Rule, rules } from '../../lib/checks';
import { defined, type JsonObject } from '../../lib/model/manifest/json';
import type { ApiEntry } from '../../lib/model/manifest/object';
import { entry } from './support';

/** Examples are objects of a system in the namespace `shop`. */
const entries = (examples: readonly JsonObject[], { examples: { on, environments = {} } }: Rule): ApiEntry[] =>
  examples.map((example) => {
    const made = entry(example);
    const environment = environments[made.identity.namespace ?? ''];
    return { ...made, systemNamespace: 'shop', ...defined({ api: on, environment }) };
  });

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('reports nothing about its passing examples', () => {
    expect(check(entries(rule.examples.pass, rule), [rule])).toEqual([]);
  });

  test('reports its failing examples', () => {
    const found = check(entries(rule.examples.fail, rule), [rule]);
    expect(found.length).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding).toMatchObject({ rule: rule.id, severity: rule.severity });
      expect(finding.field).toMatch(/^(?:\/[^/]+)+$/);
    }
  });

  test('has what, why and judge', () => {
    expect(rule.id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(rule.examples.fail).not.toEqual([]);
    for (const sentence of [rule.what, rule.why]) expect(sentence).toMatch(/^[A-Z].*\.$/s);
    expect(rule.judge).not.toBe('');
  });
});

test('ids are unique', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
});

test('messages and expectations are single sentences without a full stop', () => {
  const all = rules.flatMap((rule) => check(entries(rule.examples.fail, rule), [rule]));
  expect(all.length).toBeGreaterThanOrEqual(rules.length);
  for (const { message, expected } of all) {
    expect(message).not.toMatch(/\.$|\n/);
    expect(expected).not.toMatch(/\.$|\n/);
  }
});
