// Compares what an API server allows with what `evenkeel access` says: every group, namespace, kind and verb, either way.
import assert from 'node:assert/strict';
import { AccessReviews, type Question } from '../cluster/access-reviews';
import type { Kubectl } from '../cluster/kubectl';
import type { Right } from '../world/project';
import { linesOf } from './acceptance';
import type { Figure } from './figure';

/** The policy of a namespace that is the platform team's, although deployers write that kind. */
export const DEFAULT_DENY = 'default-deny';

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const SUBRESOURCES = [
  ...['attach', 'ephemeralcontainers', 'eviction', 'exec', 'log', 'portforward', 'proxy'].map((one) => `pods/${one}`),
  ...['namespaces/finalize', 'nodes/proxy', 'serviceaccounts/token', 'services/proxy', 'services/status'],
].map((resource) => ({ group: '', resource }));
const SCALES = ['deployments/scale', 'statefulsets/scale'].map((resource) => ({ group: 'apps', resource }));
const RBAC = 'rbac.authorization.k8s.io';
const ESCALATIONS = [
  ...['users', 'groups', 'serviceaccounts'].map((resource) => ({ verb: 'impersonate', group: '', resource })),
  ...['roles', 'clusterroles'].flatMap((resource) =>
    ['bind', 'escalate'].map((verb) => ({ verb, group: RBAC, resource })),
  ),
];
/** A group without any right. */
const WITHOUT_RIGHTS = 'without-rights';

/** Asks for every group, namespace, kind and verb, and compares with what the command says. */
export async function compareMatrix(
  kubectl: Kubectl,
  rights: readonly Right[],
  namespaces: readonly string[],
  figure: Figure,
): Promise<void> {
  for (const { subject } of rights) assert.equal(subject.kind, 'Group');
  const groups = [...new Set(rights.map(({ subject }) => subject.name)), WITHOUT_RIGHTS];
  const acts = await actsOf(kubectl, rights);
  const places = [{}, ...[...namespaces, 'default', 'kube-system'].map((namespace) => ({ namespace }))];
  const ask = async (subjects: readonly string[]) => {
    const questions = subjects.flatMap((subject) =>
      places.flatMap((place) => acts.map((act): Question => ({ subject, ...place, ...act }))),
    );
    const reviews = AccessReviews.as(kubectl);
    const answers = await reviews.ask(questions);
    reviews.close();
    const wrong = questions.filter((question, index) => answers[index] !== isExpected(rights, question));
    return { asked: questions.length, allowed: answers.filter((answer) => answer).length, wrong };
  };
  const { asked, allowed, wrong } = await ask(groups);
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} answers differ from what evenkeel access says`);
  const stray = ['rolebinding', 'stray', '-n', namespaces[0] ?? ''];
  await kubectl.run(['create', ...stray, '--clusterrole=view', `--group=${WITHOUT_RIGHTS}`]);
  const strays = (await ask([WITHOUT_RIGHTS])).wrong.length;
  assert.ok(strays > 0, 'a binding that no manifest holds is seen');
  await kubectl.run(['delete', ...stray]);
  figure(
    `${asked} access reviews (${groups.length} groups, ${places.length - 1} namespaces and the cluster): ` +
      `${allowed} allowed, ${asked - allowed} refused, none otherwise than listed; a stray binding shows in ${strays}`,
  );
}

type Act = Omit<Question, 'subject' | 'namespace'>;

/** Everything that the server has a kind for, and what the rights name; objects by name where a right is restricted to some. */
async function actsOf(kubectl: Kubectl, rights: readonly Right[]): Promise<Act[]> {
  const served = linesOf(await kubectl.run(['api-resources', '-o', 'name'])).map((line) => {
    const [resource = '', ...group] = line.split('.');
    return { group: group.join('.'), resource };
  });
  const named = rights.filter(({ resource }) => resource !== '*').map(({ group, resource }) => ({ group, resource }));
  const resources = distinct([...served, ...named, ...SUBRESOURCES, ...SCALES]);
  const restricted = rights.flatMap(({ group, resource, verbs, names = [] }) =>
    verbs.flatMap((verb) => [...names, DEFAULT_DENY].map((name): Act => ({ group, resource, verb, name }))),
  );
  const all = resources.flatMap((one) => VERBS.map((verb): Act => ({ ...one, verb })));
  return distinct([...all, ...ESCALATIONS, ...restricted]);
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function isExpected(rights: readonly Right[], { subject, verb, group, resource, namespace, name }: Question): boolean {
  return rights.some(
    (right) =>
      right.subject.name === subject &&
      (right.namespace === undefined || right.namespace === namespace) &&
      (right.group === '*' || right.group === group) &&
      (right.resource === '*' || right.resource === resource) &&
      (right.verbs.includes('*') || right.verbs.includes(verb)) &&
      (right.names === undefined || (name !== undefined && right.names.includes(name))),
  );
}
