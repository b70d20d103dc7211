// Promises about namespaces and what leads into them: quota, denial, access, ways in.
import { at } from '../../support/synthesis';
import { type Promised, unless } from './promise';
import {
  containersOf,
  type Held,
  items,
  mebibytes,
  millicores,
  nameOf,
  namespaceOf,
  podOf,
  podsOf,
  sizeOf,
  table,
  texts,
  type World,
} from './world';

const LEVELS = ['enforce', 'audit', 'warn'];

const restricted: Promised = {
  name: 'enforces the Pod Security level restricted, unless the chart says why not',
  kinds: ['Namespace'],
  broken: ({ object }) => {
    const labels = table(at(object, 'metadata', 'labels'));
    const annotations = table(at(object, 'metadata', 'annotations'));
    const isExcused = String(annotations['evenkeel.dev/pod-security-label-reason'] ?? '') !== '';
    const level = isExcused ? 'privileged' : 'restricted';
    return LEVELS.filter((mode) => labels[`pod-security.kubernetes.io/${mode}`] !== level);
  },
};

/** Pods of a workload that a quota counts: those of two releases in a row, or a failed one beside its replacement. */
function podsAtMost(one: Held, world: World): number {
  const { most } = sizeOf(world, one);
  const { object } = one;
  if (object.kind === 'StatefulSet') return most;
  if (object.kind === 'DaemonSet') return one.place?.nodes ?? Number.NaN;
  if (object.kind === 'Deployment')
    return 2 * (most + podsOf(at(object, 'spec', 'strategy', 'rollingUpdate', 'maxSurge'), most));
  const job = object.kind === 'CronJob' ? at(object, 'spec', 'jobTemplate', 'spec') : object.spec;
  return 2 * Number(at(job, 'parallelism') ?? 1);
}

const quota: Promised = {
  name: 'has a quota of what its workloads take at most, and of no load balancer',
  kinds: ['Namespace'],
  broken: (one, world) => {
    const [first, ...others] = world.beside(one, 'ResourceQuota');
    if (first === undefined || others.length > 0) return ['it has not one quota'];
    const hard = table(at(first.object, 'spec', 'hard'));
    const workloads = world.beside(one, 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob');
    const sum = (of: (workload: Held) => number) =>
      workloads.reduce((total, workload) => total + podsAtMost(workload, world) * of(workload), 0);
    const each = (read: (quantity: unknown) => number, resource: string) => (workload: Held) => {
      const counted = items(podOf(workload).containers);
      return counted.reduce((total, { resources }) => total + read(at(resources, 'requests', resource)), 0);
    };
    const ports = world.beside(one, 'Service').filter((service) => service.saysNodePort).length;
    const pairs = [
      ['pods', Number(hard.pods), sum(() => 1)],
      ['millicores', millicores(hard['requests.cpu']), sum(each(millicores, 'cpu'))],
      ['mebibytes', mebibytes(hard['requests.memory']), sum(each(mebibytes, 'memory'))],
      ['load balancers', Number(hard['services.loadbalancers']), 0],
      ['node ports', Number(hard['services.nodeports']), ports],
    ] as const;
    return pairs.flatMap(([of, has, needs]) => unless(has === needs, `${has} ${of}, ${needs} are needed`));
  },
};

const limits: Promised = {
  name: 'gives requests and a limit of memory to containers that say nothing',
  kinds: ['Namespace'],
  broken: (one, world) => {
    const ranges = world.beside(one, 'LimitRange').flatMap(({ object }) => items(at(object, 'spec', 'limits')));
    const [range] = ranges.filter(({ type }) => type === 'Container');
    return [
      ...unless(mebibytes(at(range, 'default', 'memory')) > 0, 'no limit of memory'),
      ...unless(mebibytes(at(range, 'defaultRequest', 'memory')) > 0, 'no request of memory'),
      ...unless(millicores(at(range, 'defaultRequest', 'cpu')) > 0, 'no request of CPU'),
    ];
  },
};

const denial: Promised = {
  name: 'denies all traffic that no policy allows, in and out',
  kinds: ['Namespace'],
  broken: (one, world) => {
    const all = world
      .beside(one, 'NetworkPolicy')
      .filter(({ object }) => Object.keys(table(at(object, 'spec', 'podSelector'))).length === 0);
    const [deny, ...others] = all;
    if (deny === undefined || others.length > 0) return [`${all.length} policies select all pods`];
    const { policyTypes, ingress, egress } = table(deny.object.spec);
    return [
      ...unless(
        ['Ingress', 'Egress'].every((type) => texts(policyTypes).includes(type)),
        'a direction is open',
      ),
      ...unless(ingress === undefined && egress === undefined, 'the denial allows something'),
    ];
  },
};

const READS = ['get', 'list', 'watch'];

/** The plural of a kind, as the English of its name has it. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/y$/.test(name)) return name.replace(/y$/, 'ies');
  return /(s|ss)$/.test(name) ? `${name}es` : `${name}s`;
}

const deployer: Promised = {
  name: 'may write the kinds of its own file, and nothing else',
  kinds: ['Role'],
  broken: (role, world) => {
    const files = [role.file.replace('05-', '10-'), role.file.replace('05-', '07-')];
    const written = world.held.filter(({ file }) => files.includes(file));
    const own = new Set(
      written.map(({ object }) => {
        const group = String(object.apiVersion).replace(/\/?[^/]*$/, '');
        return `${group}/${pluralOf(String(object.kind))}`;
      }),
    );
    const rules = items(role.object.rules);
    const granted = rules.flatMap(({ apiGroups, resources }) =>
      texts(apiGroups).flatMap((group) => texts(resources).map((resource) => `${group}/${resource}`)),
    );
    const verbs = new Set(rules.flatMap((rule) => texts(rule.verbs)));
    const names = new Set(written.map(nameOf));
    return [
      ...unless(nameOf(role) === 'deployer', 'it is not of a deployer'),
      ...granted.filter((one) => !own.has(one)).map((one) => `it may write ${one}`),
      ...[...own].filter((one) => !granted.includes(one)).map((one) => `it may not write ${one}`),
      ...[...verbs].filter((verb) => ![...READS, 'create', 'delete', 'patch'].includes(verb)),
      ...rules.flatMap((rule) => texts(rule.resourceNames)).filter((name) => !names.has(name)),
      // the platform team's default deny is of the same kind
      ...rules
        .filter(
          ({ resources, resourceNames }) =>
            texts(resources).includes('networkpolicies') && !texts(resourceNames).length,
        )
        .flatMap((rule) => texts(rule.verbs).filter((verb) => ['delete', 'patch'].includes(verb)))
        .map((verb) => `it may ${verb} the denial`),
    ];
  },
};

const viewer: Promised = {
  name: 'reads, without Secrets and without a way into pods',
  kinds: ['ClusterRole'],
  isAbout: (one) => nameOf(one) === 'evenkeel-viewer',
  broken: ({ object }) => {
    const rules = items(object.rules);
    const resources = rules.flatMap((rule) => texts(rule.resources));
    return [
      ...rules.flatMap((rule) => texts(rule.verbs)).filter((verb) => !READS.includes(verb)),
      ...resources.filter((resource) =>
        /^secrets|\*|\/(?:exec|attach|portforward|proxy|ephemeralcontainers|token)$/.test(resource),
      ),
      ...unless(
        rules.every(({ nonResourceURLs }) => nonResourceURLs === undefined),
        'it reads more than objects',
      ),
    ];
  },
};

const roles: Promised = {
  name: 'gives no right to Secrets, to rights or to everything',
  kinds: ['Role', 'ClusterRole'],
  broken: ({ object }) => {
    const refused =
      /\*|^(?:secrets|escalate|bind|impersonate|nodes.*|serviceaccounts\/token|(?:cluster)?role(?:binding)?s)$/;
    // programs read nodes and their metrics, and change none
    const isRead = (rule: Readonly<Record<string, unknown>>, word: string) =>
      /^nodes(?:\/metrics)?$/.test(word) && texts(rule.verbs).every((verb) => READS.includes(verb));
    return items(object.rules).flatMap((rule) =>
      ['apiGroups', 'resources', 'verbs']
        .flatMap((key) => texts(rule[key]))
        .filter((word) => refused.test(word) && !isRead(rule, word)),
    );
  },
};

const bindings: Promised = {
  name: 'gives a role to the groups that have it in the environment, and to no one else',
  kinds: ['RoleBinding'],
  broken: (one) => {
    const { access = {}, groups = {} } = one.place ?? {};
    const role = nameOf(one);
    const meant = Object.entries(access).flatMap(([group, given]) => (given === role ? [String(groups[group])] : []));
    const { kind, name } = table(one.object.roleRef);
    const target = role === 'deployer' ? 'Role deployer' : `ClusterRole evenkeel-${role}`;
    const given = items(one.object.subjects).map((subject) => `${String(subject.kind)} ${String(subject.name)}`);
    return [
      ...unless(`${String(kind)} ${String(name)}` === target, `${role}s get ${String(kind)} ${String(name)}`),
      ...given
        .filter((subject) => !meant.includes(subject.replace(/^Group /, '')))
        .map((subject) => `${subject} gets it`),
      ...meant.filter((id) => !given.includes(`Group ${id}`)).map((id) => `${id} lacks it`),
    ];
  },
};

const everywhere: Promised = {
  name: 'makes no one but sysadmins more than a reader of one namespace, and no program more than a reader',
  kinds: ['ClusterRoleBinding'],
  broken: (one, world) => {
    if (nameOf(one) === 'evenkeel-sysadmin') return [];
    const role = world.held.find(
      ({ object }) =>
        object.kind === 'ClusterRole' && at(object, 'metadata', 'name') === at(one.object, 'roleRef', 'name'),
    );
    const rules = items(role?.object.rules);
    return [
      ...unless(
        items(one.object.subjects).every(({ kind }) => kind === 'ServiceAccount'),
        `${nameOf(one)} holds in every namespace`,
      ),
      ...unless(rules.length > 0, 'its role is not there'),
      ...rules.flatMap((rule) => texts(rule.verbs)).filter((verb) => !READS.includes(verb)),
      ...rules.flatMap((rule) => texts(rule.resources)).filter((resource) => /^(?:secrets|configmaps)$/.test(resource)),
    ];
  },
};

const certificates: Promised = {
  name: 'serves each of its hosts with a certificate',
  kinds: ['Ingress'],
  broken: ({ object }) => {
    const secured = items(at(object, 'spec', 'tls')).flatMap(({ hosts }) => texts(hosts));
    const hosts = items(at(object, 'spec', 'rules')).map(({ host }) => String(host));
    return [
      ...unless(hosts.length > 0, 'it has no host'),
      ...hosts.filter((host) => !secured.includes(host)).map((host) => `${host} has none`),
    ];
  },
};

const services: Promised = {
  name: 'is reached from within, unless the chart says node ports',
  kinds: ['Service'],
  broken: ({ object, saysNodePort }) => {
    const { type, externalIPs, loadBalancerIP, selector, externalName } = table(object.spec);
    const expected =
      selector === undefined && externalName !== undefined ? 'ExternalName' : saysNodePort ? 'NodePort' : 'ClusterIP';
    return [
      ...unless((type ?? 'ClusterIP') === expected, `it is a ${String(type)}, not a ${expected}`),
      ...unless(externalIPs === undefined && loadBalancerIP === undefined, 'it takes addresses from outside'),
    ];
  },
};

/** Prefixes of keys that a provider's controllers read. */
const KEYS: Readonly<Record<string, RegExp>> = {
  eks: /(?:^|\.)(?:amazonaws\.com|k8s\.aws|alb\.ingress\.kubernetes\.io)\/|^service\.beta\.kubernetes\.io\/aws-/,
  aks: /(?:^|\.)(?:azure\.com|azure\.io|azure\.workload\.identity|appgw\.ingress\.kubernetes\.io)\/|^service\.beta\.kubernetes\.io\/azure-/,
  gke: /(?:^|\.)(?:cloud\.google\.com|gke\.io|gcp\.kubernetes\.io)\/|^networking\.gke\.io\//,
};

const keys: Promised = {
  name: 'has no key that only another provider reads',
  kinds: ['Service', 'Ingress', 'ServiceAccount', 'Deployment', 'Job', 'Namespace', 'ConfigMap', 'NetworkPolicy'],
  isAbout: ({ place }) => place !== undefined,
  broken: ({ object, place }) => {
    const maps = [object, at(object, 'spec', 'template')].flatMap((of) =>
      ['annotations', 'labels'].map((name) => table(at(of, 'metadata', name))),
    );
    const foreign = Object.entries(KEYS).filter(([provider]) => provider !== place?.provider);
    return maps.flatMap(Object.keys).filter((key) => foreign.some(([, keysOf]) => keysOf.test(key)));
  },
};

const hashes: Promised = {
  name: 'has another name with other content',
  kinds: ['ConfigMap'],
  isAbout: (one) => one.object.immutable === true,
  broken: (one, world) => {
    const base = nameOf(one).replace(/-[0-9a-f]{10}$/, '');
    const text = ({ object }: Held) => JSON.stringify(object.data);
    return world
      .of('ConfigMap')
      .filter((other) => nameOf(other).startsWith(`${base}-`) && text(other) !== text(one))
      .filter((other) => nameOf(other) === nameOf(one))
      .map((other) => `${namespaceOf(other)} has other content under its name`);
  },
};

/** A container that is in no promise about its workload would be in none at all. */
const counted: Promised = {
  name: 'has no workload of a kind that no promise is about',
  kinds: ['Namespace'],
  broken: (one, world) =>
    world
      .beside(one, 'Pod', 'ReplicaSet', 'ReplicationController')
      .map((other) => `${String(other.object.kind)} ${nameOf(other)} with ${containersOf(other).length} containers`),
};

export const namespacePromises: readonly Promised[] = [
  restricted,
  quota,
  limits,
  denial,
  counted,
  deployer,
  viewer,
  roles,
  bindings,
  everywhere,
  certificates,
  services,
  keys,
  hashes,
];
