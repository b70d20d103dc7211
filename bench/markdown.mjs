// Results as Markdown tables on standard output; progress goes to standard error.

export function heading(text) {
  process.stdout.write(`\n## ${text}\n\n`);
}

export function paragraph(text) {
  process.stdout.write(`${text}\n\n`);
}

/** A table; every column but the first is aligned to the right. */
export function table(head, rows) {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  process.stdout.write(`${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
}

export function progress(text) {
  process.stderr.write(`${text}\n`);
}

export const count = (value) => value.toLocaleString('en-US');

export function duration(seconds) {
  if (seconds < 1) return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

export function ratio(value) {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ×`;
}
