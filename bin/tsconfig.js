// The one setting of tsconfig.json that esbuild does not honour: emitDecoratorMetadata, which needs the types that it strips.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { parentAt } = require('./resolve');

const SETTING = /"emitDecoratorMetadata"\s*:\s*(true|false)/;

/** The place of the setting where it is on, for the files of `folder`. */
function findDecoratorMetadata(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, 'tsconfig.json');
    if (fs.existsSync(file)) return findSetting(file);
    if (path.dirname(at) === at) return undefined;
  }
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
  const [, bases = ''] = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(text) ?? [];
  for (const [, base] of [...bases.matchAll(/"([^"]*)"/g)].reverse()) {
    const found = candidatesOf(base, file)
      .map((candidate) => findSetting(candidate, seen))
      .find((answer) => answer);
    if (found !== undefined) return found;
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

module.exports = { findDecoratorNotes };
