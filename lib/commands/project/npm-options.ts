// Options that npm took for itself: of `npm run synth --check`, the command sees `synth`, and npm sets `npm_config_check`.
import type { Finding } from '../../model/finding/finding';

/** An option of a verb: its name without dashes, and whether a value follows it. */
export interface VerbOption {
  readonly name: string;
  readonly takesValue: boolean;
}

/** The commands of npm that run a script or a program. `npm ci --json` may run one too, but its options are its own. */
const RUNNERS = new Set(['run', 'run-script', 'test', 'exec']);

/** The finding for options of the verb that npm took; `undefined` if there are none. */
export function findNpmOptions(
  verb: readonly string[],
  options: readonly VerbOption[],
  environment: Readonly<NodeJS.ProcessEnv>,
): Finding | undefined {
  const { npm_command: runner = '', npm_lifecycle_event: script = '' } = environment;
  if (!RUNNERS.has(runner)) return undefined;
  const taken = options.flatMap(({ name, takesValue }) => {
    const value = environment[`npm_config_${name.replaceAll('-', '_')}`];
    return value === undefined ? [] : `--${name}${takesValue ? ` ${isValue(value) ? value : '…'}` : ''}`;
  });
  if (taken.length === 0) return undefined;
  const command = runner === 'exec' ? `npx evenkeel ${verb.join(' ')}` : `npm run ${script} --`;
  return {
    rule: 'npm-option',
    severity: 'error',
    field: taken.join(' '),
    message: `npm took ${taken.join(' ')} for itself: evenkeel ${verb.join(' ')} would run without`,
    expected: `${command} ${taken.join(' ')}`,
  };
}

/** Of `--outdir /tmp/x`, npm keeps `true` and passes the directory on as an argument. */
const isValue = (value: string): boolean => value !== '' && value !== 'true';
