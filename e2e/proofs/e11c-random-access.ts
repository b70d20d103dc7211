// E11c: an API server allows what `evenkeel access` works out for roles and bindings of every shape, and nothing else.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { allows, allowsUrl, grantsIn, mayDo, type Who } from '../../lib/analysis/access/rbac';
import type { JsonObject } from '../../lib/model/manifest/json';
import type { ApiEntry } from '../../lib/model/manifest/object';
import { AccessReviews, type Asker, type Question, type UrlQuestion } from '../cluster/access-reviews';
import { ControlPlane } from '../cluster/control-plane';
import type { Kubectl } from '../cluster/kubectl';
import type { Figure } from '../measure/figure';
import { entryOf } from '../scheduling/prediction';
import { Random } from '../scheduling/random';
import type { List } from '../world/objects';
import type { World } from '../world/world';
import type { Proof } from './proof';

const RBAC = 'rbac.authorization.k8s.io';
const SPACES = ['one', 'two'];
const ROLES = 40;
const BINDINGS = 60;
const QUESTIONS = 3_000;
/** How many of them are asked again with a binding that the analysis does not see. */
const TWIN_QUESTIONS = 500;

export const randomAccess: Proof = {
  id: 'E11c',
  title:
    'of random roles and bindings of every shape, and of the built-in roles, an API server allows what `evenkeel access` works out, and nothing else',
  needs: 'api',
  prove,
};

async function prove({ run }: World, figure: Figure): Promise<void> {
  const plane = await ControlPlane.start(run, { name: 'random-access', controllers: true });
  try {
    const { kubectl } = plane;
    await compareBuiltIn(kubectl, figure);
    await kubectl.create(SPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
    for (const seed of [1, 2, 3]) await compareRandom(kubectl, seed, (line) => figure(`seed ${seed}: ${line}`));
    await showSecrets(kubectl, figure);
  } finally {
    await plane.stop();
  }
}

type Manifest = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

interface ServerRole extends Manifest {
  readonly rules?: readonly {
    readonly verbs: readonly string[];
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
  }[];
}

/** Every rule of the roles that the server starts with is one of ours: bound to a group, each of its acts is allowed. */
async function compareBuiltIn(kubectl: Kubectl, figure: Figure): Promise<void> {
  const label = ['-l', 'kubernetes.io/bootstrapping=rbac-defaults'];
  const { items: clusterRoles } = await kubectl.get<List<ServerRole>>(['clusterroles', ...label]);
  const { items: roles } = await kubectl.get<List<ServerRole>>(['roles', '-A', ...label]);
  let count = 0;
  for (const role of [...clusterRoles, ...roles]) {
    const { namespace } = role.metadata;
    const group = { kind: 'Group', name: 'bound' };
    const [grant] = grantsIn(
      [entryOf(bindingOf(role.kind, role.metadata.name, group, namespace))],
      'trials',
      group,
      namespace,
    );
    assert.ok(grant?.known, role.metadata.name);
    for (const { verbs, apiGroups = [], resources = [], resourceNames = [''], nonResourceURLs = [] } of role.rules ??
      []) {
      for (const verb of verbs) {
        for (const url of nonResourceURLs) {
          count += 1;
          assert.ok(
            grant.rules.some((rule) => rule.verbs.includes(verb) && rule.urls.includes(url)),
            `${verb} ${url}`,
          );
        }
        const acts = apiGroups.flatMap((api) =>
          resources.flatMap((resource) => resourceNames.map((name) => ({ verb, group: api, resource, name }))),
        );
        for (const act of acts) {
          count += 1;
          assert.ok(
            grant.rules.some((rule) => allows(rule, act)),
            `${role.metadata.name}: ${JSON.stringify(act)}`,
          );
        }
      }
    }
  }
  assert.ok(count > 500);
  figure(`${clusterRoles.length} built-in ClusterRoles and ${roles.length} Roles, ${count} rights: all known`);
}

function bindingOf(kind: string, name: string, subject: Who, namespace?: string, id = 'bound'): Manifest {
  const { kind: subjectKind, ...rest } = subject;
  const group = subjectKind === 'ServiceAccount' ? {} : { apiGroup: RBAC };
  return {
    apiVersion: `${RBAC}/v1`,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: id, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup: RBAC, kind, name },
    subjects: [{ kind: subjectKind, ...group, ...rest }],
  };
}

const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
  'bind',
  'escalate',
];
const GROUPS = ['', 'apps', 'batch', RBAC];
const RESOURCES = [
  ...['pods', 'pods/exec', 'pods/log', 'secrets', 'serviceaccounts', 'serviceaccounts/token', 'nodes', 'nodes/proxy'],
  ...['deployments', 'deployments/scale', 'statefulsets/scale', 'jobs', 'roles', 'clusterroles'],
];
const NAMES = ['db', 'api', 'web'];
const URLS = ['/metrics', '/metrics/slow', '/logs', '/logs/a/b', '/debug'];
const LABELS = [
  `${RBAC}/aggregate-to-view`,
  `${RBAC}/aggregate-to-edit`,
  `${RBAC}/aggregate-to-admin`,
  'example.com/part',
  'example.com/whole',
];
const BUILT_IN = [
  'view',
  'edit',
  'admin',
  'system:aggregate-to-view',
  'system:node-problem-detector',
  'system:controller:job-controller',
];

/** Subjects of bindings, and who asks: each with all the groups that an authenticator would give. */
const SUBJECTS: readonly (readonly [subject: Who, asker: Asker, who: Who])[] = [
  ...['readers', 'writers'].map((name): readonly [Who, Asker, Who] => {
    const group = { kind: 'Group', name };
    return [group, { user: 'e2e', groups: [name, 'system:authenticated'] }, group];
  }),
  [
    { kind: 'User', name: 'jane' },
    { user: 'jane', groups: ['system:authenticated'] },
    { kind: 'User', name: 'jane' },
  ],
  ...SPACES.flatMap((namespace) =>
    ['web', 'api'].map((name): readonly [Who, Asker, Who] => {
      const user = `system:serviceaccount:${namespace}:${name}`;
      const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
      return [
        { kind: 'ServiceAccount', name, namespace },
        { user, groups },
        { kind: 'ServiceAccount', name, namespace },
      ];
    }),
  ),
];
const OTHER_SUBJECTS: readonly Who[] = [
  { kind: 'Group', name: 'system:authenticated' },
  { kind: 'Group', name: 'system:serviceaccounts' },
  { kind: 'Group', name: 'system:serviceaccounts:one' },
  { kind: 'User', name: 'system:serviceaccount:two:web' },
];

function rolesOf(random: Random, seed: number): Manifest[] {
  const some = (items: readonly string[], star = 0.1): string[] =>
    random.chance(star) ? ['*'] : Array.from({ length: random.whole(1, 2) }, () => random.pick(items));
  const rule = (local: boolean): JsonObject => {
    const verbs = some(VERBS);
    if (!local && random.chance(0.15)) {
      return { verbs, nonResourceURLs: [random.pick([...URLS, '/logs/*', '/metrics*', '*'])] };
    }
    const names = random.chance(0.25) ? { resourceNames: random.pick([['db'], ['db', 'api'], ['']]) } : {};
    return {
      verbs,
      apiGroups: some(GROUPS),
      resources: some([...RESOURCES, '*/scale', '*/token', 'pods/*']),
      ...names,
    };
  };
  return Array.from({ length: ROLES }, (_, index) => {
    const local = random.chance(0.3);
    const labels = Object.fromEntries(LABELS.filter(() => random.chance(0.12)).map((key) => [key, 'true']));
    const key = random.pick(['example.com/part', 'example.com/whole']);
    const expression: JsonObject = random.chance(0.5)
      ? { key, operator: 'Exists' }
      : { key, operator: 'In', values: ['true', 'yes'] };
    const selector: JsonObject = random.chance(0.5)
      ? { matchLabels: { [key]: 'true' } }
      : { matchExpressions: [expression] };
    const aggregated = !local && random.chance(0.15);
    return {
      apiVersion: `${RBAC}/v1`,
      kind: local ? 'Role' : 'ClusterRole',
      metadata: { name: `random-${seed}-${index}`, ...(local ? { namespace: random.pick(SPACES) } : { labels }) },
      rules: aggregated ? [] : Array.from({ length: random.whole(1, 3) }, () => rule(local)),
      ...(aggregated ? { aggregationRule: { clusterRoleSelectors: [selector] } } : {}),
    };
  });
}

function bindingsOf(random: Random, seed: number, roles: readonly Manifest[]): Manifest[] {
  const known = SUBJECTS.map(([subject]) => subject);
  return Array.from({ length: BINDINGS }, (_, index) => {
    const { kind, metadata } = random.chance(0.25)
      ? { kind: 'ClusterRole', metadata: { name: random.pick([...BUILT_IN, 'unknown']) } }
      : random.pick(roles);
    const namespace = kind === 'Role' || random.chance(0.6) ? random.pick(SPACES) : undefined;
    const subject = random.chance(0.25) ? random.pick(OTHER_SUBJECTS) : random.pick(known);
    const { namespace: space, ...rest } = subject;
    // without a namespace, one of the RoleBinding's
    const bare = space !== undefined && space === namespace && random.chance(0.5);
    return bindingOf(kind, metadata.name, bare ? rest : subject, namespace, `random-${seed}-${index}`);
  });
}

type Asked = readonly [question: Question | UrlQuestion, who: Who];

function questionsOf(random: Random): Asked[] {
  return Array.from({ length: QUESTIONS }, (): Asked => {
    const [, subject, who] = random.pick(SUBJECTS);
    if (random.chance(0.05)) return [{ subject, verb: random.pick(VERBS), url: random.pick(URLS) }, who];
    const resource = random.pick(RESOURCES);
    const namespace = random.chance(0.3) ? {} : { namespace: random.pick([...SPACES, 'default']) };
    const name = random.chance(0.5) ? {} : { name: random.pick(NAMES) };
    return [{ subject, verb: random.pick(VERBS), group: random.pick(GROUPS), resource, ...namespace, ...name }, who];
  });
}

function isExpected(entries: readonly ApiEntry[], [question, who]: Asked): boolean {
  if (!('url' in question)) return mayDo(entries, 'trials', who, question);
  const { verb, url } = question;
  return grantsIn(entries, 'trials', who, undefined).some(({ rules }) =>
    rules.some((rule) => allowsUrl(rule, verb, url)),
  );
}

async function compareRandom(kubectl: Kubectl, seed: number, figure: Figure): Promise<void> {
  const random = new Random(seed);
  const roles = rolesOf(random, seed);
  const bindings = bindingsOf(random, seed, roles);
  const objects = [...roles, ...bindings];
  const asked = questionsOf(random);
  const entries = objects.map((object) => entryOf(object));
  await kubectl.create(objects);
  const reviews = AccessReviews.as(kubectl);
  const expected = new Map(asked.map((one) => [one, isExpected(entries, one)]));
  const compare = async (some: readonly Asked[]) => {
    const answers = await reviews.ask(some.map(([question]) => question));
    const wrong = some.filter((one, index) => answers[index] !== expected.get(one));
    return { wrong, allowed: answers.filter((answer) => answer).length };
  };
  let { wrong, allowed } = await compare(asked);
  if (wrong.length > 0) {
    // a controller takes a moment to write the rules of aggregated roles
    for (let attempt = 0; wrong.length > 0 && attempt < 10; attempt++) {
      await sleep(1000);
      ({ wrong } = await compare(wrong));
    }
    ({ wrong, allowed } = await compare(asked));
  }
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${asked.length} answers differ`);
  assert.ok(allowed > asked.length / 50 && allowed < asked.length * 0.98, `${allowed} of ${asked.length} are allowed`);
  const stray = bindingOf('ClusterRole', 'cluster-admin', { kind: 'User', name: 'jane' }, undefined, 'stray');
  await kubectl.create([stray]);
  const strays = (await compare(asked.slice(0, TWIN_QUESTIONS))).wrong.length;
  assert.ok(strays > 0, 'a binding that the analysis does not see is seen here');
  await kubectl.deleteAtOnce([stray, ...objects]);
  reviews.close();
  figure(
    `${roles.length} roles, ${bindings.length} bindings, ${asked.length} access reviews: ${allowed} allowed, ` +
      `none otherwise than worked out; a stray binding shows in ${strays}`,
  );
}

/** Deleting shows what is deleted, and a dry run deletes nothing. */
async function showSecrets(kubectl: Kubectl, figure: Figure): Promise<void> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db', namespace: 'one' },
    data: { key: 'c2VjcmV0' },
  };
  await kubectl.create([secret]);
  const path = '/api/v1/namespaces/one/secrets';
  for (const request of [`${path}/db?dryRun=All&propagationPolicy=Foreground`, `${path}?dryRun=All`]) {
    assert.match(await kubectl.run(['delete', '--raw', request]), /c2VjcmV0/, request);
  }
  await kubectl.run(['get', 'secret', 'db', '-n', 'one']);
  figure('delete and deletecollection of Secrets answer with their content, in a dry run too');
}
