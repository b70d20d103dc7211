// Compiles the user's files with esbuild, each to a CommonJS module of its own: types are stripped, and nothing is written.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { problemOf } = require('./refuse');
const { isUsers, loadsByImport, parentAt, runsAsEsModule } = require('./resolve');

/** What compiled code calls: each file's `import.meta`, and `import()`. */
const META = 'ek$meta';
const IMPORT = 'ek$load';
/** What a file with a top-level await exports: its body, a function. */
const BODY = 'ek$body';

/** Stands for the `.` of a computed path, which esbuild would otherwise expand to all files that may fit. One unit long, too. */
const DOT = '\ue000';
const COMPUTED = /((?:import|require)\s*\(\s*)(?:(`)(?=\.{1,2}\/[^`]*\$\{)|(['"])(?=\.{1,2}\/[^'"\n]*\3\s*\+))(\.)/g;

const COMMON = {
  write: false,
  platform: 'node',
  target: 'node20',
  charset: 'utf8',
  logLevel: 'silent',
  conditions: [],
  mainFields: ['main'],
  define: { 'import.meta': META },
};
const COMMON_JS = { format: 'cjs', supported: { 'dynamic-import': false }, sourcesContent: false };

const SOURCE = /\.[cm]?[jt]sx?$/;

/** Errors of the compiler, in its own form: each with a text and a place. */
class CompileError extends Error {
  constructor(errors) {
    super(errors.map(({ text }) => text).join('\n'));
    this.errors = errors;
  }
}

/**
 * The user's files as far as they are known: their code, what they import, and which of them await at the top level.
 * @param root folder of the user's main file
 * @param source Evenkeel from a checkout, whose files are not the user's
 * @param note follows a file that is read, and gives a mark that another content does not have. Absent unless a program is compiled again
 */
function createCompiler({ root, source, note }) {
  const esbuild = require('esbuild');
  const workingDir = fs.existsSync(root) ? root : process.cwd();
  /** By file: its code, as text of a CommonJS module. */
  const codes = new Map();
  /** By file: what it imports, in order, each with its specifier, its kind and, where it is a user's own, its file. */
  const imports = new Map();
  /** Files with a top-level await. */
  const awaiting = new Set();
  /** Files of which the imports are known. */
  const discovered = new Set();
  /** By file: the mark of what was compiled. */
  const marks = new Map();
  const onlyModules = note === undefined ? [ONLY_MODULES] : [noting(note), ONLY_MODULES];

  // Import attributes are a part of esbuild's names.
  const inRoot = (name) => path.resolve(workingDir, name.replace(/ with \{.*\}$/, ''));
  const nameOf = (file) => {
    const name = path.relative(workingDir, file).split(path.sep).join('/');
    return path.isAbsolute(name) ? name : `./${name}`;
  };

  const isProgram = (file) => isUsers(file) && !source?.has(file);

  /** Whether the code of a file is there, and is that of what the file contains. */
  const hasCode = (file) => codes.has(file) && (note === undefined || marks.get(file) === note(file));

  /** Forgets what a save may have changed: imports, and where they lead. @param keepsCode whether unchanged files keep their code */
  function renew(keepsCode) {
    imports.clear();
    discovered.clear();
    if (!keepsCode) codes.clear();
    // of a file that is not followed, such as one that the program writes, no mark says whether it is the same
    for (const file of codes.keys()) if (marks.get(file) === undefined) codes.delete(file);
  }

  /** Compiles `entries` and all that they import. */
  async function prepare(entries) {
    const fresh = new Set();
    for (let wave = entries; wave.length > 0; ) {
      for (const file of await discover(wave)) fresh.add(file);
      wave = (await resolveLinked([...fresh])).filter((file) => !fresh.has(file) && !discovered.has(file));
    }
    const files = [...fresh].filter((file) => SOURCE.test(file) && !hasCode(file));
    if (files.length > 0) await compile(files);
  }

  /** The files that `entries` import, and themselves. */
  async function discover(entries) {
    const contents = entries.map((file) => `import ${JSON.stringify(nameOf(file))};`).join('\n');
    const options = {
      ...COMMON,
      stdin: { contents, resolveDir: workingDir, sourcefile: 'evenkeel' },
      absWorkingDir: workingDir,
      bundle: true,
      format: 'esm',
      packages: 'external',
      external: source?.external ?? ['evenkeel'],
      metafile: true,
      plugins: onlyModules,
    };
    // A computed path is not an error before it is asked for: only then esbuild must not expand it.
    const { metafile } = await esbuild
      .build(options)
      .catch(() => esbuild.build({ ...options, plugins: [...onlyModules, withoutComputed(false)] }))
      .catch(refuse);
    const files = [];
    for (const [name, input] of Object.entries(metafile.inputs)) {
      const file = inRoot(name);
      if (name === 'evenkeel' || !fs.existsSync(file)) continue;
      files.push(file);
      discovered.add(file);
      // esbuild's own helpers are among the imports
      const own = input.imports.filter(({ path: target }) => target !== '<runtime>');
      imports.set(
        file,
        own.map(({ path: target, original, kind, external: isExternal }) => ({
          specifier: original ?? target,
          kind,
          file: isExternal ? undefined : inRoot(target),
        })),
      );
    }
    return files;
  }

  /** Files of packages that are only linked into node_modules, as those of a workspace are. */
  async function resolveLinked(files) {
    const linked = [];
    const unresolved = [];
    for (const file of files) {
      for (const entry of imports.get(file) ?? []) {
        if (entry.file !== undefined || /^[./]/.test(entry.specifier) || Module.isBuiltin(entry.specifier)) continue;
        const target = resolveNative(entry.specifier, file);
        if (target === undefined && isLinkedPackage(entry.specifier, file)) unresolved.push({ entry, importer: file });
        else if (target !== undefined && isProgram(target)) entry.file = target;
        if (entry.file !== undefined) linked.push(entry.file);
      }
    }
    if (unresolved.length > 0) linked.push(...(await resolveByCompiler(unresolved)));
    return linked;
  }

  /** Asks esbuild, which knows the conditions of an `import`. */
  async function resolveByCompiler(unresolved) {
    const resolved = [];
    const plugin = {
      name: 'resolve',
      setup(build) {
        build.onStart(async () => {
          for (const { entry, importer } of unresolved) {
            const answer = await build.resolve(entry.specifier, {
              kind: entry.kind,
              resolveDir: path.dirname(importer),
            });
            if (answer.errors.length > 0 || !isUsers(answer.path)) continue;
            entry.file = answer.path;
            resolved.push(answer.path);
          }
        });
      },
    };
    await esbuild.build({ ...COMMON, stdin: { contents: '' }, bundle: true, plugins: [plugin] });
    return resolved;
  }

  async function compile(files) {
    try {
      keep(files, await esbuild.build(optionsFor(files)));
    } catch (error) {
      const waiting = filesThatAwait(error, files);
      const rest = files.filter((file) => !waiting.includes(file));
      await Promise.all([rest.length > 0 && compile(rest), ...waiting.map(compileAwaiting)]);
    }
  }

  /** Compiles a file that no import statement names, and with it those of its folder: where one is computed, others follow. */
  function compileNow(file) {
    const folder = path.dirname(file);
    const beside = fs.readdirSync(folder).map((name) => path.join(folder, name));
    const all = beside.filter((other) => SOURCE.test(other) && !/\.d\.[cm]?ts$/.test(other) && !hasCode(other));
    for (const files of [all, [file]]) {
      try {
        return keep(files, esbuild.buildSync(optionsFor(files)));
      } catch (error) {
        if (files !== all) refuseAwait(error, file);
      }
    }
  }

  function refuseAwait(error, file) {
    if (filesThatAwait(error, [file]).length > 0) {
      const name = path.relative(process.cwd(), file);
      throw problemOf(`${name} awaits at its top level, so that require cannot load it`, 'import, or await import(…)');
    }
  }

  function filesThatAwait(error, files) {
    const { errors } = error;
    if (errors === undefined) throw error;
    const others = errors.filter(({ text }) => !text.startsWith('Top-level await'));
    if (others.length > 0) throw new CompileError(others);
    const named = new Set(errors.map(({ location }) => inRoot(location.file)));
    return files.filter((file) => named.has(file));
  }

  function optionsFor(files) {
    const entryPoints = files.map((file, index) => ({ in: nameOf(file), out: String(index) }));
    return {
      ...COMMON,
      ...COMMON_JS,
      sourcemap: 'external',
      entryPoints,
      outdir: workingDir,
      absWorkingDir: workingDir,
    };
  }

  function keep(files, { outputFiles }) {
    const texts = new Map(outputFiles.map((output) => [path.basename(output.path), output.text]));
    files.forEach((file, index) => {
      awaiting.delete(file);
      remember(file, finish(file, texts.get(`${index}.js`), texts.get(`${index}.js.map`)));
    });
  }

  function remember(file, code) {
    codes.set(file, code);
    marks.set(file, note?.(file));
  }

  /**
   * CommonJS has no top-level await: the body becomes an async function, which the importers of the file await. Imports stay outside.
   * Without template literals and comments every line of esbuild's output begins a statement or is a part of one, never of a text.
   */
  async function compileAwaiting(file) {
    const normal = await esbuild.build({
      ...COMMON,
      entryPoints: [nameOf(file)],
      outdir: workingDir,
      absWorkingDir: workingDir,
      bundle: true,
      external: ['*'],
      format: 'esm',
      legalComments: 'none',
      supported: { 'template-literal': false },
      treeShaking: false,
      sourcemap: 'inline',
      sourcesContent: false,
      plugins: [withoutComputed(true)],
    });
    const [, text, mapComment] = /^(.*?)(\/\/# sourceMappingURL=.*)?$/s.exec(normal.outputFiles[0].text);
    const { body, statements, names } = splitModule(text.replaceAll(DOT, '.'));
    const getters = names.map(([local, name]) => `${name}: () => ${local}`).join(', ');
    const contents = `export async function ${BODY}(ek$export) { ek$export({ ${getters} }); ${body}\n}\n${statements}\n${mapComment}`;
    const { code, map } = await esbuild.transform(contents, {
      ...COMMON_JS,
      charset: 'utf8',
      target: 'node20',
      platform: 'node',
      loader: 'js',
      sourcemap: 'external',
      sourcefile: path.basename(file),
    });
    awaiting.add(file);
    remember(file, finish(file, code, map));
  }

  /** Code with its source map, and with the names that it uses. */
  function finish(file, code, map) {
    const own = imports.get(file) ?? [];
    const asInNode = runsAsEsModule(file);
    const isPackage = (specifier) => {
      const entry = own.find((other) => other.specifier === specifier);
      if (/^[./]/.test(specifier) || entry?.file !== undefined) return false;
      return entry !== undefined || !isProgram(resolveNative(specifier, file) ?? '');
    };
    const text = code
      .replace(/^#!.*/, '')
      // Node gives an ES module all of a CommonJS package as its default import; of a file that was an ES module it is the default export.
      .replace(/^(var \w+ = )?__toESM\(require\("((?:[^"\\]|\\.)*)"\)(?:, 1)?\);$/gm, (_, target = '', quoted) => {
        const specifier = JSON.parse(`"${quoted}"`);
        const whole = asInNode && isPackage(specifier) && !loadsByImport(specifier, file);
        return `${target}__toESM(require("${quoted}")${whole ? ', 1' : ''});`;
      })
      // As long as what it replaces: columns stay.
      .replace(/(\.then\(\(s?\) => )__toESM\(require\(/g, `$1       ${IMPORT}((`)
      .replace(/^("use strict";)?/, `$1const { meta: ${META}, load: ${IMPORT} } = module.evenkeel; `);
    const source = JSON.stringify(pathToFileURL(file).href);
    const placed = map.replace(/"sources":\s*\[[^\]]*\]/, `"sources": [${source}]`);
    return `${text}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(placed).toString('base64')}\n`;
  }

  /** The file that esbuild finds where Node.js finds none: it knows `paths` of tsconfig.json. */
  function resolveNow(specifier, importer) {
    const contents = `require(${JSON.stringify(specifier)})`;
    const stdin = { contents, resolveDir: path.dirname(importer), sourcefile: 'evenkeel' };
    try {
      const { metafile } = esbuild.buildSync({
        ...COMMON,
        stdin,
        absWorkingDir: workingDir,
        bundle: true,
        format: 'esm',
        packages: 'external',
        metafile: true,
      });
      const [target] = metafile.inputs['evenkeel'].imports;
      return target === undefined || target.external ? undefined : inRoot(target.path);
    } catch {
      return undefined;
    }
  }

  return { awaiting, codes, compileNow, discovered, hasCode, imports, prepare, renew, resolveNow };
}

/** The imports and exports of a normalized ES module, and the lines between them. */
function splitModule(text) {
  const [, inner, exported = ''] = /^(.*?)(?:\nexport \{\n(.*)\n\};\s*)?$/s.exec(text);
  const statements = [];
  const body = inner
    .replace(/^#!.*/, '')
    .replace(/^(?:import|export \*) ?.*"(?:[^"\\]|\\.)*"(?: with \{.*\})?;$/gm, (line) => {
      statements.push(line);
      return '';
    });
  const names = exported.split(/,?\n/).flatMap((line) => {
    const [, local, name = local] = /^\s*(\S+?)(?: as (.+))?$/.exec(line) ?? [];
    return local === undefined ? [] : [[local, name]];
  });
  return { body, statements: statements.join('\n'), names };
}

/** Refuses text as an import, as Node.js does; esbuild has loaders for two kinds of it. */
const ONLY_MODULES = {
  name: 'only-modules',
  setup(build) {
    build.onLoad({ filter: /\.(?:css|txt)$/ }, ({ path: file }) => ({
      errors: [{ text: `No loader is configured for "${path.extname(file)}" files: ${path.basename(file)}` }],
    }));
  },
};

/** Notes each file before it is read. */
function noting(note) {
  return {
    name: 'noting',
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path: file }) => {
        note(file);
      });
    },
  };
}

/** Reads files with their computed paths out of esbuild's sight. */
function withoutComputed(restored) {
  return {
    name: 'computed-paths',
    setup(build) {
      build.onLoad({ filter: SOURCE }, async ({ path: file }) => {
        const contents = await fs.promises.readFile(file, 'utf8');
        const dot = restored ? DOT : '0';
        return {
          contents: contents.replace(COMPUTED, `$1$2$3${dot}`),
          loader: 'default',
          resolveDir: path.dirname(file),
        };
      });
    },
  };
}

function refuse(error) {
  throw error.errors === undefined ? error : new CompileError(error.errors);
}

function resolveNative(specifier, importer) {
  try {
    return Module._resolveFilename(specifier, parentAt(importer));
  } catch {
    return undefined;
  }
}

/** Whether the package's folder is outside node_modules, and only linked there. */
function isLinkedPackage(specifier, importer) {
  const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
  if (name === undefined) return false;
  const folders = Module._nodeModulePaths(path.dirname(importer)).map((folder) => path.join(folder, name));
  const folder = folders.find((candidate) => fs.existsSync(candidate));
  return folder !== undefined && isUsers(fs.realpathSync(folder));
}

module.exports = { BODY, CompileError, createCompiler };
