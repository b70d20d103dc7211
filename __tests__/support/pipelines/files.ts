// The files of pipelines/ as texts, the same with one text replaced, and what their tests promise of them.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Texts of the files by their paths in pipelines/. */
export type Sources = Readonly<Record<string, string>>;

const FOLDER = join(__dirname, '../../../pipelines');

/** The files that we ship. */
export const shipped: Sources = Object.fromEntries(
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(FOLDER, path)).isFile())
    .sort()
    .map((path) => [path, readFileSync(join(FOLDER, path), 'utf8')]),
);

/** The shipped files with one text replaced wherever it is, which must be somewhere. */
export function broken(from: string, to: string): Sources {
  const changed = Object.entries(shipped).map(([path, text]) => [path, text.replaceAll(from, to)]);
  const sources: Sources = Object.fromEntries(changed);
  if (JSON.stringify(sources) === JSON.stringify(shipped)) throw new Error(`no file has ${from}`);
  return sources;
}

/** Paths of the scripts that every product's file calls. */
export const STEPS = Object.keys(shipped).filter((path) => path.startsWith('steps/'));

/** A command with each script that it calls in place of the call. */
export function withSteps(sources: Sources, command: string): string {
  return command.replace(/\bbash pipelines\/(steps\/[\w-]+\.sh)/g, (_call, path: string) => {
    const text = sources[path];
    if (text === undefined) throw new Error(`${command}: pipelines/ has no ${path}`);
    return text;
  });
}

/** Whether all of these are in the text, one after the other. */
export function inOrder(text: string, ...parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

/** One promise: whether the files keep it, and changes after which they do not. */
export interface Promised {
  readonly promise: string;
  readonly holds: (sources: Sources) => boolean;
  readonly breaks: readonly (readonly [from: string, to: string])[];
}
