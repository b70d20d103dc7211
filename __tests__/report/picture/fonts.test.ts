// Text in lines that fit: no line is wider than asked for, and no character is lost.
import { widthOf, wrap } from '../../../lib/report/picture/fonts';
import { FONTS } from '../../../lib/report/picture/sizes';
import { Random } from '../../support/random';

const CHARACTERS = [...'abcimwWMIl019 -./_:,@=', 'ß', '例', '🦆'];

test('random text keeps its characters, and fits', () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(seed);
    const text = Array.from({ length: random.whole(1, 90) }, () => random.pick(CHARACTERS)).join('');
    const most = random.whole(30, 300);
    for (const font of [FONTS.name, FONTS.line]) {
      const lines = wrap(text, font, most);
      expect(lines.filter((line) => widthOf(line, font) > most)).toEqual([]);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
  }
});

test('a line breaks after a sign, not inside of an address', () => {
  expect(wrap('sends from 10.20.0.0/24, 10.20.1.0/24', FONTS.line, 200)).toEqual([
    'sends from 10.20.0.0/24,',
    '10.20.1.0/24',
  ]);
  expect(wrap('panther.postgres.database.azure.com', FONTS.line, 178)).toEqual([
    'panther.postgres.',
    'database.azure.com',
  ]);
});
