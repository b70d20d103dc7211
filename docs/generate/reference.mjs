// The reference: a page a subject with everything that `lib/index.ts` exports, from its types and docstrings.
import path from 'node:path';
import ts from 'typescript';

/** Pages, and the folders of `lib` whose exports they list. */
const PAGES = [
  ['platform', 'Platform, environments, placements', ['constructs/platform', 'model/platform']],
  ['clusters', 'Clusters and providers', ['model/cluster', 'model/backups', 'model/exposure', 'model/providers']],
  [
    'components',
    'Systems and components',
    [
      'constructs/system',
      'constructs/component',
      'constructs/storage',
      'constructs/jobs',
      'constructs/backups',
      'constructs/pod',
      'constructs/nodes',
      'constructs/exposure',
      'constructs/tree',
      'model/pods',
    ],
  ],
  [
    'services',
    'Services and their limits',
    ['constructs/services', 'constructs/postgres', 'constructs/network', 'model/services'],
  ],
  [
    'capacity',
    'Size, nodes, load tests',
    ['constructs/scaling', 'constructs/load-test', 'model/capacity', 'model/nodes'],
  ],
  ['parts', 'Parts of the platform', ['parts', 'constructs/parts']],
  ['testing', 'Tests of charts', ['.']],
  ['findings', 'Findings, checks, files', ['model/finding', 'model/manifest', 'checks', 'synth']],
];

/** What a docstring says of an optional property instead of its default. */
const ABSENCE = /\b(?:absent|mandatory)\b/i;

/** Not a property, but the absence of one in a union. */
const NEVER = /^never$/;

/** Shapes without a name of their own are listed in place, this deep at most. */
const DEEPEST = 3;

/** Reads the program and what it exports. */
function readApi(root) {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['lib/index.ts'] }, ts.sys, root);
  const program = ts.createProgram([path.join(root, 'lib/index.ts')], options);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path.join(root, 'lib/index.ts')));
  const symbols = checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
  return { checker, symbols: symbols.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)) };
}

/** Whether a member is written as a method, also where a mapped type makes a property of it. */
const isMethod = ({ declarations = [] }) =>
  declarations.some((node) => ts.isMethodSignature(node) || ts.isMethodDeclaration(node));

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();
const cell = (text) => oneLine(text).replaceAll('|', '\\|');

/** Replaces type parameters by their defaults, which is what a user writes. */
const withDefaults = (text, parameters = []) =>
  parameters.reduce(
    (result, one) => (one.default ? result.replaceAll(`: ${one.name.text}`, `: ${one.default.getText()}`) : result),
    text,
  );

class Reference {
  constructor(root) {
    const { checker, symbols } = readApi(root);
    this.lib = path.join(root, 'lib');
    this.checker = checker;
    this.symbols = symbols;
    /** What lacks a docstring or a default, by place. */
    this.missing = new Map();
    this.pages = new Map(symbols.map(({ name, symbol }) => [name, this.pageOf(name, symbol.declarations[0])]));
  }

  /** The file of a node, relative to `lib`. */
  fileOf(node) {
    return path.relative(this.lib, node.getSourceFile().fileName).replaceAll('\\', '/');
  }

  /** The page of a declaration. */
  pageOf(name, declaration) {
    const folder = path.posix.dirname(this.fileOf(declaration));
    const isIn = (known) => folder === known || folder.startsWith(`${known}/`);
    const page = PAGES.find(([, , folders]) => folders.some(isIn));
    if (page === undefined) throw new Error(`${name}: lib/${folder} is on no page of docs/generate/reference.mjs`);
    return page[0];
  }

  /** Whether a member is ours and for users: neither private, protected nor internal. */
  isPublic(symbol) {
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    const nodes = symbol.declarations ?? [];
    return (
      nodes.length > 0 &&
      !this.fileOf(nodes[0]).startsWith('..') &&
      !nodes.some((node) => ts.getCombinedModifierFlags(node) & hidden || ts.isPrivateIdentifier(node.name ?? node)) &&
      !symbol.getJsDocTags().some(({ name }) => name === 'internal')
    );
  }

  link(name, text = name) {
    return `[${text}](${this.pages.get(name)}.md#${name.toLowerCase()})`;
  }

  /** Code in a table cell or a list, which may contain backticks. */
  code(text) {
    return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
  }

  /** A type as code, with links to what is exported. */
  typeText(node) {
    const start = node.getStart();
    const text = node.getText();
    const links = [];
    const visit = (inner) => {
      const symbol = ts.isIdentifier(inner) ? this.checker.getSymbolAtLocation(inner) : undefined;
      const name =
        symbol && this.nameOf(symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol);
      if (name !== undefined) links.push({ name, from: inner.getStart() - start, to: inner.getEnd() - start });
      ts.forEachChild(inner, visit);
    };
    visit(node);
    const shown = (from, to) => {
      const piece = text
        .slice(from, to)
        .replace(/\/\*[\s\S]*?\*\/|\breadonly /g, '')
        .replace(/\s+/g, ' ');
      return piece === '' ? '' : this.code(piece);
    };
    const ends = [0, ...links.map(({ to }) => to)];
    const pieces = links.map(({ name, from }, index) => shown(ends[index], from) + this.link(name, `\`${name}\``));
    return pieces.join('') + shown(ends.at(-1), text.length);
  }

  /** The exported name of a symbol. */
  nameOf(symbol) {
    return this.symbols.find((known) => known.symbol === symbol)?.name;
  }

  /** Prose of a docstring, with links to what it names. */
  prose(parts) {
    const linked = (name) => (this.pages.has(name) ? this.link(name, `\`${name}\``) : `\`${name}\``);
    return ts
      .displayPartsToString(parts)
      .replace(/\{@link (\w+)[^}]*\}/g, '`$1`')
      .replace(/`(\w*[A-Z]\w*)`/g, (_, name) => linked(name));
  }

  tags(symbol, wanted) {
    return symbol
      .getJsDocTags(this.checker)
      .filter(({ name }) => name === wanted)
      .map(({ text }) => this.prose(text));
  }

  /** The docstring of a symbol; its absence is noted under `name`. */
  doc(symbol, name) {
    const text = this.prose(symbol.getDocumentationComment(this.checker)).trim();
    const [node] = symbol.declarations;
    // The docstring of what holds a literal describes all of it.
    if (ts.isTypeLiteralNode(node.parent)) return text;
    const hasDefault = this.tags(symbol, 'default').length > 0;
    if (text === '' && !hasDefault) this.refuse(node, `${name}: no docstring`);
    const isOptional =
      ts.isPropertySignature(node) && node.questionToken !== undefined && !NEVER.test(node.type?.getText());
    if (isOptional && !hasDefault && !ABSENCE.test(text)) this.refuse(node, `${name}: no @default`);
    return text;
  }

  /** Notes the first thing that a line lacks: a property is often listed more than once. */
  refuse(node, what) {
    const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
    const place = `lib/${this.fileOf(node)}:${line + 1}`;
    if (!this.missing.has(place)) this.missing.set(place, `${place} ${what}`);
  }

  /** Meaning, default and errors of a member, in one line. */
  meaning(symbol, name) {
    const text = this.doc(symbol, name);
    const defaults = this.tags(symbol, 'default').map((value) => `Default: ${value}.`);
    const errors = this.tags(symbol, 'throws').map((when) => `Throws ${when}.`);
    return [text, ...defaults, ...errors]
      .filter((part) => part !== '')
      .join(' ')
      .replace(/(?<!\.)\.\.(?!\.)/g, '.');
  }

  /** The object types within a type: its elements, its alternatives, without `undefined`. */
  shapes(type) {
    if (this.nameOf(type.aliasSymbol ?? type.symbol) !== undefined) return [];
    if (type.isUnion()) return type.types.flatMap((one) => this.shapes(one));
    if (this.checker.isArrayType(type)) return this.checker.getTypeArguments(type).flatMap((one) => this.shapes(one));
    const isObject = type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection);
    const isPlain = isObject && type.getCallSignatures().length === 0 && !type.isClass();
    return isPlain ? [type] : [];
  }

  /** Rows of the properties of a type, and of the shapes without a name within it. */
  rows(type, owner, prefix = '', depth = 0, hidden = new Set()) {
    const rows = this.checker
      .getPropertiesOfType(type)
      .filter((property) => this.isPublic(property) && !isMethod(property))
      .filter((property) => !hidden.has(property.name))
      .flatMap((property) => {
        const declared = property.valueDeclaration ?? property.declarations[0];
        const own = this.checker.getTypeOfSymbol(property);
        const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
        const name = `${prefix}${property.name}${isOptional ? '?' : ''}`;
        const meaning = this.meaning(property, `${owner}.${prefix}${property.name}`);
        const written = declared.type?.getText() ?? '';
        const nested = this.isLinked(declared.type)
          ? []
          : this.nested(own, owner, `${prefix}${property.name}.`, depth + 1);
        // A literal whose members say nothing more is shown as it is written.
        const isFolded = /^(?:readonly )?\(?\{/.test(written) && nested.some((row) => !row.endsWith('|  |'));
        const isShown = !/^(?:readonly )?\(?\{/.test(written) || isFolded;
        const type = isFolded ? `\`{ … }${written.endsWith('[]') ? '[]' : ''}\`` : this.typeOf(declared, own);
        return [`| \`${name}\` | ${cell(type)} | ${cell(meaning)} |`, ...(isShown ? nested : [])];
      });
    return rows;
  }

  /** Whether a type is written as the name of something exported, which has its own section. */
  isLinked(node) {
    if (node === undefined || !ts.isTypeReferenceNode(node)) return false;
    const symbol = this.checker.getSymbolAtLocation(node.typeName);
    return (
      this.nameOf(symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol) !== undefined
    );
  }

  typeOf(declared, type) {
    return declared.type === undefined ? this.code(this.checker.typeToString(type)) : this.typeText(declared.type);
  }

  nested(type, owner, prefix, depth) {
    if (depth > DEEPEST) return [];
    return [...new Set(this.shapes(type).flatMap((shape) => this.rows(shape, owner, prefix, depth)))];
  }

  table(rows, first = 'property') {
    if (rows.length === 0) return [];
    return [`| ${first} | type | meaning |\n|---|---|---|\n${rows.join('\n')}`];
  }

  parameterText(node) {
    const name = ts.isIdentifier(node.name) ? node.name.text : 'options';
    const mark = node.questionToken !== undefined || node.initializer !== undefined ? '?' : '';
    return `${node.dotDotDotToken ? '...' : ''}${name}${mark}: ${node.type?.getText() ?? 'unknown'}`;
  }

  signatureText(signature, name) {
    const node = signature.declaration;
    const generic =
      node.typeParameters === undefined ? '' : `<${node.typeParameters.map((one) => one.getText()).join(', ')}>`;
    const result = this.checker.typeToString(signature.getReturnType(), node, ts.TypeFormatFlags.NoTruncation);
    const parameters = node.parameters.map((one) => this.parameterText(one)).join(', ');
    return oneLine(`${name}${generic}(${parameters}): ${node.type?.getText() ?? result}`).replace(
      /\breadonly (?=[\w(]+[^:,)]*\[\])/g,
      '',
    );
  }

  /** Methods, each in one item. */
  methods(type, owner, hidden = new Set()) {
    const items = this.checker
      .getPropertiesOfType(type)
      .filter((member) => this.isPublic(member) && isMethod(member))
      .filter((member) => !hidden.has(member.name))
      .map((member) => {
        const signatures = this.checker.getNonNullableType(this.checker.getTypeOfSymbol(member)).getCallSignatures();
        const texts = signatures.map((signature) => `\`${this.signatureText(signature, member.name)}\``);
        const parameters = this.tags(member, 'param').map((text) => `\`${text.replace(/ /, '`: ')}.`);
        return `- ${[texts.join('<br>'), oneLine(this.meaning(member, `${owner}.${member.name}()`)), ...parameters].filter(Boolean).join('<br>')}`;
      });
    return items.length === 0 ? [] : [items.join('\n')];
  }

  /** Exported interfaces that a class or its bases implement. Their members are listed there. */
  rolesOf(type) {
    const clauses = (type.symbol?.declarations ?? []).flatMap((node) => node.heritageClauses ?? []);
    const own = clauses
      .filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
      .flatMap(({ types }) => types.map((node) => this.checker.getTypeAtLocation(node)))
      .filter(({ symbol }) => this.nameOf(symbol) !== undefined);
    return [...own, ...(type.getBaseTypes() ?? []).flatMap((base) => this.rolesOf(base))];
  }

  classSection(symbol, name) {
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    const [signature] = this.checker.getTypeOfSymbol(symbol).getConstructSignatures();
    const isAbstract = ts.getCombinedModifierFlags(symbol.valueDeclaration) & ts.ModifierFlags.Abstract;
    const own = signature?.declaration?.parent === symbol.valueDeclaration;
    const parameters = (signature?.parameters ?? [])
      .map((one) =>
        own
          ? withDefaults(this.parameterText(one.valueDeclaration), symbol.valueDeclaration.typeParameters)
          : `${one.name}: ${this.checker.typeToString(this.checker.getTypeOfSymbol(one))}`,
      )
      .join(', ');
    const call = isAbstract ? `class … extends ${name} { constructor(${parameters}) }` : `new ${name}(${parameters})`;
    const roles = this.rolesOf(type);
    const hidden = new Set(roles.flatMap((role) => role.getProperties().map((member) => member.name)));
    const links = [...new Set(roles.map((role) => this.link(role.symbol.name, `\`${role.symbol.name}\``)))];
    return [
      `\`\`\`ts\n${oneLine(call)}\n\`\`\``,
      ...(links.length === 0 ? [] : [`Is a ${links.join(' and a ')}.`]),
      ...this.table(this.rows(type, name, '', 0, hidden)),
      ...this.methods(type, name, hidden),
    ];
  }

  functionSection(symbol, name) {
    const signatures = this.checker.getTypeOfSymbol(symbol).getCallSignatures();
    const code = signatures.map((signature) => this.signatureText(signature, name)).join('\n');
    const rows = signatures.flatMap((signature) => [
      ...signature.parameters.flatMap((parameter) => {
        const node = parameter.valueDeclaration;
        const own = ts.isIdentifier(node.name) ? `${node.name.text}.` : 'options.';
        return this.nested(this.checker.getTypeOfSymbol(parameter), name, own, 1);
      }),
      ...this.nested(signature.getReturnType(), name, 'result.', 1),
    ]);
    const parameters = this.tags(symbol, 'param').map((text) => `- \`${oneLine(text).replace(/ /, '`: ')}`);
    const results = this.tags(symbol, 'returns').map((text) => `Returns ${oneLine(text)}.`);
    return [
      `\`\`\`ts\n${code}\n\`\`\``,
      ...(parameters.length === 0 ? [] : [parameters.join('\n')]),
      ...results,
      ...this.table([...new Set(rows)]),
    ];
  }

  typeSection(symbol, name) {
    const [declaration] = symbol.declarations;
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    if (ts.isInterfaceDeclaration(declaration)) {
      return [...this.table(this.rows(type, name)), ...this.methods(type, name)];
    }
    if (/^(?:Omit|Pick|Partial)</.test(declaration.type.getText())) return this.table(this.rows(type, name));
    const generic = declaration.typeParameters?.map((one) => one.getText()).join(', ');
    const written = declaration.type.getText().replace(/\n {2}/g, '\n');
    const isComputed = /\btypeof\b/.test(written);
    const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
    const text = isComputed ? this.checker.typeToString(type, undefined, flags) : written;
    return [`\`\`\`ts\ntype ${name}${generic === undefined ? '' : `<${generic}>`} = ${text}\n\`\`\``];
  }

  section({ name, symbol }) {
    const heading = [`## ${name}`, this.doc(symbol, name)];
    const errors = this.tags(symbol, 'throws').map((when) => `Throws ${oneLine(when)}.`);
    const examples = this.tags(symbol, 'example').map((text) => `\`\`\`ts\n${text.trim()}\n\`\`\``);
    let body;
    if (symbol.flags & ts.SymbolFlags.Class) body = this.classSection(symbol, name);
    else if (symbol.flags & ts.SymbolFlags.Function) body = this.functionSection(symbol, name);
    else if (symbol.flags & ts.SymbolFlags.Variable) {
      const type = this.checker.typeToString(
        this.checker.getTypeOfSymbol(symbol),
        undefined,
        ts.TypeFormatFlags.NoTruncation,
      );
      body = [`\`\`\`ts\nconst ${name}: ${type}\n\`\`\``];
    } else body = this.typeSection(symbol, name);
    return [...heading, ...errors, ...body, ...examples].filter((part) => part !== '').join('\n\n');
  }

  /** Pages by file name. */
  describe() {
    const note = '<!-- Written by `npm run docs` from the docstrings of lib: change it there. -->';
    const listed = PAGES.map(([page, title]) => [
      page,
      title,
      this.symbols.filter(({ name }) => this.pages.get(name) === page),
    ]);
    const files = listed.map(([page, title, symbols]) => [
      `${page}.md`,
      `# ${title}\n\n${note}\n\n${symbols.map((one) => this.section(one)).join('\n\n')}\n`,
    ]);
    const index = listed.map(([page, title, symbols]) => {
      const names = symbols.map(({ name }) => `[\`${name}\`](${page}.md#${name.toLowerCase()})`);
      return `## [${title}](${page}.md)\n\n${names.join(' · ')}`;
    });
    const intro =
      "Everything that `import { … } from 'evenkeel'` offers. What fits together how: [constructs](../constructs.md).";
    if (this.missing.size > 0) throw new Error(`docstrings:\n${[...this.missing.values()].join('\n')}`);
    return [['README.md', `# Reference\n\n${note}\n\n${intro}\n\n${index.join('\n\n')}\n`], ...files];
  }
}

/** The pages of the reference, by file name. */
export const describeApi = (root) => new Map(new Reference(root).describe());
