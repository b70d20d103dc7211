// Reports what keeps the command from starting, in the form of every other finding.

const path = require('node:path');
const { runsAsEsModule } = require('./resolve');

const NO_LOADER = /^No loader is configured for "[^"]*" files: (.*)/;

/** An error that is a problem of the user: it says what would be right. */
function problemOf(message, expected) {
  return Object.assign(new Error(message), { expected });
}

/** Why `file` cannot be imported into `importer`, and the line to write: Node.js has no such imports either. */
function textImport(file, importer) {
  const name = path.relative(path.dirname(importer), file).split(path.sep).join('/');
  const place = runsAsEsModule(path.resolve(importer))
    ? `new URL('${name}', import.meta.url)`
    : `\`\${__dirname}/${name}\``;
  const read = `readFileSync(${place}, 'utf8')`;
  if (/\.ya?ml$/.test(name)) {
    const expected = `parse(${read}), with import { readFileSync } from 'node:fs' and import { parse } from 'yaml'`;
    return { text: `${path.basename(name)} is YAML, which no import can load`, expected };
  }
  const text = `${path.basename(name)} is not code, and no import can load it`;
  return { text, expected: `${read}, with import { readFileSync } from 'node:fs'` };
}

/** Prints problems of the compiler or the launcher, and returns the exit code. */
function refuse(errors) {
  for (const error of errors) print('error', error);
  process.stderr.write(`${errors.length} ${errors.length === 1 ? 'error' : 'errors'}, nothing written\n`);
  return 1;
}

/** The problems of a compiler as findings, for callers that print them with others. */
function findingsOf(errors) {
  return errors.map(({ location, rule = 'compile', ...problem }) => {
    const { text, expected } = inOurWords(problem, location);
    const source = location && { file: location.file, line: location.line, column: location.column + 1 };
    return { rule, severity: 'error', message: text, ...(expected && { expected }), ...(source && { source }) };
  });
}

/** Prints one of them. */
function print(severity, { location, rule = 'compile', ...problem }) {
  const place = location ? `${location.file}:${location.line}:${location.column + 1} ` : '';
  const { text, expected } = inOurWords(problem, location);
  const lines = [
    `${place}${severity} ${rule}`,
    `  ${text}`,
    ...(expected === undefined ? [] : [`  expected ${expected}`]),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

function inOurWords(problem, location) {
  const [, file] = NO_LOADER.exec(problem.text) ?? [];
  return file === undefined || !location ? problem : textImport(file, location.file);
}

module.exports = { findingsOf, print, problemOf, refuse, textImport };
