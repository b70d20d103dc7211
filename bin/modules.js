// Runs the user's files as Node.js would: each is a module of its own, in Node's cache, and may wait for what it imports.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { BODY } = require('./compile');
const { problemOf, textImport } = require('./refuse');
const { isUsers, loadsByImport, parentAt } = require('./resolve');

/** TypeScript writes the extension that its compiler would give a file. */
const SOURCE_OF = { '.js': ['.ts', '.tsx'], '.jsx': ['.tsx'], '.mjs': ['.mts'], '.cjs': ['.cts'] };
const EXTENSIONS = ['.js', '.ts', '.tsx', '.jsx', '.mts', '.cts', '.mjs', '.cjs'];

/**
 * @param compiler the user's files
 * @param source Evenkeel from a checkout
 * @param home folder of Evenkeel
 * @param watch follows what is read, where the program is loaded again
 */
function createModules(compiler, source, home, watch) {
  /** By file: what its imports of ES modules gave. */
  const namespaces = new Map();
  /** By file: the promise of its evaluation. */
  const linked = new Map();
  /** Files that someone waits for. */
  const awaited = new Set();
  /** By file: the promise of what it awaits at its top level. */
  const bodies = new Map();
  const waits = new Map();

  const native = { load: Module._load, resolve: Module._resolveFilename, js: Module._extensions['.js'] };

  Module._resolveFilename = (specifier, parent, ...rest) => {
    const importer = parent?.filename;
    const known = source?.find(specifier) ?? entryOf(importer, specifier)?.file;
    if (known !== undefined) return known;
    try {
      return native.resolve(specifier, parent, ...rest);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
      const target = resolveFurther(specifier, importer, rest);
      if (target !== undefined) return target;
      if (isImporter(importer)) watch?.noteMissing(specifier, importer);
      throw error;
    }
  };

  Module._load = (specifier, parent, isMain) =>
    namespaces.get(parent?.filename)?.get(specifier) ?? native.load(specifier, parent, isMain);

  for (const extension of EXTENSIONS) {
    const inherited = Module._extensions[extension] ?? native.js;
    Module._extensions[extension] = (module, file) => {
      if (source?.has(file)) module.exports = source.load(file);
      else if (isProgram(file)) run(module, file);
      else if (isUsers(file) && path.extname(file) !== extension) throw notCode(file);
      else withMaps(false, () => runPackage(() => loadNative(() => inherited(module, file), file), file));
    };
  }

  /** Whether a file is a part of the user's program that is compiled. */
  function isProgram(file) {
    return isUsers(file) && !source?.has(file) && EXTENSIONS.includes(path.extname(file));
  }

  function loadNative(load, file) {
    return watch === undefined || isUsers(file) ? load() : watch.loadPackage(load);
  }

  function importPackage(file, specifier) {
    const load = () => importNative(file, specifier);
    return watch === undefined ? load() : watch.importPackage(load);
  }

  /** Forgets the user's files, so that they are evaluated again; packages stay. */
  function renew() {
    for (const state of [namespaces, linked, awaited, bodies, waits]) state.clear();
    for (const file of Object.keys(Module._cache)) {
      if (isUsers(file) && !source?.has(file)) delete Module._cache[file];
    }
    for (const [request, file] of Object.entries(Module._pathCache)) {
      if (isUsers(file)) delete Module._pathCache[request];
    }
  }

  /** Whether a path is a file of the program: tsconfig.json, whose `extends` is looked up too, is none. */
  function isImporter(file) {
    return file !== undefined && isProgram(file);
  }

  function resolveFurther(specifier, importer, rest) {
    if (isImporter(importer)) {
      const base = path.resolve(path.dirname(importer), specifier);
      const extension = path.extname(base);
      const candidates = (SOURCE_OF[extension] ?? []).map((other) => base.slice(0, -extension.length) + other);
      const source = /^\.{1,2}\/|^\//.test(specifier) ? candidates.find((file) => fs.existsSync(file)) : undefined;
      const target = source ?? (/^\.{0,2}\//.test(specifier) ? undefined : compiler.resolveNow(specifier, importer));
      if (target !== undefined) return target;
    }
    if (source === undefined || /^\.{0,2}\//.test(specifier)) return undefined;
    try {
      return native.resolve(specifier, parentAt(path.join(home, 'main.ts')), ...rest);
    } catch {
      return undefined;
    }
  }

  function run(module, file) {
    if (!compiler.hasCode(file)) compiler.compileNow(file);
    if (compiler.awaiting.has(file) && !awaited.has(file)) {
      throw problemOf(
        `${nameOf(file)} awaits at its top level, so that require cannot load it`,
        'import, or await import(…)',
      );
    }
    module.evenkeel = { meta: metaOf(file), load: (specifier) => importInto(file, specifier) };
    withMaps(true, () => module._compile(compiler.codes.get(file), file));
    if (compiler.awaiting.has(file)) bodies.set(file, runBody(module));
  }

  /** Starts the body of a file that awaits. Its own exports are there at once, as those of an ES module are. */
  function runBody(module) {
    const shell = module.exports;
    module.exports = Object.defineProperty({}, '__esModule', { value: true });
    return shell[BODY]((getters) => {
      for (const [name, get] of Object.entries(getters))
        Object.defineProperty(module.exports, name, { get, enumerable: true });
      for (const name of Object.keys(shell)) {
        if (name === BODY || name in module.exports) continue;
        Object.defineProperty(module.exports, name, { get: () => shell[name], enumerable: true });
      }
    });
  }

  /** Evaluates a file after all that it imports, and waits for those that wait. */
  function link(file, importers = []) {
    if (importers.includes(file)) return undefined;
    awaited.add(file);
    if (!linked.has(file)) linked.set(file, evaluate(file, [...importers, file]));
    return linked.get(file);
  }

  async function evaluate(file, importers) {
    if (mustWait(file)) {
      for (const { specifier, kind, file: target } of compiler.imports.get(file) ?? []) {
        if (kind !== 'import-statement') continue;
        if (target !== undefined) await link(target, importers);
        else if (loadsByImport(specifier, file)) remember(file, specifier, await importPackage(file, specifier));
      }
    }
    const loaded = native.load(file, null, false);
    await bodies.get(file);
    return bodies.has(file) ? Module._cache[file].exports : loaded;
  }

  function remember(importer, specifier, namespace) {
    if (!namespaces.has(importer)) namespaces.set(importer, new Map());
    namespaces.get(importer).set(specifier, asExports(namespace));
  }

  /** Whether the file, or one that it imports, awaits at its top level or needs an ES module of a package. */
  function mustWait(file, seen = new Set()) {
    if (waits.has(file)) return waits.get(file);
    if (seen.has(file)) return false;
    seen.add(file);
    const answer =
      compiler.awaiting.has(file) ||
      (compiler.imports.get(file) ?? []).some(({ specifier, kind, file: target }) => {
        if (kind !== 'import-statement') return false;
        return target === undefined ? loadsByImport(specifier, file) : mustWait(target, seen);
      });
    if (answer || seen.values().next().value === file) waits.set(file, answer);
    return answer;
  }

  /** What `import(specifier)` in `file` gives. */
  async function importInto(file, specifier) {
    const name = String(specifier).startsWith('file:') ? fileURLToPath(specifier) : String(specifier);
    if (entryOf(file, name)?.file === undefined && (Module.isBuiltin(name) || loadsByImport(name, file))) {
      return importPackage(file, name);
    }
    const target = Module._resolveFilename(name, parentAt(file));
    if (!isProgram(target)) return asNamespace(native.load(target, null, false));
    if (!compiler.discovered.has(target)) await compiler.prepare([target]);
    return asNamespace(await link(target));
  }

  function entryOf(importer, specifier) {
    return compiler.imports.get(importer)?.find((entry) => entry.specifier === specifier);
  }

  return { link, readMaps: () => setMaps(true), renew };
}

let readsMaps = false;

/** Packages load without source maps: their lines are never looked up, and reading those of cdk8s-plus-27 takes 18 ms. */
function withMaps(wanted, load) {
  const before = readsMaps;
  setMaps(wanted);
  try {
    load();
  } finally {
    setMaps(before);
  }
}

function setMaps(wanted) {
  if (wanted === readsMaps) return;
  readsMaps = wanted;
  process.setSourceMapsEnabled(wanted);
}

function metaOf(file) {
  const resolve = (specifier) => {
    const target = Module._resolveFilename(specifier, parentAt(file));
    return path.isAbsolute(target) ? pathToFileURL(target).href : target;
  };
  return { dirname: path.dirname(file), filename: file, resolve, url: pathToFileURL(file).href };
}

/** Node's own `import(specifier)` in a file. */
function importNative(file, specifier) {
  const module = new Module(file, null);
  module._compile('module.exports = (specifier) => import(specifier);', file);
  return module.exports(specifier);
}

/** A syntax error says nothing of the file that has it, nor of the line that asked for it. */
function runPackage(load, file) {
  try {
    load();
  } catch (error) {
    if (!(error instanceof SyntaxError) || located.has(error)) throw error;
    const further = new SyntaxError(`${error.message} in ${nameOf(file)}`);
    located.add(further);
    throw further;
  }
}

const located = new WeakSet();

function nameOf(file) {
  return path.relative(process.cwd(), file);
}

function notCode(file) {
  const { text, expected } = textImport(nameOf(file), '.');
  return problemOf(text, expected);
}

/** The namespace of an ES module, as compiled code expects it of `require`. */
function asExports(namespace) {
  const exports = Object.defineProperty({}, '__esModule', { value: true });
  for (const name of Object.keys(namespace)) {
    if (name === '__esModule') continue;
    Object.defineProperty(exports, name, { get: () => namespace[name], enumerable: true });
  }
  return exports;
}

/** The exports of a CommonJS module, as `import()` gives them. */
function asNamespace(exports) {
  if (exports?.__esModule) return exports;
  return Object.defineProperty({ ...Object(exports), default: exports }, '__esModule', { value: true });
}

module.exports = { createModules };
