// Where something comes from: the construct that made it, and the line of user code that asked for it.
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeDocument, type LineOf } from './document';

/** A place in the user's own TypeScript. Line and column count from 1. */
export interface SourceLine {
  /** Path of the file, relative to the current directory. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
}

/** A call stack. The engine formats it on first access. */
export interface Trace {
  /** Its text. @default none: nothing was captured */
  readonly stack?: string;
}

const FRAMES = 30;

/** Stands for the call stack while one line of the user's builds all that follows. */
let standIn: Trace | undefined;

/** Calls `work`, all of whose objects and findings then come from the line of `trace`. */
export function tracedTo<Result>(trace: Trace, work: () => Result): Result {
  const before = standIn;
  standIn = trace;
  try {
    return work();
  } finally {
    standIn = before;
  }
}

/** The current call stack. The engine makes its text on first reading. */
export function captureTrace(): Trace {
  if (standIn !== undefined) return standIn;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const trace: Trace = {};
  Error.captureStackTrace(trace, captureTrace);
  Error.stackTraceLimit = limit;
  return trace;
}

/** Where an object comes from. */
export interface Origin {
  /** Path of the construct in the tree. */
  readonly construct: string;
  /** The line of user code that created it. The look-up is expensive: call this for findings only. */
  readonly source: () => SourceLine | undefined;
  /** Where the object was read, by a field of it. As expensive. @default none: the user's program made it */
  readonly document?: LineOf;
}

/** Whether a path of the tree is that of `construct`, or below it. */
export function isWithin(path: string, construct: string): boolean {
  return path === construct || path.startsWith(`${construct}/`);
}

/** The construct and its line: `mumbai/toytrex-production/web (charts/toytrex.ts:12)`. */
export function describeOrigin({ construct, source, document }: Origin): string {
  const line = source();
  const places = [
    ...(line === undefined ? [] : [`${line.file}:${line.line}`]),
    ...(document === undefined ? [] : [describeDocument(document())]),
  ];
  return places.length === 0 ? construct : `${construct} (${places.join('; ')})`;
}

/** A stack frame begins a line; the path in it may have line breaks of its own. */
const FRAME_START = /\n(?= {4}at )/;

/** The place at the end of a frame. The engine has already applied source maps. */
const PLACE = /^(.+):(\d+):(\d+)$/s;

/** An absolute path of POSIX or Windows, or a URL: what a place begins with, as opposed to the name of a function. */
const ABSOLUTE = /^(?:file:\/\/|\/|[A-Za-z]:[\\/]|\\\\)/;

/** The folder of this module within our own; a bundle has no such folders. */
const OWN_FOLDER = /[\\/]model[\\/]manifest$/;

/** Our own folders, looked up once: reading the first stack of a process parses the whole source map. */
let ours: readonly string[] | undefined;

/** The first frame of `trace` in user code, if any. Files are relative to the working directory. */
export function userLine(trace: Trace | undefined): SourceLine | undefined {
  for (const text of (trace?.stack ?? '').split(FRAME_START)) {
    const frame = parseFrame(text);
    if (frame !== undefined && isUsers(frame.file)) return { ...frame, file: relative(process.cwd(), frame.file) };
  }
  return undefined;
}

/** `at name (place)` or `at place`. A name and a path may both have parentheses: the place is what begins as a path does. */
function parseFrame(text: string): SourceLine | undefined {
  const [, frame] = /^\s+at (?:async )?(.*)$/s.exec(text.trimEnd()) ?? [];
  if (frame === undefined) return undefined;
  const place = ABSOLUTE.test(frame) ? frame : placeInParentheses(frame);
  const [, location, row, column] = PLACE.exec(place ?? '') ?? [];
  if (location === undefined) return undefined;
  const file = location.startsWith('file://') ? fileURLToPath(location) : location;
  return { file, line: Number(row), column: Number(column) };
}

function placeInParentheses(frame: string): string | undefined {
  if (!frame.endsWith(')')) return undefined;
  for (let at = frame.indexOf(' ('); at !== -1; at = frame.indexOf(' (', at + 1)) {
    const place = frame.slice(at + 2, -1);
    if (ABSOLUTE.test(place)) return place;
  }
  return undefined;
}

function isUsers(file: string): boolean {
  if (!isAbsolute(file) || /[\\/]node_modules[\\/]/.test(file)) return false;
  ours ??= ownFolders();
  return !ours.some((folder) => file.startsWith(folder));
}

/** Our own folders, from a stack captured here: `…/lib/` when run from source, the compiled file's folder otherwise; the launcher's beside it. */
function ownFolders(): readonly string[] {
  const frame = parseFrame((new Error().stack ?? '').split(FRAME_START)[1] ?? '');
  if (frame === undefined) return [];
  const folder = dirname(frame.file).replace(OWN_FOLDER, '');
  return [folder, join(dirname(folder), 'bin')].map((own) => `${own}${sep}`);
}
