// Checks at run time, when types are gone, that the description of a cluster or an environment is complete enough to build on.

import type { ClusterDescription } from '../../model/cluster/cluster';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { EnvironmentProps } from '../../model/platform/environment';
import { notAList } from '../tree/findings';

/** Appended to messages about a description on which nothing can be built. */
const UNCHECKED = 'systems there were not checked';

/** Values that must be lists, and provider options that are missing or invalid. */
export function findOptionProblems(field: string, cluster: ClusterDescription): Finding[] {
  return [
    ...findListProblems(field, cluster),
    ...(cluster.provider.problems ?? []).map((problem) =>
      findingOf('cluster-option', { ...problem, field: `${field}.${problem.field}` }),
    ),
  ];
}

function findListProblems(field: string, description: ClusterDescription): Finding[] {
  const { zones, capabilities, nodePools, sysadmins } = description;
  const all = Object.entries({ zones, capabilities, nodePools, sysadmins });
  const lists = all.filter(([, value]) => !Array.isArray(value));
  return lists.map(([name, value]) => {
    const problem = notAList(`${field}.${name}`, value);
    return { ...problem, message: `${problem.message}; ${UNCHECKED}` };
  });
}

/** What an environment survives is a promise, so it has no default. */
export function findSurvivalProblems(field: string, { survives }: EnvironmentProps): Finding[] {
  const expected = 'a whole number, 0 or more';
  if (typeof survives !== 'object' || survives === null) {
    const message = `survives must state the zones and regions that may be lost; ${UNCHECKED}`;
    const whole = {
      field: `${field}.survives`,
      message,
      expected: 'such as survives: { zones: 1, regions: 0 }',
    };
    return [{ rule: 'survives', severity: 'error', ...whole }];
  }
  return (['zones', 'regions'] as const).flatMap((what): Finding[] => {
    const lost: unknown = survives[what];
    if (typeof lost === 'number' && Number.isInteger(lost) && lost >= 0) return [];
    const message = `survives.${what} must be a number of ${what}; ${UNCHECKED}`;
    return [
      {
        rule: 'survives',
        severity: 'error',
        field: `${field}.survives.${what}`,
        value: String(lost),
        message,
        expected,
      },
    ];
  });
}

/** Whether systems can be built there: the description has everything that they read. */
export function isComplete(cluster: ClusterDescription, environment: EnvironmentProps): boolean {
  return findListProblems('', cluster).length === 0 && findSurvivalProblems('', environment).length === 0;
}
