// What the description of a cluster or an environment lacks at run time, where no compiler looked: nothing can be built on it.

import type { ClusterDescription } from '../../model/cluster/cluster';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { EnvironmentProps } from '../../model/platform/environment';
import { notAList } from '../tree/findings';

/** What whoever mends this must know: there may be more. */
const UNSEEN = 'systems were not looked at there and may have more errors';

/** Lists that are none, and options of the provider that are missing or mean nothing. */
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
    return { ...problem, message: `${problem.message}; ${UNSEEN}` };
  });
}

/** What an environment survives is a promise: nobody else can make it. */
export function findSurvivalProblems(field: string, { survives }: EnvironmentProps): Finding[] {
  const expected = 'a whole number, 0 or more';
  if (typeof survives !== 'object' || survives === null) {
    const message = `an environment says how many zones and regions it survives the loss of; ${UNSEEN}`;
    const whole = {
      field: `${field}.survives`,
      message,
      expected: 'survives: { zones: 1, regions: 0 }, or other numbers',
    };
    return [{ rule: 'survives', severity: 'error', ...whole }];
  }
  return (['zones', 'regions'] as const).flatMap((what): Finding[] => {
    const lost: unknown = survives[what];
    if (typeof lost === 'number' && Number.isInteger(lost) && lost >= 0) return [];
    const message = `an environment says how many it survives the loss of; ${UNSEEN}`;
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

/** Whether systems can be built there: whatever they ask of the description is there. */
export function isComplete(cluster: ClusterDescription, environment: EnvironmentProps): boolean {
  return findListProblems('', cluster).length === 0 && findSurvivalProblems('', environment).length === 0;
}
