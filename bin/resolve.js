// How Node.js would load a file: as an ES module or as CommonJS, from the user's files or from a package.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

/** What Evenkeel itself runs: a package that is linked is not below node_modules. */
const OURS = ['bin', 'build'].map((folder) => path.join(path.dirname(__dirname), folder) + path.sep);

const isOurs = (file) => OURS.some((folder) => file.startsWith(folder));

/** Whether a file is the user's own: not below node_modules, where packages are. */
function isUsers(file) {
  return path.isAbsolute(file) && !/[\\/]node_modules[\\/]/.test(file) && !isOurs(file);
}

/** Whether a file is one of a package, and none of Evenkeel. */
function isPackages(file) {
  return path.isAbsolute(file) && !isUsers(file) && !isOurs(file);
}

/** What Node.js asks of the module that requires another. */
function parentAt(file) {
  return { id: file, filename: file, paths: Module._nodeModulePaths(path.dirname(file)) };
}

const manifests = new Map();

/** The nearest package.json above `folder`, as far as loading depends on it. */
function manifestAbove(folder) {
  if (manifests.has(folder)) return manifests.get(folder);
  let manifest;
  try {
    manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  } catch {
    const parent = path.dirname(folder);
    const isScope = parent === folder || path.basename(folder) === 'node_modules';
    manifest = isScope ? {} : manifestAbove(parent);
  }
  manifests.set(folder, manifest);
  return manifest;
}

/** A package.json may have changed. */
function forgetManifests() {
  manifests.clear();
}

function runsAsEsModule(file) {
  if (/\.m[jt]s$/.test(file)) return true;
  return /\.[jt]sx?$/.test(file) && manifestAbove(path.dirname(file)).type === 'module';
}

/** Whether the package `specifier` is one that `importer` gets by Node's own `import`, because `require` has none or another. */
function loadsByImport(specifier, importer) {
  if (Module.isBuiltin(specifier)) return false;
  let file;
  try {
    file = Module._resolveFilename(specifier, parentAt(importer));
  } catch (error) {
    return error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
  if (isUsers(file)) return false;
  if (runsAsEsModule(file)) return true;
  const { exports } = manifestAbove(path.dirname(file));
  return runsAsEsModule(importer) && exports !== undefined && JSON.stringify(exports).includes('"import":');
}

module.exports = { forgetManifests, isPackages, isUsers, loadsByImport, parentAt, runsAsEsModule };
