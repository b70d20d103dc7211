// The user's line: the first frame of a call stack that is neither ours, nor a package's, nor the engine's.
import { dirname, isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceLine } from '../../model/finding/finding';
import type { Trace } from '../../model/platform/entries';

/** A frame as V8 writes it, with or without a function's name. Source maps have been applied by the engine. */
const FRAME = /\(?((?:file:\/\/)?[^()\s][^()]*?):(\d+):(\d+)\)?$/;

/** Our own folder, once somebody has asked for it: reading the first stack of a process parses the whole source map. */
let ours: { readonly folder: string | undefined } | undefined;

/** The line of the user's TypeScript behind `trace`; undefined where no frame is the user's. Files are relative to the working directory. */
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

/** Where the first frame of a stack that is captured here lies: `…/lib/` when run from source, the folder of the compiled file otherwise. */
function ownFolder(): string | undefined {
  const frame = parseFrame((new Error().stack ?? '').split('\n')[1] ?? '');
  if (frame === undefined) return undefined;
  const folder = dirname(frame.file);
  return `${folder.endsWith('/synth/tree') ? dirname(dirname(folder)) : folder}/`;
}
