// cdk8s' own Testing.synth gives, for every chart of a cluster, the objects that are in dist/.
import { Chart, Testing } from 'cdk8s';
import { platform } from '../../../charts/platform';
import { check } from '../../../lib/checks';
import { synthesize } from '../../../lib/synth/synthesize';

const sorted = (objects: readonly unknown[]): string[] => objects.map((object) => JSON.stringify(object)).sort();

test.each(['mumbai', 'northeurope'])('%s: object by object', (cluster) => {
  const app = platform.app();
  const charts = app.node
    .findChild(cluster)
    .node.findAll()
    .flatMap((construct) => (Chart.isChart(construct) ? [construct] : []));
  const written = synthesize(app, check).entries.filter((entry) => entry.cluster === cluster);
  expect(charts.length).toBeGreaterThan(2);
  expect(sorted(charts.flatMap((chart) => Testing.synth(chart)))).toEqual(
    sorted(written.map(({ manifest }) => manifest)),
  );
});
