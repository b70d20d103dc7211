// G11: who may do what in the shipped systems.
import { type Access, access } from '../../../lib/analysis/access/access';
import { app } from '../../../main';
import { cli } from '../../support/cli';
import { shipped } from '../../support/shipped';
import { at } from '../../support/synthesis';
import { isShipped, isShippedCluster } from './placements';

// the widths of columns are those without the preview of a branch
jest.mock('../../../charts/previews.json', () => ({}));

describe('G11: the shipped platform', () => {
  const all = access(shipped.entries);
  const rights = all.filter(({ cluster, namespace }) =>
    namespace === undefined ? isShippedCluster(cluster) : isShipped(cluster, namespace),
  );
  const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];
  const places = (subject: string, what: (right: Access) => boolean = () => true) => [
    ...new Set(
      rights.filter((one) => one.subject.name === subject && what(one)).map((one) => one.namespace ?? '(all)'),
    ),
  ];
  const writes = ({ verbs }: Access) => verbs.some((verb) => verb === '*' || WRITES.includes(verb));

  test('a pipeline reaches the namespace of its system, where only operators and sysadmins write besides', () => {
    expect(places('toytrex-pipeline')).toEqual(['toytrex-production']);
    expect(places('pingpong-pipeline')).toEqual(['pingpong-production']);
    const writers = rights.filter((one) => one.namespace === 'toytrex-production' && writes(one));
    expect([...new Set(writers.map(({ subject }) => subject.name))]).toEqual(['devops', 'toytrex-pipeline']);
  });

  test('viewers write nothing; developers look in production and debug on the laptop; sysadmins have all', () => {
    expect(places('support', writes)).toEqual([]);
    expect(places('developers', writes)).toEqual(['pingpong-local', 'toytrex-local']);
    expect(places('platform')).toEqual(['(all)']);
  });

  test('only sysadmins may do anything with Secrets, RBAC, quotas or namespaces', () => {
    const kept = ['secrets', 'namespaces', 'roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];
    const few = rights.filter(({ resource }) => kept.includes(resource) || resource.startsWith('nodes'));
    expect(few.filter(({ subject }) => subject.kind !== 'ServiceAccount')).toEqual([]);
    // the parts of the platform read what they show, and change nothing
    const read = few.map(({ subject, resource, verbs }) => `${subject.name} ${verbs.join(', ')} ${resource}`);
    expect([...new Set(read)].sort()).toEqual([
      'kube-state-metrics list, watch namespaces',
      'kube-state-metrics list, watch nodes',
      'log-collector get, list, watch namespaces',
      'prometheus get nodes/metrics',
      'prometheus get, list, watch nodes',
    ]);
    const limits = rights.filter(({ resource }) => resource === 'resourcequotas' || resource === 'limitranges');
    expect(limits.filter(writes)).toEqual([]);
    const everything = rights.filter(({ resource, verbs }) => resource === '*' || verbs.includes('*'));
    expect(everything.map(({ cluster, subject }) => `${cluster} ${subject.name}`)).toEqual([
      'laptop laptop',
      'mumbai platform',
      'northeurope 7c0f6a3e-1d2b-4c5d-8e9f-000000000003',
      'westeurope 7c0f6a3e-1d2b-4c5d-8e9f-000000000003',
    ]);
  });

  test('F6, P11: the ids of pipelines and operators are those of the directory, written here a second time', () => {
    const id = (last: number | string) => `7c0f6a3e-1d2b-4c5d-8e9f-0000000000${last}`;
    const subjects = (role: string) =>
      Object.fromEntries(
        shipped.entries
          .filter(({ identity: { kind, name } }) => kind === 'RoleBinding' && name === role)
          .filter(({ cluster, identity }) => isShipped(cluster, identity.namespace))
          .map(({ cluster, identity, manifest }) => [
            `${cluster} ${identity.namespace}`,
            (Array.isArray(manifest.subjects) ? manifest.subjects : []).map((subject) => at(subject, 'name')),
          ]),
      );
    expect(subjects('deployer')).toEqual({
      'mumbai toytrex-production': ['toytrex-pipeline'],
      'mumbai pingpong-production': ['pingpong-pipeline'],
      'westeurope flaschenpost-dev': [id(11)],
      'westeurope flaschenpost-qa': [id(12)],
      'westeurope flaschenpost-staging': [id(13)],
      'westeurope flaschenpost-prod': [id(14)],
      'westeurope panther-clinic-dev': [id(21)],
      'westeurope panther-load': [id(21)],
      'westeurope panther-clinic': [id(22)],
      'northeurope panther-clinic': [id(22)],
    });
    expect(subjects('operator')).toEqual({
      'mumbai toytrex-production': ['devops'],
      'mumbai pingpong-production': ['devops'],
      'westeurope flaschenpost-staging': [id('02')],
      'westeurope flaschenpost-prod': [id('02')],
      'westeurope panther-clinic': [id('02')],
      'northeurope panther-clinic': [id('02')],
    });
  });

  test('what a deployer may write is what its file holds', () => {
    const kinds = rights.filter((one) => one.subject.name === 'pingpong-pipeline').map(({ resource }) => resource);
    expect([...new Set(kinds)].sort()).toEqual([
      'configmaps',
      'deployments',
      'ingresses',
      'networkpolicies',
      'poddisruptionbudgets',
      'serviceaccounts',
      'services',
    ]);
  });

  test('the command prints it in a hundred columns', async () => {
    const { code, out, err } = await cli(['access'], () => ({ app }));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^mumbai +toytrex-pipeline +toytrex-production +deployer +via pods: any$/m);
    expect(out).toMatch(/^mumbai +support +toytrex-production +evenkeel-viewer +none$/m);
    expect(out).toMatch(/^laptop +developers +toytrex-local +evenkeel-developer +via pods: mounted$/m);
    expect(out).toMatch(/^mumbai +platform +\(all\) +cluster-admin +read$/m);
    expect(out).toMatch(/^westeurope +flaschenpost-prod +flaschenpost-prod +deployer +via pods: any$/m);
    const [people = '', programs = ''] = out.split('\nPrograms, by their ServiceAccounts\n');
    expect(Math.max(...people.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(people).not.toContain('ServiceAccount ');
    expect(programs).toMatch(/^mumbai +ServiceAccount metrics-operations\/prometheus +\(all\) +\S+ +none$/m);
  });
});
