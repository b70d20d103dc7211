// Counts calls: how often each function ran, as the engine itself counts it. No clock, and no counter in the product.
import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

/** Calls of each function, by `file function`. A function without a name counts for the named one around it. */
export type Calls = ReadonlyMap<string, number>;

interface FunctionCoverage {
  readonly functionName: string;
  readonly ranges: readonly { readonly endOffset: number; readonly count: number }[];
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly FunctionCoverage[];
}

/** Open while something is counted: to begin and to end costs more than most runs. */
let session: Session | undefined;

/**
 * Counts the calls of functions while `run` runs: the same numbers in every run of the same code. `stopCounting` comes last.
 * Two things do not show: rounds of a loop that calls nothing, and what the engine brings (`includes`, a spread).
 *
 * @param label what to call a file, by its absolute path; `undefined` where its calls do not count
 */
export async function countCalls(
  label: (path: string) => string | undefined,
  run: () => Promise<void> | void,
): Promise<Calls> {
  session ??= started();
  take(session);
  await run();
  return labelled(take(session), label);
}

/** Lets the engine optimize again, for the tests that follow in this process. */
export function stopCounting(): void {
  session?.post('Profiler.stopPreciseCoverage');
  session?.disconnect();
  session = undefined;
}

function started(): Session {
  const opened = new Session();
  opened.connect();
  opened.post('Profiler.enable');
  opened.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return opened;
}

/** The counts since they were last taken. The engine answers before `post` returns. */
function take(open: Session): readonly ScriptCoverage[] {
  let scripts: readonly ScriptCoverage[] = [];
  open.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error;
    scripts = result;
  });
  return scripts;
}

function labelled(scripts: readonly ScriptCoverage[], label: (path: string) => string | undefined): Calls {
  const counts = new Map<string, number>();
  for (const { url, functions } of scripts) {
    const file = label(url.startsWith('file:') ? fileURLToPath(url) : url);
    for (const [name, count] of file === undefined ? [] : named(functions)) {
      const key = `${file} ${name}`;
      if (count > 0) counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  return counts;
}

/** Functions with their calls. The engine lists an outer one before those in it. */
function named(functions: readonly FunctionCoverage[]): [name: string, count: number][] {
  const around: { readonly name: string; readonly end: number }[] = [];
  return written(functions).flatMap(({ functionName, ranges: [range] }) => {
    if (range === undefined) return [];
    while ((around.at(-1)?.end ?? Number.POSITIVE_INFINITY) < range.endOffset) around.pop();
    const name = functionName || (around.at(-1)?.name ?? '(no name)');
    around.push({ name, end: range.endOffset });
    return [[name, range.count]];
  });
}

/** Without those at the beginning of a compiled module through which it gives its exports. */
function written(functions: readonly FunctionCoverage[]): readonly FunctionCoverage[] {
  const first = functions.findIndex(({ functionName }) => !/^(?:_export|get(?: .+)?)$/.test(functionName));
  return first < 0 ? [] : functions.slice(first);
}
