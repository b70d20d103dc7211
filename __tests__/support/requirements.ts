// What some tests need of the machine. A test that cannot run says why; where everything must run, as in CI, it fails instead.

/** Set to 1 where every test must run, and random tests run at full length. */
const VARIABLE = 'EVENKEEL_TEST_ALL';

/** Whether every test must run, at full length. */
const testsAll = process.env[VARIABLE] === '1';

/** Requirements that may be missing even where every test must run, each with its reason. */
const OPTIONAL: Readonly<Record<string, string>> = {
  Chromium: 'CI may have no browser; the geometry of pictures is judged without one',
  go: 'CI may have no Go, which builds readers of YAML and of Alloy; the corpus of YAML has what they read',
  'python3 with PyYAML': 'it is a second reader of YAML, and no tool of Kubernetes has it',
  'root on Linux that may mount': 'containers of CI may not mount',
  root: 'CI may run as a user without rights',
  'other versions of Node.js': 'the gate fetches them where a registry has them',
};

/**
 * `test` where `isThere`. Otherwise the tests are skipped and the reason is printed, or they fail where every test must run.
 * @param requirement what the tests need, such as `python3`
 */
export function testWith(requirement: string, isThere: boolean): jest.It {
  if (isThere) return test;
  const reason = OPTIONAL[requirement];
  if (testsAll && reason === undefined) {
    test(`${requirement} is here`, () => {
      throw new Error(`${requirement} is missing, and ${VARIABLE}=1 asks for every test`);
    });
  } else {
    const because = reason === undefined ? '' : ` (${reason})`;
    process.stderr.write(`${expect.getState().testPath ?? 'a test'}: skipped without ${requirement}${because}\n`);
  }
  return test.skip;
}

/** How many random cases to try: `short`, or `long` where every test must run at full length. */
export function cases(short: number, long: number): number {
  return testsAll ? long : short;
}
