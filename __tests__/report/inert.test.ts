// F19: names and values in what is printed command neither a terminal nor the runner of a pipeline.
import { inert, oneLine, severalLines, shortened } from '../../lib/report/inert';

test.each([
  ['an escape sequence', 'a\x1b[2Jb', 'a\\u001b[2Jb'],
  ['a C1 control character', 'a\u009b2Jb', 'a\\u009b2Jb'],
  ['a carriage return', 'a\rb', 'a\\u000db'],
  ['text from right to left', 'a\u202eb', 'a\\u202eb'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
])('%s is escaped', (_, text, printed) => {
  expect([inert(text), oneLine(text), severalLines(text)]).toEqual([printed, printed, printed]);
});

test('a name is one line', () => {
  expect(oneLine('x\n::error::owned\ty')).toBe('x\\n::error::owned\\ty');
  expect(severalLines('x\ny')).toBe('x\ny');
});

test('our colours are kept, but a name has none', () => {
  expect(inert('\x1b[31mred\x1b[39m')).toBe('\x1b[31mred\x1b[39m');
  expect(oneLine('\x1b[31mred')).toBe('\\u001b[31mred');
});

test.each([
  ['::error file=main.ts,line=1::owned', '\\u003a:error file=main.ts,line=1::owned'],
  ['::stop-commands::x', '\\u003a:stop-commands::x'],
  ['first\n  ::set-output name=a::b', 'first\n  \\u003a:set-output name=a::b'],
  ['\x1b[1m::error::x', '\x1b[1m\\u003a:error::x'],
  ['a ##vso[task.setvariable variable=PATH]evil', 'a #\\u0023vso[task.setvariable variable=PATH]evil'],
  ['##[command]ls', '#\\u0023[command]ls'],
  ["##teamcity[message text='x']", "#\\u0023teamcity[message text='x']"],
])('%j is not a command of a pipeline', (text, printed) => {
  expect(inert(text)).toBe(printed);
});

test.each(['::1', '::/0  443/TCP', 'fd00::1 and ::1', 'a::b::c', '## Markdown', '#[x]', 'dist/x'])(
  '%j is printed as it is',
  (text) => {
    expect(inert(text)).toBe(text);
  },
);

test('JSON means the same after it', () => {
  const value = { '##vso[x]': '::error::\n::error::y', b: '\u009b\u2028\x7f##[x]' };
  const printed = inert(JSON.stringify(value, null, 2));
  expect(printed).not.toMatch(/##\w*\[/);
  expect(JSON.parse(printed)).toEqual(value);
});

test('long text is cut, and never within a character', () => {
  expect(shortened('abc', 3)).toBe('abc');
  expect(shortened('abcd', 3)).toBe('abc… (4 characters)');
  expect(shortened('ab😀d', 3)).toBe('ab… (5 characters)');
});
