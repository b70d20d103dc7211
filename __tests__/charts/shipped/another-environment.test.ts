// docs/how-to/another-environment.md: one line makes another environment, and `compare environments` finds it like the one it was copied from (P6, F6).
import { Flaschenpost, flaschenpost, SMALL } from '../../../charts/flaschenpost';
import { Panther } from '../../../charts/panther';
import { platform } from '../../../charts/platform';
import { compareObjects } from '../../../lib/analysis/comparison/difference';
import { check } from '../../../lib/checks';
import { synthesize } from '../../../lib/synth/synthesize';
import { cli } from '../../support/cli';
import { blocksOf, blockWith, readPage, runPage } from '../../support/page';
import { shipped } from '../../support/shipped';
import { errors } from '../../support/synthesis';

const PAGE = readPage('how-to/another-environment.md');

const copying = blocksOf(PAGE).filter((code) => code.startsWith('platform.copy('));
const declared = blockWith(PAGE, 'const REHEARSAL');
/** The settings of the page's first copy. */
const settings: { host: string; database: string; users?: object }[] = [];
runPage(`${declared}${copying.join('')}settings.push(REHEARSAL);`, {
  ...{ platform, Panther, Flaschenpost, flaschenpost, SMALL, settings },
});
const [REHEARSAL = { host: '', database: '' }] = settings;

const copied = synthesize(platform.app(), check);

test('every block of the page is run', () => {
  expect(copying).toHaveLength(2);
  expect(blocksOf(PAGE)).toHaveLength(3);
});

describe('P6, F6: one line makes another environment', () => {
  test('adds files and changes no others', () => {
    // the copies' growth needs more headroom
    expect(copied.findings).toMatchObject([
      { rule: 'headroom', severity: 'warning', field: 'clusters.westeurope.nodePools[default].headroom' },
    ]);
    const added = [...copied.files.keys()].filter((path) => !shipped.files.has(path));
    expect(added.sort()).toEqual(
      ['northeurope/05-panther-rehearsal', 'northeurope/10-panther-rehearsal', 'westeurope/05-flaschenpost-uat']
        .concat([
          'westeurope/05-panther-rehearsal',
          'westeurope/10-flaschenpost-uat',
          'westeurope/10-panther-rehearsal',
        ])
        .map((name) => `clusters/${name}.yaml`),
    );
    // the list of files, the namespaces, and the dashboards, of which the next test says more
    const shared = /inventory\.txt$|00-cluster\.yaml$|(?:west|north)europe\/10-metrics-operations\.yaml$/;
    for (const [path, text] of shipped.files) if (!shared.test(path)) expect(copied.files.get(path)).toBe(text);
  });

  test('metrics gets a dashboard of each copy on its clusters, and nothing else of it changes', () => {
    const changed = (cluster: string): string[] => {
      const [before, after] = [shipped, copied].map(({ entries }) =>
        entries.filter((one) => one.cluster === cluster && one.identity.namespace === 'metrics-operations'),
      );
      const found = compareObjects(before ?? [], after ?? []);
      return [
        ...new Set(
          found.map(
            ({ entry, pointer }) =>
              `${entry.identity.kind} ${entry.origin.construct.split('/').slice(2).join('/')} ${pointer}`,
          ),
        ),
      ].sort();
    };
    const dashboards = (...copies: readonly string[]) => [
      ...copies.map((name) => `ConfigMap grafana/files /data/var_lib_dashboards_${name}.json`),
      'ConfigMap grafana/files /metadata/name',
      'Deployment grafana/deployment /spec/template/spec/containers/0/volumeMounts',
      'Deployment grafana/deployment /spec/template/spec/volumes/4/configMap/name',
    ];
    expect(changed('northeurope')).toEqual(dashboards('panther-rehearsal'));
    expect(changed('westeurope')).toEqual(dashboards('flaschenpost-uat', 'panther-rehearsal'));
    expect(changed('mumbai')).toEqual([]);
  });

  test.each([['panther/clinic', 'panther/rehearsal', ['content', 'hosts', 'name', 'size']]])(
    '%s and %s differ only in what an environment decides',
    async (first, second, expected) => {
      const { code, out, err } = await cli(['compare', 'environments', first, second, '--json'], () => ({
        app: platform.app(),
      }));
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const [{ differences }]: [{ differences: { aspect?: string }[] }] = JSON.parse(out);
      expect([...new Set(differences.map(({ aspect = 'NOTHING' }) => aspect))].sort()).toEqual(expected);
    },
  );

  test('a copy at full size needs twice the nodes, and synth says so', () => {
    const { users: _, ...hosts } = REHEARSAL;
    const settings = { ...hosts, host: 'booking.twin.panther-clinic.example', database: 'panther-twin.example' };
    platform.copy(Panther, { of: 'clinic', as: 'twin', settings });
    const problems = errors(synthesize(platform.app(), check));
    expect(problems).toContain('provider-plan clusters.westeurope.nodePools[default].nodesPerZone.max');
    // and the remaining zones have no room for both
    expect(problems.filter((problem) => !/^(provider-plan|survives-zones) /.test(problem))).toEqual([]);
  });
});
