// G9: names of previews: valid, stable, and shared by two branches only where that is refused; and their data.

import { findSchemaProblems } from '../../../lib/model/finding/schema';
import { dnsLabel } from '../../../lib/model/manifest/formats';
import {
  expiredBefore,
  imagesWith,
  isBranch,
  isDay,
  PREVIEWS,
  previewName,
  previewOf,
} from '../../../lib/model/platform/preview';
import { seeded } from '../../support/random';

describe('G9: the name of a branch', () => {
  test.each([
    ['feature/pay-42', 'feature-pay-42'],
    ['7', '7'],
    [`feature/${'a'.repeat(32)}`, `feature-${'a'.repeat(32)}`],
    // anything else than a slash changed, or it was cut: six digits of the digest of the branch
    ['feature/PAY-42', 'feature-pay-42-dffd76'],
    ['feature/pay_42', 'feature-pay-42-1db242'],
    ['dependabot/npm_and_yarn/types/node-20.1.0', 'dependabot-npm-and-yarn-types-nod-0a72a5'],
    [`feature/${'a'.repeat(33)}`, `feature-${'a'.repeat(25)}-683890`],
    ['日本語', '77710a'],
  ])('%s: %s', (branch, name) => {
    expect(previewName(branch)).toBe(name);
    expect(dnsLabel.fits(name) && name.length <= 40).toBe(true);
  });

  test('its hosts are one label below a wildcard', () => {
    expect(previewOf('feature/pay-42').host('shop.preview.example')).toBe('feature-pay-42-shop.preview.example');
  });

  /** Branches as people and programs name them, many of them alike. */
  function branches(count: number): string[] {
    const random = seeded(17);
    const pick = (of: readonly string[]) => of[Math.floor(random() * of.length)] ?? '';
    const words = [
      'pay',
      'Pay',
      'cart',
      'checkout',
      'login',
      'retry',
      'i18n',
      'v2',
      'fix',
      'añadir',
      '2.0',
      'node_modules',
    ];
    const kinds = [
      'feature/',
      'Feature/',
      'bugfix/',
      'hotfix_',
      'users/ann/',
      'dependabot/npm_and_yarn/@types/',
      'renovate/',
      '',
    ];
    const joints = ['-', '_', '.', '+', '--', '/'];
    const made = Array.from({ length: count }, () => {
      const tail = Array.from({ length: 1 + Math.floor(random() * 7) }, () => `${pick(words)}${pick(joints)}`);
      const number = random() < 0.5 ? `PAY-${Math.floor(random() * 50)}-` : '';
      return `${pick(kinds)}${number}${tail.join('')}end`;
    });
    return [...new Set(made)].filter(isBranch);
  }

  test('thousands of branches have as many names, but for those that differ by a slash alone', () => {
    const all = branches(8000);
    expect(all.length).toBeGreaterThan(5000);
    const names = new Map<string, string>();
    const shared: string[] = [];
    const cut: Set<string> = new Set();
    for (const branch of all) {
      const name = previewName(branch);
      expect(dnsLabel.fits(name) && name.length <= 40).toBe(true);
      const other = names.get(name);
      if (other !== undefined && other.replaceAll('/', '-') !== branch.replaceAll('/', '-'))
        shared.push(`${other} ${branch}`);
      names.set(name, branch);
      cut.add(
        branch
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .slice(0, 40),
      );
    }
    expect(shared).toEqual([]);
    // without the digest many would be the same
    expect(cut.size).toBeLessThan(all.length - 500);
  });

  test.each([
    '',
    '-x',
    '/x',
    'x/',
    'a//b',
    'a b',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
    'a\tb',
    '.a',
    'a/.b',
  ])('git has no branch %j', (branch) => expect(isBranch(branch)).toBe(false));
  test.each(['x.lock', 'a.lock/b', 'x.', '@', 'a@{1}', 'HEAD', 'a\u007fb'])('git has no branch %j', (branch) => {
    expect(isBranch(branch)).toBe(false);
  });
  test.each(['a', 'feature/x', 'a.b', '@types', 'HEADER', 'locks', 'a-', '#7', 'ä'])(
    'git may have a branch %j',
    (branch) => {
      expect(isBranch(branch)).toBe(true);
    },
  );
});

describe('G9: the data of previews', () => {
  test.each(['2026-12-05', '2028-02-29'])('%s is a day', (day) => expect(isDay(day)).toBe(true));
  test.each(['2026-02-29', '2026-13-01', '2026-1-1', '5.12.2026', 'soon', '2026-12-05T00:00'])('%s is none', (day) => {
    expect(isDay(day)).toBe(false);
  });

  test('a preview is wanted on its last day, and not after it', () => {
    const previews = { a: { until: '2026-12-05' }, b: { until: '2026-12-06' }, c: {} };
    expect(expiredBefore(previews, '2026-12-05')).toEqual([]);
    expect(expiredBefore(previews, '2026-12-06')).toEqual(['a']);
    expect(expiredBefore(previews, '9999-12-31')).toEqual(['a', 'b']);
  });

  test('two branches with one name are one mistake, at the second', () => {
    const problems = findSchemaProblems(PREVIEWS, { 'feature/x': {}, 'feature-x': {} }, 'branches');
    expect(problems).toMatchObject([
      { field: 'branches.feature-x', message: 'both feature/x and feature-x are the environment feature-x' },
    ]);
  });

  test('tags: those of the preview, and of the environment that it is like for components that it leaves out', () => {
    const images = { shop: { dev: { web: '1', api: '2' } }, blog: { dev: '3' } };
    const previews = { 'a/b': { images: { shop: { web: '9' }, blog: { web: '8' }, bank: '7' } } };
    expect(imagesWith(images, previews, 'dev')).toEqual({
      shop: { ...images.shop, 'a-b': { web: '9', api: '2' } },
      blog: { ...images.blog, 'a-b': { web: '8' } },
      bank: { 'a-b': '7' },
    });
  });
});
