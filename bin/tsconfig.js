// The one setting of tsconfig.json that esbuild does not honour: emitDecoratorMetadata, which needs the types that it strips.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { parentAt } = require('./resolve');

const SETTING = /"emitDecoratorMetadata"\s*:\s*(true|false)/;

/** The place of the setting where it is on, for the files of `folder`. */
function findDecoratorMetadata(folder) {
  const file = foldersFrom(folder)
    .map((at) => path.join(at, 'tsconfig.json'))
    .find((candidate) => fs.existsSync(candidate));
  return file && findSetting(file);
}

/** A folder and those above it. */
function foldersFrom(folder) {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersFrom(above)];
}

/** The files, there or not, that decide how those of `folders` are compiled and found: tsconfig.json, what it extends, package.json. */
function findConfigurations(folders) {
  const files = new Set();
  const extended = (file) => {
    if (files.has(file)) return;
    files.add(file);
    if (!fs.existsSync(file)) return;
    const text = withoutComments(fs.readFileSync(file, 'utf8'));
    for (const base of basesOf(text)) for (const candidate of candidatesOf(base, file)) extended(candidate);
  };
  for (const folder of folders) {
    for (const at of foldersFrom(folder)) {
      if (files.has(path.join(at, 'package.json'))) break;
      files.add(path.join(at, 'package.json'));
      extended(path.join(at, 'tsconfig.json'));
      if (fs.existsSync(path.join(at, 'package.json'))) break;
    }
  }
  return [...files];
}

function basesOf(text) {
  const [, bases = ''] = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(text) ?? [];
  return [...bases.matchAll(/"([^"]*)"/g)].map(([, base]) => base);
}

/** A configuration's own setting, or that of the last one that it extends and that has it. */
function findSetting(file, seen = new Set()) {
  if (seen.has(file) || !fs.existsSync(file)) return undefined;
  seen.add(file);
  const text = withoutComments(fs.readFileSync(file, 'utf8'));
  const setting = SETTING.exec(text);
  if (setting !== null) {
    const before = text.slice(0, setting.index).split('\n');
    const location = { file: path.relative(process.cwd(), file), line: before.length, column: before.at(-1).length };
    return { isOn: setting[1] === 'true', location };
  }
  for (const base of basesOf(text).reverse()) {
    const inherited = candidatesOf(base, file)
      .map((candidate) => findSetting(candidate, seen))
      .find((answer) => answer);
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

function candidatesOf(base, file) {
  if (/^\.{0,2}[\\/]/.test(base) || path.isAbsolute(base)) {
    const target = path.resolve(path.dirname(file), base);
    return [target, `${target}.json`];
  }
  return [base, `${base}.json`, `${base}/tsconfig.json`].flatMap((name) => {
    try {
      return [Module._resolveFilename(name, parentAt(file))];
    } catch {
      return [];
    }
  });
}

/** Blanks comments, so that places stay. */
function withoutComments(text) {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/.*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : part.replace(/[^\n]/g, ' '),
  );
}

/** What to say where a project asks for metadata of decorators. */
function findDecoratorNotes(folder) {
  const setting = findDecoratorMetadata(folder);
  if (!setting?.isOn) return [];
  const text = 'emitDecoratorMetadata has no effect: types are stripped before the program runs';
  return [{ text, expected: 'types that decorators get as values', location: setting.location }];
}

module.exports = { findConfigurations, findDecoratorNotes };
