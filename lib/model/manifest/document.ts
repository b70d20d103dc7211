// Where an object was read: the document of a YAML file, or of what a Helm chart renders.

/** A place in a document. */
export interface DocumentLine {
  /** Path or address of the file, or of the Helm chart. */
  readonly file: string;
  /** Number of the document in the file, from 1. */
  readonly document: number;
  /** Line of the file, from 1. For a chart: of what `helm template` prints. */
  readonly line: number;
  /** The template of the chart. Absent for a file. */
  readonly template?: string;
}

/** The place of the value at a JSON pointer; of the document for any other field, or none. */
export type LineOf = (field?: string) => DocumentLine;

const documents = new WeakMap<object, LineOf>();

/** Remembers where `object` was read. */
export function rememberDocument(object: object, line: LineOf): void {
  documents.set(object, line);
}

/** Where an object was read that someone else wrote; undefined for any other. */
export function documentLines(object: unknown): LineOf | undefined {
  return typeof object === 'object' && object !== null ? documents.get(object) : undefined;
}

/** The place as people read it: `crd.yaml:12, document 2`. */
export function describeDocument({ file, document, line, template }: DocumentLine): string {
  return template === undefined
    ? `${file}:${line}, document ${document}`
    : `template ${template} of chart ${file}, document ${document}, line ${line} of what helm template prints`;
}
