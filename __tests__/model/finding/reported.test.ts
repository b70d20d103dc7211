// Every rule id that lib reports has a row of what and why, and every row is reported somewhere.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { reportedRules } from '../../../lib/model/finding/reported';

const LIB = join(__dirname, '../../../lib');

/** Where an id passes through: its literal is elsewhere. */
const PASSED_ON = [
  'checks/index.ts: rule.id',
  'model/finding/finding.ts: rule',
  'constructs/tree/findings.ts: rule',
  'constructs/exposure/exposure-problems.ts: rule',
  'commands/data/data-file.ts: kind.rule',
  'commands/data/data-file.ts: rule',
];

/** Functions of `lib` that make findings, with the position of the id among their arguments. */
const MAKERS: Readonly<Record<string, number>> = { findingOf: 0, unless: 1, exposureError: 0 };

interface Id {
  /** The id, or a pattern for it where a part is computed; `undefined` if no literal is found. */
  readonly pattern: RegExp | undefined;
  readonly shown: string;
  readonly severity: string;
}

const exactly = (source: string) => new RegExp(`^${source}$`);

/** The literal behind a constant of the same file. */
const constants = (file: ts.SourceFile): ReadonlyMap<string, ts.Expression> =>
  new Map(
    file.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => declarationList.declarations)
      .flatMap(({ name, initializer }) => (initializer === undefined ? [] : [[name.getText(file), initializer]])),
  );

/** The ids that an expression may have. */
function patterns(node: ts.Expression, known: ReadonlyMap<string, ts.Expression>): (RegExp | undefined)[] {
  if (ts.isStringLiteralLike(node)) return [exactly(node.text)];
  if (ts.isConditionalExpression(node)) return [...patterns(node.whenTrue, known), ...patterns(node.whenFalse, known)];
  if (ts.isTemplateExpression(node)) {
    return [
      exactly([node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('.+')),
    ];
  }
  const behind = known.get(node.getText());
  return behind === undefined ? [undefined] : patterns(behind, known);
}

/** The expression of an id, if the node has one. */
function idOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'rule') return node.initializer;
  if (ts.isCallExpression(node)) return node.arguments[MAKERS[node.expression.getText()] ?? -1];
  return undefined;
}

/** The severity beside the id: of the same literal, or the next argument but one of `findingOf`. */
function severityOf(node: ts.Node): string {
  const given = ts.isCallExpression(node)
    ? node.arguments[node.expression.getText() === 'exposureError' ? -1 : 2]
    : (node.parent as ts.ObjectLiteralExpression).properties
        .filter(ts.isPropertyAssignment)
        .find(({ name }) => name.getText() === 'severity')?.initializer;
  return given !== undefined && ts.isStringLiteralLike(given) ? given.text : 'error';
}

function idsIn(path: string, text: string): Id[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const known = constants(file);
  const ids: Id[] = [];
  const visit = (node: ts.Node): void => {
    const id = idOf(node);
    if (id !== undefined) {
      const shown = `${path}: ${id.getText()}`;
      ids.push(...patterns(id, known).map((pattern) => ({ pattern, shown, severity: severityOf(node) })));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return ids.filter(({ shown }) => !PASSED_ON.includes(shown));
}

const ids = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => idsIn(relative(LIB, join(LIB, path)), readFileSync(join(LIB, path), 'utf8')));

const rows = Object.values(reportedRules).flatMap((subject) => Object.entries(subject));

test('every id that lib reports has a row', () => {
  expect(ids.length).toBeGreaterThan(80);
  const without = ids.filter(({ pattern }) => pattern === undefined || !rows.some(([id]) => pattern.test(id)));
  expect(without.map(({ shown }) => shown)).toEqual([]);
});

test('every row is reported somewhere', () => {
  const stale = rows.filter(([id]) => !ids.some(({ pattern }) => pattern?.test(id)));
  expect(stale.map(([id]) => id)).toEqual([]);
});

test('a row has the severities that are reported', () => {
  for (const [id, { severity = 'error' }] of rows as [string, { severity?: string }][]) {
    const reported = new Set(ids.filter(({ pattern }) => pattern?.test(id)).map((found) => found.severity));
    expect([id, [...reported].sort()]).toEqual([id, severity.split(' or ')]);
  }
});

test('ids are unique, and each has two sentences', () => {
  expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length);
  for (const [id, { what, why }] of rows) {
    expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    for (const sentence of [what, why]) expect(sentence).toMatch(/^[`A-Z0-9].*\.$/);
  }
});

test.each([
  ["report(this, { rule: 'unheard-of' })", "x.ts: 'unheard-of'"],
  ["findingOf(deep ? 'home' : 'unheard-of', problem)", "x.ts: deep ? 'home' : 'unheard-of'"],
  ["unless(holds, 'unheard-of', problem)", "x.ts: 'unheard-of'"],
  ['report(this, { rule: computed() })', 'x.ts: computed()'],
])('an id without a row is found: %s', (code, shown) => {
  const without = idsIn('x.ts', code).filter(({ pattern }) => !rows.some(([id]) => pattern?.test(id)));
  expect(without.map((id) => id.shown)).toEqual([shown]);
});
