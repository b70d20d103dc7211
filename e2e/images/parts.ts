// Images of the platform's parts: the paths, the user and the arguments of the official ones, around programs built here.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { binary, type Extra } from '../programs/build';
import { versionOf } from '../programs/version';
import type { ImageStore } from './store';

interface Part {
  /** What a proof names to have the programs built. */
  readonly module: Exclude<Extra, 'locust'>;
  /** Absolute paths in the image. The name of each is that of its program. The image starts the first one. */
  readonly programs: readonly [string, ...string[]];
  /** Arguments that a manifest adds to. @default none */
  readonly fixed?: readonly string[];
  /** Arguments that a manifest's own replace. @default none */
  readonly usual?: readonly string[];
  readonly user: User;
  /** @default the root */
  readonly workingDirectory?: string;
}

/** A user as images say it, and its row in their /etc/passwd, which has its group. */
interface User {
  readonly name: string;
  readonly row: string;
}

const UNPRIVILEGED: User = { name: 'nobody', row: 'nobody:x:65534:65534:nobody:/:/bin/false\n' };
const LOKI: User = { name: '10001', row: 'loki:x:10001:10001:loki:/:/bin/false\n' };

/** By the repository that manifests name. Source: the Dockerfile of each. The files that these put beside the programs, such as a configuration, are left out. */
const PARTS: Readonly<Record<string, Part>> = {
  'quay.io/prometheus/prometheus': {
    module: 'programs/prometheus',
    programs: ['/bin/prometheus', '/bin/promtool'],
    usual: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
    user: UNPRIVILEGED,
    workingDirectory: '/prometheus',
  },
  'quay.io/prometheus/alertmanager': {
    module: 'programs/alertmanager',
    programs: ['/bin/alertmanager', '/bin/amtool'],
    usual: ['--config.file=/etc/alertmanager/alertmanager.yml', '--storage.path=/alertmanager'],
    user: UNPRIVILEGED,
    workingDirectory: '/alertmanager',
  },
  'quay.io/prometheus/node-exporter': {
    module: 'programs/node-exporter',
    programs: ['/bin/node_exporter'],
    user: UNPRIVILEGED,
  },
  'registry.k8s.io/kube-state-metrics/kube-state-metrics': {
    module: 'programs/kube-state-metrics',
    programs: ['/kube-state-metrics'],
    fixed: ['--port=8080', '--telemetry-port=8081'],
    user: UNPRIVILEGED,
  },
  'docker.io/grafana/loki': {
    module: 'programs/loki',
    programs: ['/usr/bin/loki'],
    usual: ['-config.file=/etc/loki/local-config.yaml'],
    user: LOKI,
  },
};

/** What an image has beside the official one. */
export interface Added {
  /** @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Texts by absolute path. @default none */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * Packs a part under the name that manifests use. Folders of the official image that its user may write to belong to root here: a manifest must mount a volume there.
 * @param folder absolute path of a new folder for the image's files
 * @returns version of the program in the image, which may be another than the tag's
 */
export async function packPart(
  store: ImageStore,
  reference: string,
  folder: string,
  { environment = {}, files = {} }: Added = {},
): Promise<string> {
  const part = PARTS[repositoryOf(reference)];
  if (part === undefined)
    throw new Error(`${reference} is not a part that is built here: ${Object.keys(PARTS).join(', ')}`);
  const { module, programs, fixed = [], usual = [], user, workingDirectory = '/' } = part;
  for (const path of programs) copyInto(folder, path, binary(module, basename(path)));
  mkdirSync(join(folder, workingDirectory), { recursive: true });
  for (const [path, text] of Object.entries({ '/etc/passwd': user.row, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const root = await store.pack(folder, [programs[0]]);
  store.add({ reference, root, args: fixed, usual, user: user.name, workingDirectory, environment });
  return versionOf(module);
}

function copyInto(folder: string, path: string, program: string): void {
  const copy = join(folder, path);
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(program, copy);
}

/** Without its tag; `grafana/loki` means docker.io/grafana/loki to every node. */
function repositoryOf(reference: string): string {
  const name = reference.replace(/:[^:/]*$/, '');
  return name.split('/')[0]?.includes('.') ? name : `docker.io/${name}`;
}
