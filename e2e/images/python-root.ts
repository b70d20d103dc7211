// A root file system with the Python of this machine and what a requirements file pins: no distribution, no shell.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cached } from '../programs/cache';
import { python } from '../programs/python';
import { copyLibraries, SHARED } from './libraries';

/** Folder of the file system, and what its images must say: where Python finds itself is its own knowledge, the rest is not. */
export interface PythonRoot {
  readonly folder: string;
  readonly interpreter: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Paths on this machine, as Python prints them. */
interface Places {
  readonly executable: string;
  readonly library: string;
  readonly packages: string;
}

const PLACES = `
import json, os, sys, sysconfig
paths = {"executable": os.path.realpath(sys._base_executable), "library": sysconfig.get_path("stdlib"), "packages": sysconfig.get_path("purelib")}
print(json.dumps(paths))`;
const INTERPRETER = '/python/bin/python3';
const PACKAGES = '/packages';
/** Not of the library: what others install beside it, its own tests, and what one links C programs with. */
const LEFT_OUT = /^(site-packages|dist-packages|test|tests|__pycache__|config-.*)$/;

/** Of the packages in `<folder>/requirements.txt`, made once a version. */
export function pythonRoot(folder: string): PythonRoot {
  const interpreter = python(folder);
  const version = basename(dirname(dirname(interpreter))).replace(`${folder}-`, '');
  const root = cached(`${folder}-root`, version, (unfinished) => fill(unfinished, interpreter));
  const environment = { PYTHONPATH: PACKAGES, LD_LIBRARY_PATH: SHARED, PYTHONUNBUFFERED: '1' };
  return { folder: root, interpreter: INTERPRETER, environment };
}

function fill(root: string, interpreter: string): void {
  const places: Places = JSON.parse(execFileSync(interpreter, ['-c', PLACES], { encoding: 'utf8' }));
  const library = join(root, 'python', 'lib', basename(places.library));
  mkdirSync(dirname(join(root, INTERPRETER)), { recursive: true });
  copyFileSync(places.executable, join(root, INTERPRETER));
  copyTree(places.library, library);
  copyTree(places.packages, join(root, PACKAGES));
  const libraries = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.so(\.|$)/.test(name));
  copyLibraries(root, [INTERPRETER, ...libraries]);
  // By content, not by time: layers know no times, and the file system is read-only when Python starts and would compile.
  const compile = ['-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', library, join(root, PACKAGES)];
  execFileSync(interpreter, compile, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Links become what they lead to; those that lead nowhere are left out. */
function copyTree(from: string, to: string): void {
  const wanted = (path: string) => existsSync(path) && !LEFT_OUT.test(basename(path));
  for (const name of readdirSync(from).filter((entry) => wanted(join(from, entry)))) {
    cpSync(join(from, name), join(to, name), { recursive: true, dereference: true, filter: wanted });
  }
}
