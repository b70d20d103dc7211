// Findings as they are printed: one line of a chart is one mistake, with all its places.
import type { Finding } from '../../lib/model';
import { findingsAsText } from '../../lib/report/output';

const finding = (namespace: string, change: Partial<Finding> = {}): Finding => ({
  rule: 'pod-security',
  severity: 'error',
  message: `"restricted" Pod Security of namespace "${namespace}" forbids it`,
  expected: 'no root',
  construct: `mumbai/${namespace}/web`,
  object: `apps/Deployment ${namespace}/web`,
  source: { file: 'charts/shop.ts', line: 7, column: 5 },
  ...change,
});

test('the namespace may be part of the sentence', () => {
  expect(findingsAsText([finding('shop-staging'), finding('shop-production')])).toBe(
    [
      'charts/shop.ts:7:5 error pod-security',
      '  "restricted" Pod Security of namespace "shop-staging, shop-production" forbids it',
      '  at       mumbai/shop-staging/web, mumbai/shop-production/web',
      '  object   apps/Deployment shop-staging/web, apps/Deployment shop-production/web',
      '  expected no root',
    ].join('\n'),
  );
});

test('a line in a loop over a thousand components names twenty of them', () => {
  const printed = (count: number) => {
    const constructs = Array.from({ length: count }, (_, index) => ({ construct: `mumbai/shop/app-${index}` }));
    const text = findingsAsText(constructs.map((change) => finding('shop', change)));
    return text.split('\n').find((line) => line.startsWith('  at'));
  };
  expect(printed(20)).toMatch(/, mumbai\/shop\/app-19$/);
  expect(printed(1280)).toMatch(/, mumbai\/shop\/app-19 and 1260 more$/);
});

test('other texts, and other lines, are other mistakes', () => {
  const printed = (...findings: Finding[]) => findingsAsText(findings).match(/ error /g)?.length;
  expect(printed(finding('a'), finding('b', { message: 'another one' }))).toBe(2);
  expect(printed(finding('a'), finding('b', { source: { file: 'charts/shop.ts', line: 8, column: 5 } }))).toBe(2);
  expect(printed(finding('shop', { expected: 'a shop' }), finding('blog', { expected: 'a shop' }))).toBe(2);
  expect(printed(finding('web', { message: 'web-1' }), finding('api', { message: 'api-1' }))).toBe(2);
});

test('F19, F30: what a finding quotes is one line without control characters, and not as long as a file', () => {
  const printed = findingsAsText([
    finding('shop', { message: 'a\x1b[2J', value: 'x'.repeat(100_000), construct: 'shop/a\n::error::x' }),
  ]);
  expect(printed).toContain('a\\u001b[2J\n');
  expect(printed).toContain('shop/a\\n::error::x\n');
  expect(printed).toContain(`${'x'.repeat(999)}… (100002 characters)\n`);
  expect(printed.length).toBeLessThan(2000);
});
