// The user's files run as in Node.js: each is a module of its own (S05–S11, S13).
import { testWith } from '../support/requirements';
import { areOtherNodesHere, CHART, dataOf, type Files, otherNodes, synth } from './support';

const ES_MODULES = { 'package.json': '{ "type": "module" }' };
const ONLY_ESM = {
  'node_modules/only-esm/package.json':
    '{ "name": "only-esm", "type": "module", "exports": { "import": "./index.js" } }',
  'node_modules/only-esm/index.js': "export default await Promise.resolve('hello');\nexport const name = 'named';",
};

const rows: readonly [string, Files, readonly string[]][] = [
  [
    'S06: __dirname and __filename are those of the file',
    {
      'charts/shop.ts': `import { readFileSync } from 'node:fs';
export const text = readFileSync(\`\${__dirname}/app.conf\`, 'utf8');
export const file: string = __filename.split('/').slice(-2).join('/');`,
      'charts/app.conf': 'right',
      'app.conf': 'wrong',
      'main.ts': `import { text, file } from './charts/shop';\n${CHART}add({ text, file });`,
    },
    ['file: charts/shop.ts', 'text: right'],
  ],
  [
    'S07: import.meta is that of the file, whatever the package is',
    {
      'charts/shop.ts': `import { readFileSync } from 'node:fs';
const { meta } = { meta: import.meta };
export const text = readFileSync(new URL('./app.conf', import.meta.url), 'utf8');
export const places = [import.meta.dirname, meta.filename, import.meta.resolve('./app.conf')]
  .map((place) => place.split('/').slice(-2).join('/')).join();`,
      'charts/app.conf': 'right',
      'main.ts': `import { text, places } from './charts/shop';\n${CHART}add({ text, places });`,
    },
    ['places: infra/charts,charts/shop.ts,charts/app.conf', 'text: right'],
  ],
  [
    'S05: top-level await, in a file without "type" and in one that it imports',
    {
      'late.ts': `export let late: string = 'no';\nawait new Promise((resolve) => setTimeout(resolve, 50));\nlate = 'yes';`,
      'app.conf': 'right',
      'main.ts': `import { readFile } from 'node:fs/promises';
import { late } from './late';
${CHART}const text = await readFile('app.conf', 'utf8');
add({ text, late });`,
    },
    ['late: "yes"', 'text: right'],
  ],
  [
    'S05: what a file with a top-level await may contain',
    {
      'a.ts': `import { b } from './b';
export * from './c';
export * as all from './c';
export { default } from './c';
export const a: string = (await Promise.resolve('a')) + b;`,
      'b.ts': "import { c } from './c';\nexport const b = 'b' + c;",
      'c.ts': `/*! import x from "y"; */
export const c = await (async () => 'c')();
export const text = \`
import q from "z";
export {
  c
};\`;
export default class Kind { static kind: string = 'kind'; }
enum Size { Big = 'big' }
let count = 0; count += 1;
export { count as "the count", Size };`,
      'main.ts': `import Kind, { a, all, c, Size, text } from './a';
${CHART}add({ a, c, kind: Kind.kind, size: Size.Big, count: String(all['the count']), lines: String(text.split('\\n').length) });`,
    },
    ['a: abc', 'c: c', 'count: "1"', 'kind: kind', 'lines: "5"', 'size: big'],
  ],
  [
    'S05: import() of a computed name, with a top-level await there',
    {
      'envs/dev.ts': "export const text: string = await Promise.resolve('dev');\nexport default 'whole';",
      'main.ts': `${CHART}for (const name of ['dev']) {
  const module = await import(\`./envs/\${name}.ts\`);
  add({ text: module.text, default: module.default });
}`,
    },
    ['default: whole', 'text: dev'],
  ],
  [
    'S08: a workspace package in TypeScript',
    {
      'libs/blocks/package.json': '{ "name": "@acme/blocks", "main": "src/index.ts" }',
      'libs/blocks/src/index.ts': `import { size } from './size';
export class Api { constructor(readonly size: number = size) {} }
export const place: string = __dirname.split('/').slice(-2).join('/') + size;`,
      'libs/blocks/src/size.ts': 'export const size: number = 3;',
      'node_modules/@acme/blocks': { link: '../../libs/blocks' },
      'main.ts': `import { place } from '@acme/blocks';\n${CHART}add({ place });`,
    },
    ['place: blocks/src3'],
  ],
  [
    'S08: a workspace package of ES modules that has only an import',
    {
      ...ES_MODULES,
      'libs/blocks/package.json':
        '{ "name": "@acme/blocks", "type": "module", "exports": { "./api": { "import": "./src/api.ts" } } }',
      'libs/blocks/src/api.ts':
        "import { size } from './size.js';\nawait 0;\nexport const text: string = 'size' + size;",
      'libs/blocks/src/size.ts': 'export const size: number = 3;',
      'node_modules/@acme/blocks': { link: '../../libs/blocks' },
      'main.ts': `import { text } from '@acme/blocks/api';\n${CHART}add({ text });`,
    },
    ['text: size3'],
  ],
  [
    'S09: require of a computed name, with and without extension; one instance of each file',
    {
      'envs/dev.ts':
        "import { base } from '../base';\nexport const text: string = 'dev' + base.name;\nexport { base };",
      'base.ts': "export const base = { name: 'Base' as string };",
      'main.ts': `import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { base } from './base';
${CHART}const [first] = readdirSync('envs').map((file) => require(resolve('envs', file)));
const second = require(\`./envs/\${process.env.STAGE ?? 'dev'}\`);
add({ text: first.text, same: String(first === second && first.base === base) });`,
    },
    ['same: "true"', 'text: devBase'],
  ],
  [
    'S09: a computed path that nothing asks for is not an error',
    {
      'envs/broken.ts': 'const x: = 3;',
      'envs/values.yaml': 'a: 1',
      'main.ts': `${CHART}const load = (name: string) => require(\`./envs/\${name}\`);\nadd({ load: typeof load });`,
    },
    ['load: function'],
  ],
  [
    'S13: an ES module of a package that awaits at its top level',
    {
      ...ONLY_ESM,
      'charts/shop.ts': "import hello, { name } from 'only-esm';\nexport const text: string = hello + name;",
      'main.ts': `import * as all from 'only-esm';
import { text } from './charts/shop';
${CHART}add({ text, keys: Object.keys(all).join() });`,
    },
    ['keys: default,name', 'text: hellonamed'],
  ],
  [
    'CommonJS and ES modules in one program, each by the rules of Node.js',
    {
      ...ES_MODULES,
      'a.cts': "import fs = require('node:fs');\nexport = { a: fs.existsSync('main.ts') ? 'A' : '' };",
      'b.mts': "export const b: string = 'B';\nexport default await Promise.resolve('D');",
      'node_modules/old/index.js': "exports.__esModule = true; exports.default = 'D'; exports.x = 'X';",
      'main.ts': `import a from './a.cjs';
import d, { b } from './b.mjs';
import old, { x } from 'old';
${CHART}add({ a: a.a, b, d, old: (old as any).default, x });`,
    },
    ['a: A', 'b: B', 'd: D', 'old: D', 'x: X'],
  ],
  [
    'JSON, with attributes and without',
    {
      'values.json': '{ "a": "1" }',
      'main.ts': `import values from './values.json' with { type: 'json' };
import same, { a } from './values.json';
${CHART}add({ a, values: values.a, same: String(same === values || same.a === values.a) });`,
    },
    ['a: "1"', 'same: "true"', 'values: "1"'],
  ],
  [
    'paths and baseUrl of a tsconfig.json that extends another, in computed names too',
    {
      'tsconfig.base.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@x/*": ["charts/*"] } } }',
      'tsconfig.json': '{ // strict\n"extends": "./tsconfig.base.json" }',
      'charts/shop.ts': "export const shop: string = 'shop';",
      'main.ts': `import { shop } from '@x/shop';
import { shop as same } from 'charts/shop';
${CHART}const name = 'shop';\nadd({ shop, same, computed: require(\`@x/\${name}\`).shop });`,
    },
    ['computed: shop', 'same: shop', 'shop: shop'],
  ],
  [
    'evenkeel is the same module for import, import() and require',
    {
      'main.ts': `import { Platform } from 'evenkeel';
${CHART}const again = await import('evenkeel');
add({ same: String(again.Platform === Platform && require('evenkeel').Platform === Platform) });`,
    },
    ['same: "true"'],
  ],
  [
    'a cycle',
    {
      'a.ts': "import { b } from './b';\nexport const a = () => 'a' + b;",
      'b.ts': "import { a } from './a';\nexport const b = 'b';\nexport const c = () => a();",
      'main.ts': `import { c } from './b';\n${CHART}add({ c: c() });`,
    },
    ['c: ab'],
  ],
];

test.each(rows)('%s', (_, files, data) => {
  const outcome = synth(files);
  expect(outcome).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(dataOf(outcome)).toEqual(data);
});

testWith('other versions of Node.js', areOtherNodesHere)(
  'the same on the oldest and the newest Node.js',
  () => {
    for (const { version, program } of otherNodes) {
      for (const [name, files, data] of rows) {
        const outcome = synth(files, { node: program });
        expect({ version, name, ...outcome, data: dataOf(outcome) }).toMatchObject({ status: 0, stderr: '', data });
      }
    }
  },
  300_000,
);

test.each<[string, Files, RegExp]>([
  [
    'S09: a computed name without a file',
    { 'main.ts': `${CHART}require(\`./envs/\${'nope'}\`);` },
    /^main\.ts:6:1 error app\n {2}Error: Cannot find module '\.\/envs\/nope'\n {2}expected /,
  ],
  [
    'S09: a computed name of a file with an error',
    { 'envs/dev.ts': 'const x: = 3;', 'main.ts': `${CHART}require(\`./envs/\${'dev'}\`);` },
    /^envs\/dev\.ts:1:10 error compile\n/,
  ],
  [
    'S10: an import of YAML',
    {
      'charts/shop.ts': "import values from './values.yaml';\nexport { values };",
      'charts/values.yaml': 'a: 1',
      'main.ts': "import './charts/shop';",
    },
    /^charts\/shop\.ts:1:20 error compile\n {2}values\.yaml is YAML, .*\n {2}expected parse\(readFileSync\(`\$\{__dirname\}\/values\.yaml`, 'utf8'\)\), with import \{ readFileSync \} from 'node:fs' and import \{ parse \} from 'yaml'\n/,
  ],
  [
    'S10: an import of text, in an ES module',
    { ...ES_MODULES, 'run.txt': 'a', 'main.ts': "import text from './run.txt';\nexport { text };" },
    /^main\.ts:1:18 error compile\n {2}run\.txt is not code, .*\n {2}expected readFileSync\(new URL\('run\.txt', import\.meta\.url\), 'utf8'\)/,
  ],
  [
    'S10: a require of text by a computed name',
    { 'run.sh': 'a', 'main.ts': `${CHART}require('./run' + '.sh');` },
    /^main\.ts:6:1 error app\n {2}run\.sh is not code, .*\n {2}expected readFileSync\(/,
  ],
  [
    'S05: a require of a file that awaits',
    { 'late.ts': 'export const a: number = await 1;', 'main.ts': `${CHART}require('./' + 'late');` },
    /^main\.ts:6:1 error app\n {2}late\.ts awaits at its top level, .*\n {2}expected import, or await import/,
  ],
  [
    'S13: a package that does not parse',
    { 'node_modules/bad/index.js': 'const = 3;', 'main.ts': `import 'bad';\n${CHART}` },
    /^main\.ts:1:8 error app\n {2}SyntaxError: .* in node_modules\/bad\/index\.js\n/,
  ],
  [
    'an exception below a top-level await is at its line',
    { 'main.ts': `${CHART}await 1;\n\n  throw new Error('boom');` },
    /^main\.ts:8:9 error app\n {2}Error: boom\n/,
  ],
])('%s', (_, files, message) => {
  const { status, stderr, written } = synth(files);
  expect({ status, written }).toEqual({ status: 1, written: undefined });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\n1 error, nothing written\n$/);
});

test('S11: a note where tsconfig.json asks for metadata of decorators; the decorators themselves run', () => {
  const outcome = synth({
    'tsconfig.base.json': '{ "compilerOptions": {\n  "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
    'tsconfig.json': '{ "extends": ["./tsconfig.base"] }',
    'main.ts': `${CHART}const seen: string[] = [];
function field(_: object, key: string) { seen.push(key); }
class Size { @field size!: number; }
add({ seen: seen.join(), size: typeof Size });`,
  });
  expect(outcome.status).toBe(0);
  expect(outcome.stderr).toMatch(
    /^tsconfig\.base\.json:2:35 note compile\n {2}emitDecoratorMetadata has no effect: .*\n/,
  );
  expect(dataOf(outcome)).toContain('seen: size');
});

test.each(['Projects (old)', '[x]{y}* #1%41', 'a\nb', 'Über – uns'])(
  'S38, F28: the place of a finding in a folder %j',
  (folder) => {
    const files = { 'sub/far.ts': "export const f = () => {\n  throw new RangeError('far');\n};" };
    const { stderr } = synth({ ...files, 'main.ts': `import { f } from './sub/far';\n${CHART}f();` }, { folder });
    expect(stderr).toMatch(/^sub\/far\.ts:2:9 error app\n {2}RangeError: far\n/);
  },
);
