// The catalogue of rules: what each requires, why, who would refuse otherwise, and its examples with what is reported of them.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { Document, isCollection, isPair } from 'yaml';

/** Longer text is shortened in examples: some are as large as what they exceed. */
const LONGEST_TEXT = 80;

/** In characters of JSON. */
const LONGEST_LINE = 110;

/** The rules of `lib`, and how to check objects against them. */
function loadRules(root) {
  const contents = `
    export { check, rules } from './lib/checks';
    export { reportedRules } from './lib/model/finding/reported';
    export { groupOf } from './lib/model/manifest/object';`;
  const options = { bundle: true, platform: 'node', format: 'cjs', write: false, logLevel: 'warning' };
  const { outputFiles } = buildSync({ stdin: { contents, loader: 'ts', resolveDir: root }, ...options });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  );
  return module.exports;
}

/** Each rule's subject and file, by id. */
function findPlaces(rules, root) {
  const folder = path.join(root, 'lib/checks');
  const files = readdirSync(folder, { recursive: true }).filter((file) => /[\\/].*\.ts$/.test(file));
  const texts = files.sort().map((file) => [file.replaceAll('\\', '/'), readFileSync(path.join(folder, file), 'utf8')]);
  return new Map(
    rules.map(({ id }) => {
      const [file] = texts.find(([, text]) => text.includes(`id: '${id}'`)) ?? [];
      if (file === undefined) throw new Error(`no file of lib/checks has the id '${id}' as a literal`);
      return [id, { subject: path.posix.dirname(file), file: `lib/checks/${file}` }];
    }),
  );
}

function shorten(value) {
  if (typeof value === 'string') {
    const { length } = value;
    return length <= LONGEST_TEXT ? value : `${value.slice(0, 16)}… (${length.toLocaleString('en')} characters)`;
  }
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [shorten(key), shorten(inner)]));
}

/** Puts each map and list that fits into a line on one. */
function fold(node) {
  if (!isCollection(node)) return;
  node.flow = JSON.stringify(node).length <= LONGEST_LINE;
  if (!node.flow) for (const item of node.items) fold(isPair(item) ? item.value : item);
}

/** Objects as YAML, in as few lines as is readable. */
function yamlOf(objects) {
  const documents = objects.map((object) => {
    const document = new Document(shorten(object), { aliasDuplicateObjects: false });
    for (const { value } of document.contents.items) fold(value);
    return document.toString({ lineWidth: 0 }).trimEnd();
  });
  return documents.join('\n---\n');
}

/** Text in a table cell or a list. */
const inline = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** Distinct messages of a rule about its failing examples. */
function reportsOf(rule, { check, groupOf }) {
  const entries = rule.examples.fail.map(({ apiVersion, kind, metadata, ...body }) => ({
    manifest: { apiVersion, kind, metadata, ...body },
    identity: { ...metadata, group: groupOf(apiVersion), kind },
    cluster: 'example',
    systemNamespace: 'shop',
    ...(rule.examples.environments && { environment: rule.examples.environments[metadata.namespace] }),
    api: rule.examples.on,
    origin: { construct: 'shop', source: () => undefined },
  }));
  const lines = check(entries, [rule]).map(({ message, expected, fix }) =>
    `${message}; expected ${expected}${fix === undefined ? '' : `; ${fix}`}`.replace(/(.)\1{80,}/g, '$1$1$1…'),
  );
  return [...new Set(lines)];
}

function describeRule(rule, { file }, loaded) {
  const severity = rule.severity === 'error' ? '' : ` *(${rule.severity})*`;
  return `### ${rule.id}

${inline(rule.what)}${severity}

- Why: ${inline(rule.why)}
- Way out: ${rule.reason === undefined ? 'none' : `a reason in the annotation \`${rule.reason}\``}
- Otherwise refused by: ${inline(rule.judge)}
- Code: \`${file}\`

<details><summary>examples</summary>

Refused:

\`\`\`yaml
${yamlOf(rule.examples.fail)}
\`\`\`

Reported:

\`\`\`
${reportsOf(rule, loaded).join('\n')}
\`\`\`

Accepted:

\`\`\`yaml
${yamlOf(rule.examples.pass)}
\`\`\`

</details>
`;
}

function describeReported(subject, rules) {
  const rows = Object.entries(rules).map(([id, { what, why, severity }]) => {
    const shown = severity === undefined ? '' : ` *(${severity})*`;
    return `| \`${id}\` | ${inline(what)}${shown} | ${inline(why)} |`;
  });
  return `### ${subject}\n\n| id | requires | otherwise |\n|---|---|---|\n${rows.join('\n')}\n`;
}

/** The page. */
export function describeRules(root) {
  const loaded = loadRules(root);
  const { rules, reportedRules } = loaded;
  const places = findPlaces(rules, root);
  const names = [...new Set([...places.values()].map(({ subject }) => subject))];
  const subjects = names.map((name) => [name, rules.filter(({ id }) => places.get(id).subject === name)]);
  const others = Object.values(reportedRules).flatMap((rows) => Object.keys(rows));
  const reasons = [...new Set(rules.flatMap(({ reason }) => reason ?? []))].map((reason) => [
    reason,
    rules.filter((rule) => rule.reason === reason).map(({ id }) => id),
  ]);
  const index = subjects.map(
    ([subject, members]) => `| ${subject} | ${members.map(({ id }) => `[\`${id}\`](#${id})`).join(' ')} |`,
  );
  return `# Rules

<!-- Written by \`npm run docs\` from lib/checks and lib/model/finding/reported.ts: change it there. -->

Every finding names its rule: \`charts/shop.ts:19:17 error port-range\`. This page has all of them: the ${rules.length} rules that
check every object, and the ${others.length} that constructs, synth and commands report.

An *error* stops synth, and nothing is written. A *warning* and a *note* are printed, and synth goes on.

## Reasons

Most rules refuse what cannot work. A rule that may be a matter of judgement names an annotation of the object: its value, a sentence,
excuses what the rule finds in that object, unless it cannot work at all. This holds for every object, whatever made it: in the YAML of an included one, or by
\`override(object).set('metadata.annotations["…"]', '…')\`; an object without annotations takes
\`.set('metadata.annotations', { '…': '…' })\`. A reason that excuses nothing is a warning.

| annotation | excuses |
|---|---|
${reasons.map(([reason, ids]) => `| \`${reason}\` | ${ids.map((id) => `[\`${id}\`](#${id})`).join(' ')} |`).join('\n')}

All other rules have no way out.

## Rules about objects

They see the final objects of all clusters at once, also those of \`ApiObject\`, Helm charts and overrides.

| subject | rules |
|---|---|
${index.join('\n')}

${subjects
  .flatMap(([, members]) => members)
  .map((rule) => describeRule(rule, places.get(rule.id), loaded))
  .join('\n')}
## Rules about what you write

They are reported where they are found, at the line of the construct or of the platform.

${Object.entries(reportedRules)
  .map(([subject, rows]) => describeReported(subject, rows))
  .join('\n')}`;
}

/** The number of rules that check objects. */
export const countRules = (root) => loadRules(root).rules.length;
