// The user's line in a stack: paths may have parentheses, line breaks, blanks, and the separators of Windows (S37, S38, F28).
import { join } from 'node:path';
import { userLine } from '../../../lib/model/manifest/origin';

const lineOf = (...frames: readonly string[]) => userLine({ stack: ['Error: x', ...frames].join('\n') });
const here = (name: string) => join(process.cwd(), name);

test.each<[string, string, string]>([
  ['a function', `    at new Shop (${here('charts/shop.ts')}:12:5)`, 'charts/shop.ts'],
  ['no function', `    at ${here('main.ts')}:12:5`, 'main.ts'],
  ['an asynchronous call', `    at async ${here('main.ts')}:12:5`, 'main.ts'],
  ['a URL', `    at Shop.make [as made] (file://${here('charts/shop%20x.ts')}:12:5)`, 'charts/shop x.ts'],
  [
    'parentheses in the path',
    `    at new Shop (${here('Projects (old)/a (b)/shop.ts')}:12:5)`,
    'Projects (old)/a (b)/shop.ts',
  ],
  ['parentheses in the path, no function', `    at ${here('Projects (old)/shop.ts')}:12:5`, 'Projects (old)/shop.ts'],
  ['parentheses in the name', `    at Object.a (b) (${here('shop.ts')}:12:5)`, 'shop.ts'],
  ['a line break in the path', `    at f (${here('a\nb/shop.ts')}:12:5)`, 'a\nb/shop.ts'],
])('%s', (_, frame, file) => {
  expect(lineOf(frame)).toEqual({ file, line: 12, column: 5 });
});

test('frames of Node.js, of packages and of our own are skipped', () => {
  const user = `    at f (${here('main.ts')}:3:4)`;
  const others = [
    '    at node:internal/main:1:2',
    '    at Array.map (<anonymous>)',
    '    at eval (eval at f (x), <anonymous>:1:1)',
    `    at f (${here('node_modules/a/index.js')}:1:2)`,
    `    at f (${here('lib/constructs/tree/trace.ts')}:1:2)`,
    `    at f (${here('bin/modules.js')}:1:2)`,
  ];
  expect(lineOf(...others, user)).toEqual({ file: 'main.ts', line: 3, column: 4 });
  expect(lineOf(...others)).toBeUndefined();
});

test('S37: on Windows, in a checkout', () => {
  jest.isolateModules(() => {
    jest.doMock('node:path', () => ({ ...jest.requireActual('node:path').win32 }));
    jest.doMock('node:url', () => ({
      fileURLToPath: (url: string) => jest.requireActual('node:url').fileURLToPath(url, { windows: true }),
    }));
    const cwd = jest.spyOn(process, 'cwd').mockReturnValue('C:\\proj');
    const own = 'Error\n    at ownFolders (C:\\proj\\lib\\model\\manifest\\origin.ts:1:1)';
    const prepare = Error.prepareStackTrace;
    Error.prepareStackTrace = () => own;
    try {
      const windows = require('../../../lib/model/manifest/origin');
      const frames = [
        'C:\\proj\\lib\\constructs\\tree\\trace.ts:28:1',
        'C:\\proj\\bin\\modules.js:1:1',
        'C:\\proj\\charts\\a (b)\\toytrex.ts:19:17',
      ];
      const stack = `Error\n${frames.map((frame) => `    at new A (${frame})`).join('\n')}`;
      expect(windows.userLine({ stack })).toEqual({ file: 'charts\\a (b)\\toytrex.ts', line: 19, column: 17 });
      expect(windows.userLine({ stack: 'Error\n    at file:///C:/proj/charts/x.ts:1:2' }).file).toBe('charts\\x.ts');
    } finally {
      Error.prepareStackTrace = prepare;
      cwd.mockRestore();
    }
  });
});
