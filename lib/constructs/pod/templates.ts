// Templates: files of a component whose values come from the cluster's key-value store, and change while it runs.

import type { Cluster } from '../../model/cluster/cluster';
import { CONSUL_TEMPLATE } from '../../model/cluster/neighbours';
import type { Problem } from '../../model/finding/problem';
import { checked, fields, optional, table, text } from '../../model/finding/schema';
import { dataKey } from '../../model/manifest/formats';
import type { Connectable } from '../network/connection';
import type { Companion, Company } from './company';
import { RESOURCES, type Resources, SECRET_KEY, type SecretKey } from './container';
import type { Files } from './files';
import type { Scratch, Volumes } from './mounts';

/** Files that consul-template writes, and how it reads the store. */
export interface Templates {
  /**
   * Templates by the absolute path of their file. Each folder is one that nothing else uses: it is empty, and written to.
   * @example files: { '/run/config/flags.json': '{{ key "shop-production/flags" }}' }
   */
  readonly files: Files;
  /**
   * The key of a Secret with a token of Consul that may read these keys. It is made elsewhere; `evenkeel secrets` lists it.
   * @default { secret: 'configuration', key: 'token' }
   */
  readonly token?: SecretKey;
  /** CPU and memory of what writes the files, which come on top of the component's. @default { cpu: '10m', memory: '64Mi' } */
  readonly resources?: Resources;
}

/** What templates are made into. */
interface Templated extends Company {
  readonly templates?: Templates;
  readonly files?: Files;
  readonly scratch?: readonly Scratch[];
  readonly volumes?: Volumes;
}

/** The name of the connection to the store. */
export const CONFIGURATION = 'configuration';

/** Port of Consul's API: developer.hashicorp.com, "Required ports". */
const API_PORT = 8500;

/** The containers beside the component's: the first writes the files before it starts, the second while it runs. */
const ONCE = 'consul-template-once';
const WATCH = 'consul-template';

const FOLDER = '/etc/consul-template';
const CONFIG = `${FOLDER}/templates.json`;
const TOKEN = `${FOLDER}/token`;

/** Longest healthy run of the first container, in seconds: Consul answers within one, and `wait` lasts one. */
const ONCE_SECONDS = 10;

/** Of one folder: values of Consul have at most 512 KiB. Source: developer.hashicorp.com, "kv_max_value_size". */
const FOLDER_SIZE = '16Mi';

/** Folders of the image and of the node's runtime, which an empty one would hide. */
const IMAGE_FOLDERS =
  '/ /app /bin /dev /etc /home /lib /lib64 /opt /proc /root /run /sbin /srv /sys /tmp /usr /var /workspace'.split(' ');
/** Those of which the image has the folders below, too. */
const IMAGE_TREES = /^\/(?:bin|dev|lib|lib64|proc|sbin|sys|usr)\//;

/** Functions that read the store. Source: hashicorp/consul-template, template/template.go. */
const READS = /\{\{[^}]*\b(?:key|keyExists|keyOrDefault|ls|safeLs|tree|safeTree)\b/;

const EXAMPLE = `{ '/run/config/flags.json': '{{ key "shop-production/flags" }}' }`;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

function findTemplateProblem(path: string, template: string): Omit<Problem, 'field'> | undefined {
  const parts = path.split('/').slice(1);
  if (!path.startsWith('/') || !parts.every((part) => dataKey.fits(part))) {
    const expected = 'an absolute path of letters, digits, "-", "_" and ".", such as /run/config/flags.json';
    return { message: `${path} is not the path of a file`, expected };
  }
  const folder = folderOf(path);
  if (IMAGE_FOLDERS.includes(folder) || IMAGE_TREES.test(folder)) {
    const message = `the folder of the file would hide ${folder} of the image`;
    return { message, expected: 'a folder of its own, such as /run/config' };
  }
  const [, ...actions] = template.split('{{');
  if (actions.some((action) => !action.includes('}}'))) {
    return { message: `the template of ${path} has a {{ without its }}`, expected: `a template: ${EXAMPLE}` };
  }
  if (READS.test(template)) return undefined;
  return {
    message: `the template of ${path} reads no key, so that it would never change`,
    expected: 'key, keyOrDefault, keyExists, ls or tree in it; a text that stays the same belongs in files',
  };
}

/** What the templates of a component may say. */
export const TEMPLATES = fields<Templates>(
  {
    files: checked<Files>(table(text('a template'), EXAMPLE), (files) => {
      const all = Object.entries(files);
      if (all.length === 0) return [{ message: 'there is no file', expected: EXAMPLE }];
      return all.flatMap(([path, template]): Problem[] => {
        const problem = findTemplateProblem(path, template);
        return problem === undefined ? [] : [{ field: `["${path}"]`, ...problem }];
      });
    }),
    token: optional(SECRET_KEY),
    resources: optional(
      checked<Resources>(RESOURCES, ({ cpu }) =>
        cpu === undefined ? [{ field: 'cpu', message: 'resources.cpu is required', expected: "cpu: '10m'" }] : [],
      ),
    ),
  },
  `{ files: ${EXAMPLE} }`,
);

/** What a component with templates cannot have beside them: containers and files under the names that they use. */
export function findTemplateClashes({ templates, initContainers, sidecars, files, volumes }: Templated): Problem[] {
  if (templates === undefined) return [];
  const named = Object.entries({ initContainers: { ...initContainers }, sidecars: { ...sidecars } }).flatMap(
    ([kind, all]) =>
      [ONCE, WATCH]
        .filter((name) => Object.hasOwn(all, name))
        .map((name): Problem => {
          const message = `${name} is a container that writes the templates`;
          return { field: `${kind}.${name}`, value: name, message, expected: 'another name' };
        }),
  );
  const mounted = Object.entries({ files: { ...files }, volumes: { ...volumes } }).flatMap(([kind, all]) =>
    Object.keys(all)
      .filter((path) => path === FOLDER || path.startsWith(`${FOLDER}/`))
      .map((path): Problem => {
        const message = `${FOLDER} has the configuration of what writes the templates`;
        return { field: `${kind}["${path}"]`, value: path, message, expected: 'a path in another folder' };
      }),
  );
  return [...named, ...mounted];
}

/**
 * Folders of templates that are also something else. `mounts` are all folders of the component, with these among them; `command` may
 * name a program in one.
 */
export function findTemplateFolderProblems(
  templates: Templates | undefined,
  mounts: readonly string[],
  files: readonly string[],
  command: readonly string[],
): Problem[] {
  return foldersOf(templates).flatMap((folder): Problem[] => {
    const hidden = command.find(
      (word) => word.startsWith(`${folder}/`) && !Object.hasOwn(templates?.files ?? {}, word),
    );
    if (hidden !== undefined) {
      const message = `templates are written to ${folder}, an empty folder that would hide ${hidden}`;
      return [{ field: 'templates.files', value: folder, message, expected: 'a folder of their own' }];
    }
    const own = mounts.indexOf(folder);
    const others = [...mounts.filter((_, index) => index !== own), ...files];
    const other = others.find((path) => `${path}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${path}/`));
    if (other === undefined) return [];
    const message = `templates are written to ${folder}, and the component mounts ${other}`;
    return [{ field: 'templates.files', value: folder, message, expected: 'a folder of their own' }];
  });
}

/** Whether a sidecar writes templates. */
export const writesTemplates = (sidecar: string): boolean => sidecar === WATCH;

/** Paths that only the containers that write templates see: the component has no token of the store. */
export const templatePaths = (templates: Templates | undefined): readonly string[] =>
  templates === undefined ? [] : [CONFIG, TOKEN];

/** The store of a cluster, or why its components have none. */
export function storeOf({ name, configuration }: Pick<Cluster, 'name' | 'configuration'>): Connectable | Problem {
  if (configuration === undefined) {
    return {
      field: 'templates',
      message: `no key-value store of ${name} is known`,
      expected: `the part configuration on ${name}; or, in clusters.${name}, configuration: { host, namespace, podLabels }`,
    };
  }
  const { host, namespace, podLabels, port = API_PORT } = configuration;
  return { connection: () => ({ name: CONFIGURATION, host, port, peer: { namespace, podLabels, port } }) };
}

/**
 * The properties of a component, with what writes its templates: an init container, which writes them once, so that the component
 * finds them, and a sidecar, which writes them again when a key changes. Unchanged without templates or a store.
 */
export function withTemplates<Props extends Templated>(
  props: Props,
  { configuration }: Pick<Cluster, 'configuration'>,
): Props {
  const { templates, initContainers, sidecars, files, scratch = [], volumes } = props;
  if (templates === undefined || configuration === undefined) return props;
  const { token = { secret: 'configuration', key: 'token' }, resources = { cpu: '10m', memory: '64Mi' } } = templates;
  const { host, port = API_PORT, image = CONSUL_TEMPLATE } = configuration;
  const folders = foldersOf(templates);
  const container = (...more: string[]): Companion => ({
    image,
    command: ['/bin/consul-template'],
    args: [`-config=${CONFIG}`, ...more],
    resources,
    mounts: [CONFIG, TOKEN, ...folders],
  });
  return {
    ...props,
    // the user's init containers find the files too
    initContainers: { [ONCE]: { ...container('-once'), seconds: ONCE_SECONDS }, ...initContainers },
    sidecars: { ...sidecars, [WATCH]: container() },
    files: { ...files, [CONFIG]: templateConfig(templates.files, `${host}:${port}`, `${TOKEN}/${token.key}`) },
    scratch: [...scratch, ...folders.map((path) => ({ path, size: FOLDER_SIZE }))],
    volumes: { ...volumes, [TOKEN]: { secret: token.secret, keys: [token.key] } },
  };
}

function foldersOf(templates: Templates | undefined): readonly string[] {
  return [...new Set(Object.keys(templates?.files ?? {}).map(folderOf))];
}

/** The configuration of consul-template. Source: hashicorp/consul-template, docs/configuration.md. */
function templateConfig(files: Files, address: string, tokenFile: string): string {
  const config = {
    // by default it ends at SIGINT alone, and each pod would last until its grace period is over
    kill_signal: 'SIGTERM',
    consul: {
      address,
      token_file: tokenFile,
      // without an end: what gives up takes a pod that serves well out of its Service
      retry: { enabled: true, attempts: 0, backoff: '250ms', max_backoff: '10s' },
      // a member that is lost with its node closes nothing: its silence ends a query after this, and nine times the 15 s of Go's net package
      transport: { dial_keep_alive: '2s', dial_timeout: '5s' },
    },
    // any member answers, also while there is no leader
    max_stale: '10m',
    // several keys that change together are written together
    wait: { min: '1s', max: '5s' },
    template: Object.entries(files).map(([destination, contents]) => ({
      destination,
      contents,
      error_on_missing_key: true,
    })),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
