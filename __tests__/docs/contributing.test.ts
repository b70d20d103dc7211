// CONTRIBUTING: the system that it adds is the one of a page whose commands and files a test runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockWith, readPage } from '../support/page';

const CONTRIBUTING = readFileSync(join(__dirname, '../../CONTRIBUTING.md'), 'utf8').replace(/^ {3}/gm, '');

test('its system is the first of docs/how-to/start-with-your-own-systems.md', () => {
  const page = readPage('how-to/start-with-your-own-systems.md');
  expect(blockWith(CONTRIBUTING, 'class Guestbook')).toBe(blockWith(page, 'class Guestbook'));
});
