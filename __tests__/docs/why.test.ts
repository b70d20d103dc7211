// The comparison with other tools: each figure is one of those that were measured.
import { readPage } from '../support/page';

test('every figure is on the page of measurements', () => {
  const figures = readPage('why.md').match(/\d[\d.,]* (?:ms|s|×)(?=\W)/g) ?? [];
  expect(figures.length).toBeGreaterThanOrEqual(5);
  const measured = readPage('performance.md');
  expect(figures.filter((figure) => !measured.includes(figure))).toEqual([]);
});
