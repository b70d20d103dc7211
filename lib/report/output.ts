// What commands print: findings, tables, colours; quiet when stdout is not a TTY.

import { styleText } from 'node:util';
import type { Finding } from '../model/finding/finding';
import { describeDocument } from '../model/manifest/document';
import { jsonText } from '../model/manifest/json';
import { oneLine, severalLines, shortened } from './inert';

/** Where a command writes, and for whom. What it writes cannot command a terminal or a pipeline. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether stdout is a terminal: summaries are printed only there. */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Waits until all is printed. The error of what could not be; undefined if all was, or its reader went away. */
  readonly flush?: () => Promise<NodeJS.ErrnoException | undefined>;
  /** Whether a reader went away: what is printed from then on is lost. @default none did */
  readonly isUnread?: () => boolean;
  /** Prints data, such as manifests, byte for byte. @default out */
  readonly data?: (text: string) => void;
}

type Style = 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Styles `text` if the output has colours. That is decided once, not by the environment at each call. */
export function paint(output: Pick<Output, 'color'>, style: Style, text: string): string {
  return output.color ? styleText(style, text, { validateStream: false }) : text;
}

/** Characters of a value, and of any other text of a finding: both may quote what is as long as a file. */
const LONGEST_VALUE = 1000;
const LONGEST_TEXT = 2000;

/** Constructs, objects or namespaces that one finding lists: all come from its one line. */
const MOST_NAMES = 20;

const SEVERITY_COLORS = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

/**
 * Prints findings, each with its place, what is wrong, and what is expected. A line of TypeScript that is wrong in several
 * environments is reported once, with all its constructs.
 */
export function printFindings(output: Output, findings: readonly Finding[]): void {
  for (const group of groupFindings(findings)) output.err(`${formatFinding(output, group)}\n`);
}

/** Findings as they are printed, without colours: the message of an exception. */
export function findingsAsText(findings: readonly Finding[]): string {
  return groupFindings(findings)
    .map((group) => formatFinding({ color: false }, group))
    .join('\n');
}

/**
 * Groups of findings with the same text about the same line, in order of their first finding. The namespace of the object may be part
 * of the text: one line of a chart is one mistake, in however many environments it shows.
 */
export function groupFindings(findings: readonly Finding[]): (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { construct: _construct, object: _object, ...rest } = finding;
    const key =
      finding.source === undefined ? jsonText(finding) : withNamespace(jsonText(rest), namespaceOf(finding), NAMESPACE);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

/** Stands for the namespace of the object in a text. */
const NAMESPACE = '\u0000';

/** `shop-production` of `apps/Deployment shop-production/web`. */
function namespaceOf({ object = '' }: Finding): string | undefined {
  return / ([^ /]+)\/[^ /]+$/.exec(object)?.[1];
}

/** The text with another name for the namespace, where it is a word of its own. */
function withNamespace(text: string, namespace: string | undefined, other: string): string {
  if (namespace === undefined || !text.includes(namespace)) return text;
  const word = new RegExp(`(?<![\\w.-])${namespace.replaceAll(/[.\\]/g, '\\$&')}(?![\\w-]|\\.\\w)`, 'g');
  return text.replaceAll(word, () => other);
}

function formatFinding(output: Pick<Output, 'color'>, group: readonly Finding[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const { source, document, severity, rule, field, value, expected, fix } = first;
  const all = (parts: readonly (string | undefined)[]) => {
    const named = [...new Set(parts.flatMap((part) => part || []))];
    if (named.length === 0) return undefined;
    const more = named.length - MOST_NAMES;
    return `${named.slice(0, MOST_NAMES).map(oneLine).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  };
  const text = (words: string) => severalLines(shortened(words, LONGEST_TEXT));
  const namespaces = all(group.map(namespaceOf));
  const message = text(withNamespace(first.message, namespaceOf(first), namespaces ?? ''));
  const place = source === undefined ? '' : `${oneLine(source.file)}:${source.line}:${source.column} `;
  const details: [string, string | undefined][] = [
    ['at', all(group.map(({ construct }) => construct))],
    ['object', all(group.map(({ object }) => object))],
    ['read', document === undefined ? undefined : oneLine(describeDocument(document))],
    ['field', field === undefined ? undefined : text(oneLine(field))],
    ['value', value === undefined || value === null ? undefined : oneLine(shortened(jsonText(value), LONGEST_VALUE))],
    ['expected', expected === undefined ? undefined : text(expected)],
    ['fix', fix === undefined ? undefined : text(fix)],
  ];
  const lines = details.flatMap(([name, detail]) =>
    detail === undefined ? [] : [`  ${paint(output, 'dim', name.padEnd(8))} ${detail}`],
  );
  const head = `${paint(output, 'bold', place)}${paint(output, SEVERITY_COLORS[severity], severity)} ${rule}`;
  return [head, `  ${message}`, ...lines].join('\n');
}

/** Rows of names in columns as wide as their widest cell; numbers are aligned to the right. */
export function formatTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const pad = (cell: string, column: number) =>
    right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return cells.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}
