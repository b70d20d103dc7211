import { check, rules } from '../../../lib/checks';
import { container, cronJob, deployment, namespace, object } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { entries, entry, fields, findings } from '../support';

const RULE = 'pod-security';
const pod = '/spec/template/spec';
const first = `${pod}/containers/0`;
const LABEL = 'pod-security.kubernetes.io/enforce';

const enforcing = (level: string, version?: string): JsonObject => ({
  ...namespace,
  metadata: {
    name: 'shop',
    labels: { [LABEL]: level, ...(version === undefined ? {} : { [`${LABEL}-version`]: version }) },
  },
});
const SAFE = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const SAFE_POD = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

interface Change {
  readonly pod?: JsonObject;
  readonly security?: JsonObject;
  readonly container?: JsonObject;
  readonly own?: JsonObject;
}

/** A workload that "restricted" admits, with some changes. */
const secure = (change: Change = {}): JsonObject =>
  deployment(
    {},
    {
      securityContext: { ...SAFE_POD, ...change.security },
      containers: [container({ securityContext: { ...SAFE, ...change.own }, ...change.container })],
      ...change.pod,
    },
  );

const restricted = (change: Change) => fields(RULE, enforcing('restricted'), secure(change));
const baseline = (change: Change) => fields(RULE, enforcing('baseline'), secure(change));

const hostPath = { volumes: [{ name: 'a', hostPath: { path: '/etc' } }] };
const sysctl = (name: string): Change => ({ security: { sysctls: [{ name, value: '1' }] } });
const get = { httpGet: { port: 80, host: 'example.com' } };

// On 20,000 random pods the rule and k8s.io/pod-security-admission/policy 0.36.3 reported the same controls. Pointers of the baseline come first.
test.each<[string, Change, string[], string[]]>([
  ['nothing', {}, [], []],
  ['host network', { pod: { hostNetwork: true } }, [`${pod}/hostNetwork`], []],
  ['host pid', { pod: { hostPID: true, hostIPC: false } }, [`${pod}/hostPID`], []],
  ['privileged', { own: { privileged: true } }, [`${first}/securityContext/privileged`], []],
  [
    'host process',
    { security: { windowsOptions: { hostProcess: true } } },
    [`${pod}/securityContext/windowsOptions/hostProcess`],
    [],
  ],
  ['hostPath', { pod: hostPath }, [`${pod}/volumes/0/hostPath`], []],
  ['nfs', { pod: { volumes: [{ name: 'a', nfs: {} }] } }, [], [`${pod}/volumes/0/nfs`]],
  ['a claim', { pod: { volumes: [{ name: 'a', persistentVolumeClaim: { claimName: 'a' } }] } }, [], []],
  ['a volume without a type', { pod: { volumes: [{ name: 'a', nfs: null }] } }, [], []],
  ['an image volume', { pod: { volumes: [{ name: 'a', image: {} }] } }, [], []],
  ['a host port', { container: { ports: [{ containerPort: 1, hostPort: 1 }] } }, [`${first}/ports/0/hostPort`], []],
  ['host port 0', { container: { ports: [{ containerPort: 1, hostPort: 0 }] } }, [], []],
  ['a probe elsewhere', { container: { livenessProbe: get } }, [`${first}/livenessProbe/httpGet/host`], []],
  ['a hook elsewhere', { container: { lifecycle: { preStop: get } } }, [`${first}/lifecycle/preStop/httpGet/host`], []],
  [
    'AppArmor off',
    { own: { appArmorProfile: { type: 'Unconfined' } } },
    [`${first}/securityContext/appArmorProfile/type`],
    [],
  ],
  ['AppArmor of the node', { security: { appArmorProfile: { type: 'Localhost', localhostProfile: 'a' } } }, [], []],
  [
    'SELinux type',
    { own: { seLinuxOptions: { type: 'spc_t' } } },
    [`${first}/securityContext/seLinuxOptions/type`],
    [],
  ],
  ['SELinux type of containers', { own: { seLinuxOptions: { type: 'container_engine_t', level: 's0' } } }, [], []],
  [
    'SELinux user',
    { security: { seLinuxOptions: { user: 'a', role: '' } } },
    [`${pod}/securityContext/seLinuxOptions/user`],
    [],
  ],
  ['procMount', { own: { procMount: 'Unmasked' } }, [`${first}/securityContext/procMount`], []],
  ['a safe sysctl', sysctl('net.ipv4.tcp_rmem'), [], []],
  ['an unsafe sysctl', sysctl('kernel.msgmax'), [`${pod}/securityContext/sysctls/0/name`], []],
  [
    'another capability',
    { own: { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'SYS_TIME'] } } },
    [`${first}/securityContext/capabilities/add/1`],
    [],
  ],
  [
    'a default capability',
    { own: { capabilities: { drop: ['ALL'], add: ['CHOWN'] } } },
    [],
    [`${first}/securityContext/capabilities/add/0`],
  ],
  [
    'capabilities kept',
    { own: { capabilities: { drop: ['all'] } } },
    [],
    [`${first}/securityContext/capabilities/drop`],
  ],
  [
    'seccomp off',
    { own: { seccompProfile: { type: 'Unconfined' } } },
    [`${first}/securityContext/seccompProfile/type`],
    [],
  ],
  ['no seccomp', { security: { seccompProfile: null } }, [], [`${pod}/securityContext/seccompProfile/type`]],
  [
    'seccomp of containers',
    { security: { seccompProfile: null }, own: { seccompProfile: { type: 'Localhost' } } },
    [],
    [],
  ],
  [
    'escalation',
    { own: { allowPrivilegeEscalation: null } },
    [],
    [`${first}/securityContext/allowPrivilegeEscalation`],
  ],
  ['root allowed', { own: { runAsNonRoot: false } }, [], [`${first}/securityContext/runAsNonRoot`]],
  ['root not denied', { security: { runAsNonRoot: null } }, [], [`${pod}/securityContext/runAsNonRoot`]],
  ['root denied by containers', { security: { runAsNonRoot: null }, own: { runAsNonRoot: true } }, [], []],
  ['root', { own: { runAsUser: 0 } }, [], [`${first}/securityContext/runAsUser`]],
  ['root in a user namespace', { pod: { hostUsers: false }, security: { runAsNonRoot: false, runAsUser: 0 } }, [], []],
])('%s', (_, change, always, alone) => {
  expect(baseline(change)).toEqual(always);
  expect(restricted(change).sort()).toEqual([...always, ...alone].sort());
});

test('a finding has the namespace, the outcome and the exact field', () => {
  expect(findings(RULE, enforcing('restricted'), secure({ own: { allowPrivilegeEscalation: true } }))).toEqual([
    {
      rule: RULE,
      severity: 'error',
      message:
        '"restricted" Pod Security of namespace "shop" forbids privilege escalation (container "web"): the API server refuses its pods silently',
      expected: 'securityContext.allowPrivilegeEscalation: false',
      value: true,
      construct: 'app/web',
      object: 'apps/Deployment shop/web',
      field: `${first}/securityContext/allowPrivilegeEscalation`,
    },
  ]);
});

test('every container counts, and the same violation by several is reported once', () => {
  const bare = (name: string) => ({ name, image: 'a:1' });
  const change = { pod: { initContainers: [bare('a')], ephemeralContainers: [bare('b')] } };
  const found = findings(RULE, enforcing('restricted'), secure(change));
  expect(found).toHaveLength(2);
  expect(found).toMatchObject([
    {
      field: `${pod}/initContainers/0/securityContext/allowPrivilegeEscalation`,
      message: expect.stringContaining('(containers "a", "b")'),
      fix: `change it at ${pod}/ephemeralContainers/0/securityContext/allowPrivilegeEscalation too`,
    },
    { field: `${pod}/initContainers/0/securityContext/capabilities/drop` },
  ]);
});

test('annotations may not disable AppArmor', () => {
  const annotated = (profile: string) => {
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': profile };
    const spec = { securityContext: SAFE_POD, containers: [container({ securityContext: SAFE })] };
    const metadata = { name: 'web', namespace: 'shop', annotations };
    return [
      ...fields(RULE, enforcing('baseline'), { apiVersion: 'v1', kind: 'Pod', metadata, spec }),
      ...fields(RULE, enforcing('baseline'), deployment({ template: { metadata: { annotations }, spec } })),
    ];
  };
  const key = 'metadata/annotations/container.apparmor.security.beta.kubernetes.io~1web';
  expect(annotated('unconfined')).toEqual([`/${key}`, `/spec/template/${key}`]);
  for (const fine of ['', 'runtime/default', 'localhost/a']) expect(annotated(fine)).toEqual([]);
});

test('Windows pods are exempt from Linux-only controls', () => {
  const windows = (level: string) =>
    fields(RULE, enforcing(level), deployment({}, { os: { name: 'windows' }, hostNetwork: true }));
  expect(windows('restricted')).toEqual([`${pod}/hostNetwork`, `${pod}/securityContext/runAsNonRoot`]);
});

test('a pinned version of the standard applies', () => {
  const under = (version: string, change: Change) => fields(RULE, enforcing('restricted', version), secure(change));
  const probe = { container: { livenessProbe: get } };
  expect(under('v1.33', probe)).toEqual([]);
  expect(under('v1.34', probe)).toEqual([`${first}/livenessProbe/httpGet/host`]);
  expect(under('latest', probe)).toEqual([`${first}/livenessProbe/httpGet/host`]);
  expect(under('v1.31', sysctl('net.ipv4.tcp_rmem'))).toEqual([`${pod}/securityContext/sysctls/0/name`]);
  for (const name of ['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat']) {
    expect(under('v1.36', sysctl(name))).toEqual([`${pod}/securityContext/sysctls/0/name`]);
    expect(under('v1.37', sysctl(name))).toEqual([]); // J11
  }
  const rootless = { pod: { hostUsers: false }, security: { runAsUser: 0 } };
  expect(under('v1.34', rootless)).toEqual([`${pod}/securityContext/runAsUser`]);
  expect(under('v1.35', rootless)).toEqual([]);
});

test('in a user namespace, only "baseline" allows an unmasked /proc', () => {
  const change = { pod: { hostUsers: false }, own: { procMount: 'Unmasked' } };
  expect(baseline(change)).toEqual([]);
  expect(restricted(change)).toEqual([`${first}/securityContext/procMount`]);
});

test.each<Json>([null, '', 'privileged', 'Restricted', {}])(
  'a namespace that enforces %j requires nothing',
  (level) => {
    const it = { ...namespace, metadata: { name: 'shop', labels: { [LABEL]: level } } };
    expect(fields(RULE, it, deployment({}, { hostNetwork: true }))).toEqual([]);
  },
);

test('only the namespace of the same name on the same cluster applies, to every kind that creates pods', () => {
  const rule = rules.filter(({ id }) => id === RULE);
  const on = (cluster: string, manifest: JsonObject) =>
    check([entry(enforcing('restricted')), entry(manifest, { cluster })], rule);
  expect(on('production', deployment())).not.toEqual([]);
  expect(on('laptop', deployment())).toEqual([]);
  expect(on('production', object('v1', 'Pod', 'a', { spec: { containers: [] } }, 'other'))).toEqual([]);
  expect(on('production', cronJob({}))[0]?.field).toMatch(/^\/spec\/jobTemplate\/spec\/template\/spec\//);
  expect(on('production', object('v1', 'Pod', 'a', { spec: { hostPID: true } }))[0]?.message).toMatch(
    /: the API server refuses the pod$/,
  );
});

test('the passing examples of all rules pass this one, and memory and external names too', () => {
  const mine = rules.filter(({ id }) => [RULE, 'memory-size', 'external-name'].includes(id));
  for (const { examples } of rules) expect(check(entries(examples.pass), mine)).toEqual([]);
});
