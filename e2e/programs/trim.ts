// Leaves a part that no proof uses out of a program: builds on a copy of the module that holds it, with one file replaced.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesOf } from './sources';

interface Trim {
  /** Path of the module that holds the part. */
  readonly module: string;
  /** Path of the file below the module. */
  readonly file: string;
  /** Path of the file that replaces it, below the folder of the program. */
  readonly by: string;
}

export const TRIMS: Readonly<Record<string, Trim>> = {
  'programs/traefik': {
    module: 'github.com/go-acme/lego/v4',
    file: 'providers/dns/zz_gen_dns_providers.go',
    by: 'dns/dns.go',
  },
  // Its zip has the pages' sources only, which `go build` cannot make pages of.
  'programs/alertmanager': {
    module: 'github.com/prometheus/alertmanager',
    file: 'ui/web.go',
    by: 'ui/web.go',
  },
  'programs/consul': {
    module: 'github.com/hashicorp/go-discover',
    file: 'discover.go',
    by: 'discover/discover.go',
  },
};

/**
 * Flags of `go build` that leave the part out.
 * @param program folder of the program's go.mod, below e2e
 * @param source absolute path of that folder
 * @param scratch absolute path of a folder for the copy; it is needed as long as the build runs
 */
export function trimFlags(program: string, source: string, scratch: string): string[] {
  const trim = TRIMS[program];
  if (trim === undefined) return [];
  const copy = join(scratch, 'module');
  mkdirSync(scratch, { recursive: true });
  cpSync(sourcesOf(source, trim.module), copy, { recursive: true });
  execFileSync('chmod', ['-R', 'u+w', copy]);
  copyFileSync(join(source, trim.by), join(copy, trim.file));
  const modfile = join(scratch, 'go.mod');
  for (const name of ['go.mod', 'go.sum']) copyFileSync(join(source, name), join(scratch, name));
  execFileSync('go', ['mod', 'edit', `-replace=${trim.module}=${copy}`, modfile]);
  return [`-modfile=${modfile}`];
}
