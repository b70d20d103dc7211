// The Pod Security Standards, control by control, as k8s.io/pod-security-admission/policy 0.36 implements them.

import { at, dig, isSet, list, type Place, places, record, shown, text } from '../../analysis/objects/read-json';
import type { Container, Workload } from '../../analysis/objects/workloads';
import { memoize } from '../../model/manifest/formats';
import { type Json, type JsonObject, pointerKeys } from '../../model/manifest/json';

/** The standards that restrict pods. */
export type Level = 'baseline' | 'restricted';

/** The standard that a namespace enforces. */
export interface Standard {
  readonly level: Level;
  /** The pinned minor version of the standard; infinite if none is pinned. */
  readonly minor: number;
}

/** A pod template as the standards see it. */
export interface Subject {
  readonly workload: Workload;
  readonly standard: Standard;
  /** `securityContext` of the pod, with the place where it is or would be. */
  readonly security: Security;
  readonly containers: readonly Security[];
}

/** A `securityContext`, empty if there is none. */
interface Security extends Place {
  /** The container that it belongs to. @default the pod */
  readonly of?: Container;
}

/** One field whose value a control forbids, or that it requires. */
export interface Violation {
  readonly pointer: string;
  /** The field with the value that it should have. */
  readonly expected: string;
  readonly value?: Json | undefined;
  readonly of?: Container | undefined;
}

type Add = (violation: Violation) => void;

/** One control of the standards. */
export interface Control {
  /** What it forbids. */
  readonly forbids: string;
  readonly levels: readonly Level[];
  /** Windows pods are exempt. */
  readonly linux?: boolean;
  /** Minor version that introduced the control. */
  readonly since?: number;
  readonly find: (subject: Subject, add: Add) => void;
}

const NOTHING: JsonObject = {};
const BOTH: readonly Level[] = ['baseline', 'restricted'];
const BASELINE: readonly Level[] = ['baseline'];
const RESTRICTED: readonly Level[] = ['restricted'];

export function subjectOf(workload: Workload, standard: Standard): Subject {
  const security = ({ value, pointer }: Place): Place => ({
    value: record(value.securityContext) ?? NOTHING,
    pointer: `${pointer}/securityContext`,
  });
  return {
    workload,
    standard,
    security: security(workload.pod),
    containers: workload.containers.map((of) => ({ ...security(of), of })),
  };
}

/** From 1.35 on, root in its own user namespace does not count as root. */
const isRootless = ({ workload, standard }: Subject): boolean =>
  standard.minor >= 35 && workload.pod.value.hostUsers === false;

/** The violation of a `securityContext` field that has a forbidden value. */
const violation = ({ value, pointer, of }: Security, key: string, expected: string): Violation => ({
  pointer: `${pointer}/${key}`,
  expected: `securityContext.${key}: ${expected}`,
  value: value[key],
  of,
});

/** Calls `visit` with the `securityContext` of the pod and of each container. */
function eachSecurity(subject: Subject, visit: (security: Security) => void): void {
  visit(subject.security);
  subject.containers.forEach(visit);
}

const HOST_NAMESPACES = ['hostNetwork', 'hostPID', 'hostIPC'];

function findHostNamespaces({ workload: { pod } }: Subject, add: Add): void {
  for (const key of HOST_NAMESPACES) {
    const value = pod.value[key];
    if (value === true) add({ pointer: `${pod.pointer}/${key}`, expected: `${key}: false`, value });
  }
}

function findPrivileged({ containers }: Subject, add: Add): void {
  for (const security of containers) {
    if (security.value.privileged === true) add(violation(security, 'privileged', 'false'));
  }
}

function findHostProcess(subject: Subject, add: Add): void {
  eachSecurity(subject, ({ value, pointer, of }) => {
    if (record(value.windowsOptions)?.hostProcess !== true) return;
    const expected = 'securityContext.windowsOptions.hostProcess: false';
    add({ pointer: `${pointer}/windowsOptions/hostProcess`, expected, value: true, of });
  });
}

function findAdded({ containers }: Subject, allowed: readonly string[], add: Add): void {
  for (const { value, pointer, of } of containers) {
    const added = list(record(value.capabilities)?.add);
    for (let i = 0; i < added.length; i++) {
      if (allowed.includes(shown(added[i]))) continue;
      const expected = `securityContext.capabilities.add: only ${allowed.join(', ')}`;
      add({ pointer: `${pointer}/capabilities/add/${i}`, expected, value: added[i], of });
    }
  }
}

function findKept({ containers }: Subject, add: Add): void {
  for (const { value, pointer, of } of containers) {
    const drop = record(value.capabilities)?.drop;
    if (list(drop).includes('ALL')) continue;
    add({
      pointer: `${pointer}/capabilities/drop`,
      expected: 'securityContext.capabilities.drop: ["ALL"]',
      value: drop,
      of,
    });
  }
}

function findHostPaths({ workload: { pod } }: Subject, add: Add): void {
  for (const { value, pointer } of places(pod.value, 'volumes', pod.pointer)) {
    if (isSet(value.hostPath))
      add({ pointer: `${pointer}/hostPath`, expected: 'volumes without hostPath', value: value.hostPath });
  }
}

const VOLUMES = 'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' ');

function findVolumes({ workload: { pod } }: Subject, add: Add): void {
  for (const { value, pointer } of places(pod.value, 'volumes', pod.pointer)) {
    // A volume with only a name becomes an emptyDir.
    const other = Object.keys(value).find((key) => key !== 'name' && isSet(value[key]));
    if (other === undefined || VOLUMES.some((key) => isSet(value[key]))) continue;
    add({ pointer: at(pointer, other), expected: `volumes: one of ${VOLUMES.join(', ')}` });
  }
}

function findHostPorts({ workload: { containers } }: Subject, add: Add): void {
  for (const of of containers) {
    for (const { value, pointer } of places(of.value, 'ports', of.pointer)) {
      const { hostPort } = value;
      if (isSet(hostPort) && hostPort !== 0)
        add({ pointer: `${pointer}/hostPort`, expected: 'ports without hostPort', value: hostPort, of });
    }
  }
}

function findHandlerHost(of: Container, path: readonly string[], add: Add): void {
  const handler = dig(of.value, ...path);
  for (const way of handler === undefined ? [] : ['httpGet', 'tcpSocket']) {
    const host = record(handler?.[way])?.host;
    if (!isSet(host) || host === '') continue;
    add({
      pointer: at(of.pointer, ...path, way, 'host'),
      expected: `${path.join('.')}.${way} without host, which means the pod itself`,
      value: host,
      of,
    });
  }
}

const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

function findHandlerHosts({ workload: { containers } }: Subject, add: Add): void {
  for (const of of containers) {
    for (const path of HANDLERS) if (isSet(of.value[path[0] ?? ''])) findHandlerHost(of, path, add);
  }
}

const PROFILES: readonly Json[] = ['RuntimeDefault', 'Localhost'];
const PROFILE = 'RuntimeDefault (or Localhost)';
const ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const keysOf = memoize(pointerKeys);

function findArmor(subject: Subject, add: Add): void {
  eachSecurity(subject, ({ value, pointer, of }) => {
    const profile = record(value.appArmorProfile);
    if (profile === undefined || PROFILES.includes(profile.type ?? null)) return;
    const expected = `securityContext.appArmorProfile.type: ${PROFILE}`;
    add({ pointer: `${pointer}/appArmorProfile/type`, expected, value: profile.type, of });
  });
  const { entry, template } = subject.workload;
  const annotations = dig(entry.manifest, ...keysOf(`${template}/metadata/annotations`));
  if (annotations === undefined) return;
  for (const key of Object.keys(annotations)) {
    const value = annotations[key];
    if (!key.startsWith(ARMOR) || !isSet(value) || value === '' || value === 'runtime/default') continue;
    if (text(value)?.startsWith('localhost/')) continue;
    const expected = `${key}: runtime/default (or localhost/…)`;
    add({ pointer: at(`${template}/metadata/annotations`, key), expected, value });
  }
}

const LINUX_TYPES = ['container_t', 'container_init_t', 'container_kvm_t'];

function findLinuxOptions(subject: Subject, add: Add): void {
  eachSecurity(subject, ({ value, pointer, of }) => {
    const options = record(value.seLinuxOptions);
    if (options === undefined) return;
    const types = subject.standard.minor >= 31 ? [...LINUX_TYPES, 'container_engine_t'] : LINUX_TYPES;
    for (const key of ['type', 'user', 'role']) {
      const found = options[key];
      if (!isSet(found) || found === '' || (key === 'type' && types.includes(shown(found)))) continue;
      const expected = key === 'type' ? `one of ${types.join(', ')}` : 'unset';
      add({
        pointer: `${pointer}/seLinuxOptions/${key}`,
        expected: `securityContext.seLinuxOptions.${key}: ${expected}`,
        value: found,
        of,
      });
    }
  });
}

function findProcMounts({ containers }: Subject, add: Add): void {
  for (const security of containers) {
    const { procMount } = security.value;
    if (isSet(procMount) && procMount !== 'Default') add(violation(security, 'procMount', 'Default'));
  }
}

/** Safe sysctls, with the minor version that first allowed them. */
const SYSCTLS: ReadonlyMap<Json | undefined, number> = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
  ['net.ipv4.tcp_slow_start_after_idle', 37],
  ['net.ipv4.tcp_notsent_lowat', 37],
]);

function findSysctls({ security, standard }: Subject, add: Add): void {
  for (const { value, pointer } of places(security.value, 'sysctls', security.pointer)) {
    const known = SYSCTLS.get(value.name);
    if (known !== undefined && known <= standard.minor) continue;
    const safe = [...SYSCTLS].filter(([, since]) => since <= standard.minor).map(([name]) => name);
    add({
      pointer: `${pointer}/name`,
      expected: `securityContext.sysctls: only ${safe.join(', ')}`,
      value: value.name,
    });
  }
}

/** Finds violations of a field that the pod may set for all its containers, or each of them for itself. */
function findUnset(
  subject: Subject,
  state: (security: JsonObject) => 'allowed' | 'forbidden' | 'missing',
  violationOf: (security: Security, missing: boolean) => Violation,
  required: boolean,
  add: Add,
): void {
  const pod = state(subject.security.value);
  if (pod === 'forbidden') add(violationOf(subject.security, false));
  let missing = false;
  for (const container of subject.containers) {
    const own = state(container.value);
    if (own === 'forbidden') add(violationOf(container, false));
    else if (own === 'missing') missing = true;
  }
  if (required && missing && pod === 'missing') add(violationOf(subject.security, true));
}

function findSeccomp(subject: Subject, required: boolean, add: Add): void {
  const type = (security: JsonObject): Json | undefined => record(security.seccompProfile)?.type;
  findUnset(
    subject,
    (security) => {
      if (record(security.seccompProfile) === undefined) return 'missing';
      return PROFILES.includes(type(security) ?? null) ? 'allowed' : 'forbidden';
    },
    ({ value, pointer, of }, missing) => ({
      pointer: `${pointer}/seccompProfile/type`,
      expected: `securityContext.seccompProfile.type: ${PROFILE}${missing ? ', for the pod or every container' : ''}`,
      value: type(value),
      of,
    }),
    required,
    add,
  );
}

function findRoot(subject: Subject, add: Add): void {
  if (isRootless(subject)) return;
  findUnset(
    subject,
    ({ runAsNonRoot }) => (isSet(runAsNonRoot) ? (runAsNonRoot === true ? 'allowed' : 'forbidden') : 'missing'),
    (security, missing) =>
      violation(security, 'runAsNonRoot', missing ? 'true, for the pod or every container' : 'true'),
    true,
    add,
  );
}

function findRootUser(subject: Subject, add: Add): void {
  if (isRootless(subject)) return;
  eachSecurity(subject, (security) => {
    if (security.value.runAsUser === 0) add(violation(security, 'runAsUser', 'unset, or any number but 0'));
  });
}

function findEscalation({ containers }: Subject, add: Add): void {
  for (const security of containers) {
    const { allowPrivilegeEscalation } = security.value;
    if (allowPrivilegeEscalation !== false) add(violation(security, 'allowPrivilegeEscalation', 'false'));
  }
}

const DEFAULT_CAPABILITIES =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  );

export const controls: readonly Control[] = [
  { forbids: 'host namespaces', levels: BOTH, find: findHostNamespaces },
  { forbids: 'privileged containers', levels: BOTH, find: findPrivileged },
  { forbids: 'host processes', levels: BOTH, find: findHostProcess },
  { forbids: 'hostPath volumes', levels: BASELINE, find: findHostPaths },
  { forbids: 'host ports', levels: BOTH, find: findHostPorts },
  { forbids: 'hosts in probes and lifecycle hooks', levels: BOTH, since: 34, find: findHandlerHosts },
  { forbids: 'disabling AppArmor', levels: BOTH, find: findArmor },
  { forbids: 'SELinux options other than the usual types', levels: BOTH, find: findLinuxOptions },
  { forbids: 'unsafe sysctls', levels: BOTH, find: findSysctls },
  {
    forbids: 'an unmasked /proc',
    levels: BOTH,
    find: (subject, add) => {
      // "restricted" makes no exception for user namespaces.
      if (subject.standard.level === 'restricted' || !isRootless(subject)) findProcMounts(subject, add);
    },
  },
  {
    forbids: 'capabilities beyond the default ones',
    levels: BASELINE,
    find: (subject, add) => findAdded(subject, DEFAULT_CAPABILITIES, add),
  },
  {
    forbids: 'capabilities that are not dropped',
    levels: RESTRICTED,
    linux: true,
    find: (subject, add) => {
      findKept(subject, add);
      findAdded(subject, ['NET_BIND_SERVICE'], add);
    },
  },
  { forbids: 'disabling seccomp', levels: BASELINE, find: (subject, add) => findSeccomp(subject, false, add) },
  {
    forbids: 'running without a seccomp profile',
    levels: RESTRICTED,
    linux: true,
    find: (subject, add) => findSeccomp(subject, true, add),
  },
  { forbids: 'volumes of other types', levels: RESTRICTED, find: findVolumes },
  { forbids: 'privilege escalation', levels: RESTRICTED, linux: true, find: findEscalation },
  { forbids: 'containers that may run as root', levels: RESTRICTED, find: findRoot },
  { forbids: 'user 0, which is root', levels: RESTRICTED, find: findRootUser },
];
