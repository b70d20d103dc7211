import { check, rules } from '../../lib/checks';
import { entries } from './support';

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('is silent about its passing example', () => {
    expect(check(entries(rule.examples.pass), [rule])).toEqual([]);
  });

  test('speaks about its failing example', () => {
    const found = check(entries(rule.examples.fail), [rule]);
    expect(found.length).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding).toMatchObject({ rule: rule.id, severity: rule.severity });
      expect(finding.field).toMatch(/^(?:\/[^/]+)+$/);
    }
  });

  test('says what, why and who judges', () => {
    expect(rule.id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(rule.examples.fail).not.toEqual([]);
    for (const said of [rule.what, rule.why]) expect(said).toMatch(/^[A-Z].*\.$/s);
    expect(rule.judge).not.toBe('');
  });
});

test('ids are unique', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
});

test('messages and remedies are single sentences without a full stop', () => {
  const all = rules.flatMap((rule) => check(entries(rule.examples.fail), [rule]));
  expect(all.length).toBeGreaterThanOrEqual(rules.length);
  for (const { message, expected } of all) {
    expect(message).not.toMatch(/\.$|\n/);
    expect(expected).not.toMatch(/\.$|\n/);
  }
});
