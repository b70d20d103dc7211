// The summary that synth prints to a terminal: a line for each system and environment, the total, and the tree.

import type { Destination } from '../model/platform/entries';
import type { WriteResult } from '../synth/output/write';
import type { Synthesis } from '../synth/synthesize';
import { formatTable, type Output, paint } from './output';

interface Row {
  readonly destination: Destination;
  objects: number;
  /** The files of this system and environment. */
  readonly files: Set<string>;
  /** The file of cluster-scoped objects, shared by all charts of a cluster. */
  readonly shared: Set<string>;
}

/** Prints the summary. The total time counts from `began`, by default the start of the process: it includes loading and compiling. */
export function printSummary(
  output: Output,
  outdir: string,
  { objects, files, clock }: Synthesis,
  result: WriteResult,
  began = 0,
): void {
  const rows = new Map<Destination, Row>();
  for (const object of objects) {
    const row = rows.get(object.destination) ?? {
      destination: object.destination,
      objects: 0,
      files: new Set(),
      shared: new Set(),
    };
    row.objects++;
    (object.clusterScoped ? row.shared : row.files).add(object.file);
    rows.set(object.destination, row);
  }
  const bytes = (paths: Iterable<string>) =>
    [...paths].reduce((sum, path) => sum + Buffer.byteLength(files.get(path) ?? ''), 0);
  const table = [...rows.values()].map((row) => [
    [row.destination.system, row.destination.environment].filter((part) => part !== '').join('-'),
    row.destination.cluster,
    `${row.objects} objects`,
    `${bytes(row.files.size > 0 ? row.files : row.shared)} bytes`,
    `${clock.of(row.destination).toFixed(1)} ms`,
  ]);
  output.out(formatTable(table.sort(), [2, 3, 4]));
  const total = `${objects.length} objects, ${bytes(files.keys())} bytes in ${files.size} files, ${(performance.now() - began).toFixed(0)} ms`;
  output.out(`\n${paint(output, 'bold', total)}: ${describe(result)}\n\n`);
  output.out(formatTree(outdir, [...files.keys()]));
}

/** Prints what a run after a save has written: the files, and the time since the save was noticed. */
export function printWritten(output: Output, outdir: string, result: WriteResult, began: number): void {
  const lines = [
    ...result.changed.map((path) => `changed  ${outdir}/${path}\n`),
    ...result.added.map((path) => `added    ${outdir}/${path}\n`),
    ...result.removed.map((path) => `removed  ${outdir}/${path}\n`),
  ];
  const total = `${describe(result)}, ${(performance.now() - began).toFixed(0)} ms`;
  output.out(`${lines.join('')}${paint(output, 'bold', total)}\n`);
}

function describe({ written, changed, added, removed }: WriteResult): string {
  if (!written) return 'nothing changed';
  const parts = [
    [changed.length, 'changed'],
    [added.length, 'added'],
    [removed.length, 'removed'],
  ] as const;
  const counts = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return counts.length === 0 ? 'rewritten' : counts.join(', ');
}

/** The files as a tree, folders after files. */
function formatTree(root: string, paths: readonly string[]): string {
  const lines = (prefix: string, indent: string): string[] => {
    const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    const files = below.filter((path) => !path.includes('/')).sort();
    const folders = [
      ...new Set(below.filter((path) => path.includes('/')).map((path) => path.split('/')[0] ?? '')),
    ].sort();
    return [...files, ...folders.map((folder) => `${folder}/`)].flatMap((name, index, all) => {
      const last = index === all.length - 1;
      const line = `${indent}${last ? '└── ' : '├── '}${name}`;
      return name.endsWith('/') ? [line, ...lines(`${prefix}${name}`, `${indent}${last ? '    ' : '│   '}`)] : [line];
    });
  };
  return [`${root.replace(/\/$/, '')}/`, ...lines('', '')].map((line) => `${line}\n`).join('');
}
