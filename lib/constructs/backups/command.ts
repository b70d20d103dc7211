// A command of an application: what dumps its data, and what checks a copy that was restored.

import type { Problem } from '../../model/finding/problem';
import { checked, either, fields, like, list, optional, table, text } from '../../model/finding/schema';
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

/** `$$` stands for `$`. Names in lower case may be commands of a shell, `$(date)`. Source: kubernetes.io, "Define Dependent Environment Variables". */
const USE = /\$\$|\$\(([A-Z_][A-Z0-9_]*)\)/g;

/** Variables that a command uses, and that neither its `env` nor its container defines. */
export function findVariableProblems(field: 'dump' | 'check', given: BackupCommand | undefined): Problem[] {
  if (given === undefined) return [];
  const { command, env = {} } = describedBy(given);
  const used = command.flatMap((word) => [...word.matchAll(USE)].flatMap(([, name]) => name ?? []));
  const isDefined = (name: string): boolean => Object.hasOwn(env, name) || (field === 'dump' && name === 'HOST');
  return [...new Set(used)]
    .filter((name) => !isDefined(name))
    .map((name): Problem => {
      if (name === 'HOST') {
        const message = 'a check has no $(HOST): a drill reads the restored files';
        return { field, message, expected: 'a command that reads the folder of the copy, without $(HOST)' };
      }
      const message = `no variable ${name} is defined: $(${name}) stays as it is`;
      return { field, message, expected: `env: { ${name}: … }, or $$(${name}) for a literal` };
    });
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
