// A real PostgreSQL of Debian in an image: the programs that the script of a database's one pod runs, at paths of their own.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyLibraries, SHARED } from '../images/libraries';

/** The major version of Debian 12, which is that of the application under proof. */
const MAJOR = '15';
const LIBRARIES = `/usr/lib/postgresql/${MAJOR}`;
const DATA = `/usr/share/postgresql/${MAJOR}`;
const PROGRAMS = [
  ...['initdb', 'pg_ctl', 'pg_isready', 'postgres', 'psql'],
  // what an instance of CloudNativePG calls beside them
  ...['pg_basebackup', 'pg_controldata', 'pg_rewind'],
];
const TOOLS = ['cat', 'mv', 'rm', 'sh', 'sleep'];

/** As the images of CloudNativePG have it: PostgreSQL wants its user to have a name. */
const USERS = 'root:x:0:0::/:/bin/sh\npostgres:x:26:26::/var/lib/postgresql:/bin/sh\n';

/** Why this machine lacks it; nothing where it does not. */
export function postgresObstacle(): string | undefined {
  const isThere = existsSync(join(LIBRARIES, 'bin', 'initdb')) && existsSync(DATA);
  return isThere ? undefined : `there is no PostgreSQL ${MAJOR}: apt-get install postgresql on Debian 12`;
}

/** Fills a folder with all that an image of it needs, and gives the environment of that image. */
export function postgresRoot(folder: string): Readonly<Record<string, string>> {
  const programs = [...PROGRAMS.map((name) => join(LIBRARIES, 'bin', name)), ...TOOLS.map((name) => `/bin/${name}`)];
  // just-in-time compilation, which a small query never asks for, brings a compiler of 100 MB
  const modules = readdirSync(join(LIBRARIES, 'lib'))
    .filter((name) => name.endsWith('.so') && !name.startsWith('llvm'))
    .map((name) => join(LIBRARIES, 'lib', name));
  for (const path of [...programs, ...modules]) {
    const copy = join(folder, path);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path, copy);
  }
  cpSync(DATA, join(folder, DATA), { recursive: true, dereference: true });
  copyLibraries(folder, [...programs, ...modules]);
  mkdirSync(join(folder, 'etc'), { recursive: true });
  writeFileSync(join(folder, 'etc', 'passwd'), USERS);
  return { LD_LIBRARY_PATH: SHARED, PATH: `${LIBRARIES}/bin:/bin` };
}
