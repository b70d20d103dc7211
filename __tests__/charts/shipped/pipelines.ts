// What the tests of the shipped systems' pipelines share: what dist says of a placement, and the calls that steps make for it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { shipped } from '../../support/pipelines/files';

const ROOT = join(__dirname, '../../..');

/** What dist says of a system in an environment on a cluster. */
export interface Placed {
  /** Images without tag or digest, sorted. */
  readonly images: readonly string[];
  /** Deployments, in the order of the file. */
  readonly deployments: readonly string[];
  readonly hosts: readonly string[];
  /** Paths that readiness probes ask. */
  readonly ready: readonly string[];
  /** Groups that may deploy, and those that may read pods. */
  readonly deployers: readonly string[];
  readonly viewers: readonly string[];
  readonly namespaces: readonly string[];
}

/** Reads the files `<phase>-<name>.yaml` of a folder such as dist/clusters/westeurope. */
export function placed(folder: string, name: string): Placed {
  const text = readFileSync(join(ROOT, folder, `10-${name}.yaml`), 'utf8');
  const objects = objectsOf(text);
  const bindings = objectsOf(readFileSync(join(ROOT, folder, `05-${name}.yaml`), 'utf8'));
  const groupsOf = (role: string) =>
    bindings
      .filter(({ kind, metadata }) => kind === 'RoleBinding' && metadata.name === role)
      .flatMap(({ subjects }) => (subjects ?? []).map((subject) => subject.name));
  const found = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, value = '']) => value))];
  return {
    images: found(/image: (\S+?)(?::[\w.]+|@sha256:\w+)$/gm).sort(),
    deployments: objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name),
    hosts: found(/- host: (\S+)/g),
    ready: found(/readinessProbe:\n[\s\S]*?path: (\S+)/g),
    deployers: groupsOf('deployer'),
    viewers: groupsOf('viewer'),
    namespaces: [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))],
  };
}

interface Object {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly subjects?: readonly { readonly name: string }[];
}

const objectsOf = (text: string): Object[] => parseAllDocuments(text).map((document): Object => document.toJS());

/** The scanner's image, which every product names. */
export const [TRIVY = ''] = /ghcr\.io\/\S+/.exec(shipped['azure-pipelines-versions.yml'] ?? '') ?? [];

/** A digest that the stand-in of docker gives an image. */
export const digest = (name: string): string => `sha256:${String(name.length).padStart(64, '0')}`;

/** Names of components in the order of `IMAGES`, where their images are, and their tag. */
export interface Images {
  readonly names: readonly string[];
  /** Registry and system. */
  readonly base: string;
  readonly tag: string;
}

/** Folders, as the product has them. */
export interface Folders {
  readonly code: string;
  readonly work: string;
}

export const build = ({ names, base, tag }: Images, { code }: Pick<Folders, 'code'>): string[] =>
  names.map(
    (name) => `docker build --pull --file ${code}/services/${name}/Dockerfile --tag ${base}/${name}:${tag} ${code}`,
  );

export const scanPackages = (code: string): string =>
  `docker run --rm --volume ${code}:/src:ro ${TRIVY} fs --scanners vuln,license --severity HIGH,CRITICAL --exit-code 1 /src`;

export const scan = ({ names, base, tag }: Images, { work }: Pick<Folders, 'work'>): string[] =>
  names.flatMap((name) => [
    `docker image inspect --format {{.Id}} ${base}/${name}:${tag}`,
    `docker save --output ${work}/${name}.tar image of ${name}`,
    `docker run --rm --volume ${work}:/images:ro ${TRIVY} image --input /images/${name}.tar --scanners vuln --severity HIGH,CRITICAL --exit-code 1`,
  ]);

/** A push, with what the registry needs before and after it. */
const push = (images: Images, before: (name: string) => string[], after: (name: string) => string[]): string[] =>
  images.names.flatMap((name) => [
    `docker image inspect --format {{.Id}} ${images.base}/${name}:${images.tag}`,
    ...before(name),
    `docker push ${images.base}/${name}:${images.tag}`,
    `docker pull --quiet ${images.base}/${name}@${digest(name)}`,
    `docker image inspect --format {{.Id}} ${images.base}/${name}@${digest(name)}`,
    ...after(name),
  ]);

/** Registry of Amazon, in the region of its name. */
export function pushToAmazon(images: Images): string[] {
  const [registry = '', system] = images.base.split('/');
  const tags = `--query repositories[0].imageTagMutability --output text`;
  return [
    `aws ecr get-login-password --region ${regionOf(registry)}`,
    `docker login --username AWS --password-stdin ${registry}`,
    ...push(
      images,
      (name) => [
        `aws ecr describe-repositories --region ${regionOf(registry)} --repository-names ${system}/${name} ${tags}`,
      ],
      () => [],
    ),
  ];
}

const regionOf = (registry: string): string => /\.ecr\.([\w-]+)\./.exec(registry)?.[1] ?? '';

/** Registry of Azure, whose tags are locked. */
export function pushToAzure(images: Images): string[] {
  const [registry = '', system] = images.base.split('/');
  const [name] = registry.split('.');
  const lock = (component: string) =>
    `az acr repository update --name ${name} --image ${system}/${component}:${images.tag} --write-enabled false --output none`;
  return [
    `az acr login --name ${name}`,
    ...push(
      images,
      () => [],
      (component) => [lock(component)],
    ),
  ];
}

export const CHECK = ['npm run synth -- --check --strict', 'npm run synth -- --check --against <commit>'];

export const apply = (folder: string, name: string, { deployments, namespaces }: Placed): string[] => [
  `kubectl apply -f ${folder}/10-${name}.yaml`,
  `kubectl get -f ${folder}/10-${name}.yaml -o name`,
  ...deployments.map(
    (deployment) => `kubectl rollout status --namespace ${namespaces[0]} --timeout 20m deployment.apps/${deployment}`,
  ),
];

export const connectToAzure = (cluster: string, resourceGroup: string): string[] => [
  'az aks install-cli --client-version 1.36.6 --install-location /workspace/temp/bin/kubectl --kubelogin-version v0.2.22 --kubelogin-install-location /workspace/temp/bin/kubelogin',
  `az aks get-credentials --resource-group ${resourceGroup} --name ${cluster} --file /workspace/temp/kubeconfig`,
  'kubelogin convert-kubeconfig --login azurecli',
];

export const smoke = (url: string): string =>
  `curl --fail --silent --show-error --output /dev/null --max-time 10 --retry 10 --retry-delay 6 --retry-all-errors ${url}`;

/**
 * The calls up to and with the first one that a pattern means: the first words of a call and `*`, or a whole call.
 * @throws where no call is meant
 */
export function upTo(calls: readonly string[], pattern: string): readonly string[] {
  const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  const at = calls.findIndex((call) => expression.test(call));
  if (at < 0) throw new Error(`no call is ${pattern}`);
  return calls.slice(0, at + 1);
}
