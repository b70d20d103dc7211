// docs/proof.md lists the proofs: all of them, in the table of the gate or in that of --full, each with the date of its last result, or that there is none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROOFS } from '../../e2e/proofs';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'proof.md'), 'utf8');

/** Rows of the table below a heading: id, promise, last result, date. */
function rowsBelow(heading: string): (readonly string[])[] {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return section
    .split('\n')
    .filter((line) => /^\| E\d/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
}

test.each([
  ['What the gate proves', false],
  ['What `--full` adds', true],
] as const)('%s', (heading, full) => {
  const rows = rowsBelow(heading);
  expect(rows.map(([id]) => id).sort()).toEqual(
    PROOFS.filter((proof) => (proof.full === true) === full)
      .map(({ id }) => id)
      .sort(),
  );
  for (const [, promise, result, date] of rows) {
    expect(promise).not.toBe('');
    expect(result).not.toBe('');
    expect(date).toMatch(/^(?:(?:before )?\d{4}-\d\d-\d\d|no run yet)$/);
  }
});
