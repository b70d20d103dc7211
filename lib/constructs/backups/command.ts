// A command of an application: what dumps its data, and what checks a copy that was restored.

import type { Problem } from '../../model/finding/problem';
import { checked, either, fields, like, list, optional, table, text } from '../../model/finding/schema';
import { nestedReference, undefinedReference, variablesOfCommand } from '../../model/pods/references';
import type { InitContainer } from '../pod/company';
import { type LateVariable, POD_FIELD, RESOURCES, type Resources, SECRET_KEY } from '../pod/container';

/** A command, or a command with its image and variables. `$(HOST)` in a `dump` is the host name of the component; a `check` has none: it reads files. */
export type BackupCommand = readonly string[] | Described;

interface Described {
  readonly command: readonly string[];
  /** Image with a tag or a digest. @default that of the component */
  readonly image?: string;
  /** Its variables. @default none, besides HOST of a dump */
  readonly env?: Readonly<Record<string, string | LateVariable>>;
  /** CPU and memory. @default { cpu: '100m', memory: '256Mi' } */
  readonly resources?: Resources;
}

const EXAMPLE = "['pg_dump', '--file=/dump/shop']";

/** An empty command would start what the image starts: the application. */
const WORDS = checked<readonly string[]>(list(text(), EXAMPLE), (words) =>
  words.length > 0 ? [] : [{ value: [], message: 'a command has one word or more', expected: EXAMPLE }],
);

/** What a command may say. */
export const COMMAND = either(
  [
    WORDS,
    fields<Described>({
      command: WORDS,
      image: optional(text('an image with a tag or a digest')),
      env: optional(table(either([like('a text', (value) => typeof value === 'string'), SECRET_KEY, POD_FIELD]))),
      resources: optional(RESOURCES),
    }),
  ],
  `${EXAMPLE}, or { command, image, env }`,
);

/** Where a command runs. */
interface Around {
  /** The image of the component. */
  readonly image: string;
  /** Host name of the component. @default there is none: the command reads files */
  readonly host?: string;
  /** The folder with the data. */
  readonly folder: string;
  /** Longest healthy run, in seconds. */
  readonly seconds: number;
}

const isWords = (command: BackupCommand): command is readonly string[] => Array.isArray(command);

const describedBy = (given: BackupCommand): Described => (isWords(given) ? { command: given } : given);

/** Variables that a command uses, and that neither its `env` nor its container defines. */
export function findVariableProblems(field: 'dump' | 'check', given: BackupCommand | undefined): Problem[] {
  if (given === undefined) return [];
  const { command, env = {} } = describedBy(given);
  const used = variablesOfCommand(command).flat();
  const isDefined = (name: string): boolean => Object.hasOwn(env, name) || (field === 'dump' && name === 'HOST');
  const problems = used.map(({ name, isNested }): readonly [name: string, Problem] | undefined => {
    if (isNested) return [`(${name}`, { field, ...nestedReference(name) }];
    if (isDefined(name)) return undefined;
    if (name !== 'HOST') return [name, { field, ...undefinedReference(name) }];
    const message = 'a check has no $(HOST): a drill reads the restored files';
    return [name, { field, message, expected: 'a command that reads the folder of the copy, without $(HOST)' }];
  });
  return [...new Map(problems.filter((one) => one !== undefined)).values()];
}

/** Short options that name the port, of programs that dump: their manuals. */
const PORT_OPTIONS: Readonly<Record<string, string>> = {
  pg_dump: '-p',
  pg_dumpall: '-p',
  pg_basebackup: '-p',
  mysqldump: '-P',
  'mariadb-dump': '-P',
  'redis-cli': '-p',
  'valkey-cli': '-p',
};

/** A port of what is dumped, as clients of its host reach it. */
export interface DumpedPort {
  readonly name: string;
  readonly number: number;
}

/** What a command says: its words, and the texts of its variables. */
const textsOf = ({ command, env = {} }: Described): readonly string[] => [
  ...command,
  ...Object.values(env).filter((value) => typeof value === 'string'),
];

/** Ports that a dump connects to without doubt: behind its host, or by an option of a program that gets the host. */
function portsNamed(dump: Described): readonly number[] {
  const { command } = dump;
  const texts = textsOf(dump);
  const behind = texts.flatMap((word) => [...word.matchAll(/\$\(HOST\):(\d+)(?![\d.])/g)].map(([, port]) => port));
  const [program = ''] = command;
  const option = PORT_OPTIONS[program.slice(program.lastIndexOf('/') + 1)];
  const given = command.flatMap((word, index) => {
    if (word.startsWith('--port=')) return word.slice('--port='.length);
    return word === '--port' || word === option ? (command[index + 1] ?? []) : [];
  });
  const all = texts.some((word) => word.includes('$(HOST)')) ? [...behind, ...given] : behind;
  return [...new Set(all.filter((port) => port !== undefined && /^\d+$/.test(port)).map(Number))];
}

/** Ports that a dump connects to, and that what it dumps does not have. */
export function findPortProblems(
  given: BackupCommand | undefined,
  of: string,
  ports: readonly DumpedPort[],
): Problem[] {
  if (given === undefined) return [];
  const unknown = portsNamed(describedBy(given)).filter((port) => ports.every(({ number }) => number !== port));
  return unknown.map((port): Problem => {
    const message = `the dump connects to port ${port}, which ${of} does not have`;
    const expected = `one of ${ports.map(({ name, number }) => `${number} (${name})`).join(', ')}`;
    return { field: 'dump', value: port, message, expected };
  });
}

/** The ports, beside the first, that a dump may need: those that it names, or all, since programs have one by default. */
export function portsNeeded(given: BackupCommand, [main, ...further]: readonly DumpedPort[]): readonly DumpedPort[] {
  const texts = textsOf(describedBy(given));
  const isNamed = ({ number }: DumpedPort): boolean =>
    texts.some((one) => new RegExp(`(?<!\\d)${number}(?!\\d)`).test(one));
  const named = further.filter(isNamed);
  return named.length > 0 || (main !== undefined && isNamed(main)) ? named : further;
}

/** The command as a container that ends before what copies starts, or after what restores has ended. */
export function commandContainer(given: BackupCommand, { image, host, folder, seconds }: Around): InitContainer {
  const described = describedBy(given);
  return {
    image: described.image ?? image,
    command: described.command,
    env: { ...(host === undefined ? {} : { HOST: host }), ...described.env },
    resources: described.resources ?? { cpu: '100m', memory: '256Mi' },
    mounts: [folder],
    seconds,
  };
}
