// Where something comes from: the construct that made it, and the line of user code that asked for it.
import { dirname, isAbsolute, relative } from 'node:path';
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

/** The current call stack. The engine makes its text on first reading. */
export function captureTrace(): Trace {
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

/** A stack frame as V8 writes it, with or without a function name. The engine has already applied source maps. */
const FRAME = /\(?((?:file:\/\/)?[^()\s][^()]*?):(\d+):(\d+)\)?$/;

/** The folder of this module within our own; a bundle has no such folders. */
const OWN_FOLDER = '/model/manifest';

/** Our own folder, looked up once: reading the first stack of a process parses the whole source map. */
let ours: { readonly folder: string | undefined } | undefined;

/** The first frame of `trace` in user code, if any. Files are relative to the working directory. */
export function userLine(trace: Trace | undefined): SourceLine | undefined {
  for (const line of (trace?.stack ?? '').split('\n')) {
    const frame = parseFrame(line);
    if (frame !== undefined && isUsers(frame.file)) return { ...frame, file: relative(process.cwd(), frame.file) };
  }
  return undefined;
}

function parseFrame(line: string): SourceLine | undefined {
  if (!/^\s+at /.test(line)) return undefined;
  const [, location, row, column] = FRAME.exec(line.trim()) ?? [];
  if (location === undefined || location.startsWith('node:')) return undefined;
  const named = location.replace(/^at (?:async )?/, '');
  const file = named.startsWith('file://') ? fileURLToPath(named) : named;
  return { file, line: Number(row), column: Number(column) };
}

function isUsers(file: string): boolean {
  if (!isAbsolute(file) || /[\\/]node_modules[\\/]/.test(file)) return false;
  ours ??= { folder: ownFolder() };
  return ours.folder === undefined || !file.startsWith(ours.folder);
}

/** Our own folder, from a stack captured here: `…/lib/` when run from source, the compiled file's folder otherwise. */
function ownFolder(): string | undefined {
  const frame = parseFrame((new Error().stack ?? '').split('\n')[1] ?? '');
  if (frame === undefined) return undefined;
  const folder = dirname(frame.file);
  return `${folder.endsWith(OWN_FOLDER) ? folder.slice(0, -OWN_FOLDER.length) : folder}/`;
}
