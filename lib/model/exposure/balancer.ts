// The load balancer in front of a cluster: how long it waits for an answer, and how late it learns that a pod ends.

import { type Finding, findingOf } from '../finding/finding';
import type { Problem } from '../finding/problem';
import { LONGEST_REQUEST_SECONDS, PRE_STOP_SECONDS } from '../pods/availability';

/** What a provider's load balancer, or the proxy of an ingress controller, does with a request that takes long, and with a pod that ends. */
export interface Balancer {
  /** For messages, with its article: `the ALB`. */
  readonly name: string;
  /** How long it waits. @default unknown: nothing that we could write, or hold a request against */
  readonly timeout?: SetTimeout | FixedTimeout;
  /** Longest that requests in flight may take once their pod has left the targets, in seconds. @default no limit of its own */
  readonly drain?: { readonly mostSeconds: number; readonly source: string };
  /** Longest that it waits while no byte of an answer comes, whatever its time-out, in seconds. @default the time-out decides */
  readonly silence?: { readonly mostSeconds: number; readonly source: string };
  /** Whether it asks pods for their health itself, at a path. Otherwise it uses their readiness. */
  readonly asksHealth: boolean;
  /** How long it may still send requests to a pod whose end has begun. */
  readonly late: Late;
}

/** A time-out that the manifests set. */
export interface SetTimeout {
  /** What holds where nothing is set, in seconds. */
  readonly defaultSeconds: number;
  /** Longest that can be set. @default no limit */
  readonly mostSeconds?: number;
  /** Where the figures are documented. */
  readonly source: string;
}

/** A time-out that is set where the controller runs, out of reach of an Ingress. */
export interface FixedTimeout {
  /** What it is, in seconds. */
  readonly fixedSeconds: number;
  /** Whether the description of the cluster says so; otherwise it is the default of the controller. */
  readonly isDeclared: boolean;
  /** What makes it `seconds`. */
  readonly raisedBy: (seconds: number) => string;
}

/** How late a balancer is, in seconds, where it sends to pods, and where that is documented. */
export interface Late {
  /** How late, in seconds. */
  readonly seconds: number;
  /** Where the figure is documented, or was measured. */
  readonly source: string;
}

/** Proxies in the cluster, and balancers that send to nodes, learn of it as kube-proxy does. */
export const AS_ENDPOINTS: Late = { seconds: PRE_STOP_SECONDS, source: 'docs/proof.md, E4 and E9a' };

/** What it waits longer than the longest request: a balancer that gives up first answers in the place of the pod. */
const MARGIN_SECONDS = 5;

/** What the balancer is set to wait for requests of at most `longest` seconds; never less than it would wait anyway. */
export function timeoutFor({ timeout }: Balancer, longest: number): number {
  const usual = timeout !== undefined && 'defaultSeconds' in timeout ? timeout.defaultSeconds : 0;
  return Math.max(usual, longest + MARGIN_SECONDS);
}

/** How long a stopping pod must go on serving. */
export function preStopFor({ late }: Balancer, targets: 'pods' | 'nodes'): number {
  return targets === 'pods' ? late.seconds : Math.min(late.seconds, AS_ENDPOINTS.seconds);
}

/**
 * A pod that stops serving at once, though the balancer does not know yet. Balancers that are later than the endpoints of a Service are
 * judged on the final objects, by the rule `drain-balancer`.
 */
export function findDrainProblems(
  balancer: Balancer,
  stated: number | undefined,
  targets: 'pods' | 'nodes',
): Finding[] {
  if (stated !== 0 || (targets === 'pods' && balancer.late !== AS_ENDPOINTS)) return [];
  const seconds = preStopFor(balancer, targets);
  return [
    {
      rule: 'balancer-drain',
      severity: 'warning',
      field: 'availability.preStopSeconds',
      value: 0,
      message: `${balancer.name} still sends requests to a pod that has begun to stop`,
      expected: `${seconds}, which is the default here (${AS_ENDPOINTS.source})`,
    },
  ];
}

/** A problem with the longest request. */
function about(value: number, message: string, expected: string): Problem {
  return { field: 'availability.longestRequestSeconds', value, message, expected };
}

/** What the balancer cannot do for requests of `stated` seconds, or of the default where the chart does not say. */
export function findTimeoutProblems(balancer: Balancer, stated: number | undefined): Finding[] {
  const longest = stated ?? LONGEST_REQUEST_SECONDS;
  const { name, timeout, drain, silence } = balancer;
  if (timeout === undefined) {
    if (longest <= LONGEST_REQUEST_SECONDS) return [];
    const message = `how long ${name} waits is unknown: it may end a request of ${longest} s`;
    const expected = `its configuration, as requestTimeoutSeconds of the cluster: ${longest + MARGIN_SECONDS}`;
    return [findingOf('balancer-timeout', about(longest, message, expected), 'warning')];
  }
  if ('fixedSeconds' in timeout) {
    const { fixedSeconds, isDeclared, raisedBy } = timeout;
    if (longest + MARGIN_SECONDS <= fixedSeconds) return [];
    const most = fixedSeconds - MARGIN_SECONDS;
    const message = isDeclared
      ? `${name} ends a request after ${fixedSeconds} s, as the cluster says`
      : `${name} ends a request after ${fixedSeconds} s unless it is configured otherwise`;
    const expected = `at most ${most}; or ${raisedBy(longest + MARGIN_SECONDS)}`;
    const problem = about(longest, message, expected);
    return [isDeclared ? findingOf('balancer-timeout', problem) : findingOf('balancer-timeout', problem, 'warning')];
  }
  const problems: Finding[] = [];
  const { mostSeconds: waits = Number.POSITIVE_INFINITY, source } = timeout;
  const most = Math.min(waits - MARGIN_SECONDS, drain?.mostSeconds ?? Number.POSITIVE_INFINITY);
  if (longest > most) {
    const isDrain = drain?.mostSeconds === most;
    const message = isDrain
      ? `${name} lets requests of a stopping pod end for ${most} s at most`
      : `${name} waits ${waits} s at most for an answer`;
    const expected = `at most ${most} (${isDrain ? drain?.source : source})`;
    problems.push(findingOf('balancer-timeout', about(longest, message, expected)));
  }
  if (silence !== undefined && longest + MARGIN_SECONDS > silence.mostSeconds) {
    const message = `${name} ends a request without a byte for ${silence.mostSeconds} s (${silence.source})`;
    const problem = about(longest, message, 'an answer that begins, and goes on, sooner');
    problems.push(findingOf('balancer-silence', problem, 'note'));
  }
  return problems;
}
