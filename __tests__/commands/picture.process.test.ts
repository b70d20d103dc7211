// The pictures in a real browser, light and dark; and the layout library, which no other verb loads.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testWith } from '../support/requirements';

const ROOT = resolve(__dirname, '../..');
const PICTURES = join(ROOT, 'docs/systems');

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'evenkeel-picture-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs the command, and says whether it loaded the layout library. */
function loadsLibrary(...args: readonly string[]): { readonly status: number | null; readonly loads: boolean } {
  const hook = join(scratch, 'hook.cjs');
  writeFileSync(
    hook,
    "process.on('exit', () => process.stderr.write(Object.keys(require('node:module')._cache).some((file) => file.includes('elkjs')) ? 'elk: yes' : 'elk: no'));",
  );
  const { status, stderr } = spawnSync(process.execPath, ['--require', hook, 'bin/evenkeel.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, loads: stderr.includes('elk: yes') };
}

test('synth never loads the layout library, which a picture does', () => {
  expect(loadsLibrary('synth', '--check')).toEqual({ status: 0, loads: false });
  expect(loadsLibrary('picture', 'pingpong', '--format', 'mermaid')).toEqual({ status: 0, loads: false });
  expect(loadsLibrary('picture', 'pingpong')).toEqual({ status: 0, loads: true });
}, 120_000);

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** In the page: every text that leaves its box or the sheet, and the colour of each sheet. */
const LOOK = `
  const faults = [];
  const within = (inner, outer) =>
    inner.x >= outer.x - 0.5 && inner.y >= outer.y - 0.5 &&
    inner.x + inner.width <= outer.x + outer.width + 0.5 && inner.y + inner.height <= outer.y + outer.height + 0.5;
  let texts = 0;
  for (const svg of document.querySelectorAll('svg')) {
    const sheet = svg.querySelector('.page').getBBox();
    for (const text of svg.querySelectorAll('text')) {
      texts++;
      const box = text.closest('g')?.querySelector('rect').getBBox() ?? sheet;
      if (!within(text.getBBox(), box)) faults.push(text.textContent);
    }
  }
  const colours = [...document.querySelectorAll('.page')].map((page) => getComputedStyle(page).fill);
  document.body.textContent = 'RESULT' + JSON.stringify({ texts, faults, colours: [...new Set(colours)] }) + 'END';
`;

/** What a browser sees of SVG texts. */
function look(
  svgs: readonly string[],
  scheme: 'light' | 'dark',
): { texts: number; faults: string[]; colours: string[] } {
  const page = join(scratch, `${scheme}.html`);
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><body>${svgs.join('\n')}<script>${LOOK}</script></body>`);
  const { stdout } = spawnSync(
    CHROMIUM ?? '',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
      '--dump-dom',
      `file://${page}`,
    ],
    { encoding: 'utf8', timeout: 60_000 },
  );
  const [, json = ''] = /RESULT(.*)END/.exec(stdout) ?? [];
  return JSON.parse(json);
}

const svgs = readdirSync(PICTURES)
  .filter((name) => name.endsWith('.svg'))
  .map((name) => readFileSync(join(PICTURES, name), 'utf8'));

const inBrowser = testWith('Chromium', CHROMIUM !== undefined);

inBrowser.each([
  ['light', 'rgb(255, 255, 255)'],
  ['dark', 'rgb(13, 17, 23)'],
] as const)(
  'every text is inside of its box, %s',
  (scheme, colour) => {
    const { texts, faults, colours } = look(svgs, scheme);
    expect(texts).toBeGreaterThan(100);
    expect(faults).toEqual([]);
    expect(colours).toEqual([colour]);
  },
  120_000,
);

inBrowser(
  'a text that leaves its box is found',
  () => {
    const spoilt = svgs.map((svg) => svg.replace(/>Kubernetes 1\.\d+</, ' style="font-size: 300px">A version<'));
    expect(look(spoilt, 'light').faults).toContain('A version');
  },
  120_000,
);
