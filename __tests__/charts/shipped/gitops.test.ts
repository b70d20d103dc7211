// G13: gitops/ is what the platform says; Flux applies the platform team's files on each cluster but the laptop, and no system's.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from '../../../charts/platform';
import { cli } from '../../support/cli';
import { documentsOf } from '../../support/delivered';
import { at } from '../../support/synthesis';
import { SHIPPED } from './placements';

const GITOPS = join(__dirname, '../../../gitops');
const load = () => ({ app: platform.app() });

test('G13: gitops/ is what was committed', async () => {
  expect(await cli(['gitops', '--check'], load)).toEqual({ code: 0, out: '', err: '' });
});

const delivered = SHIPPED.filter(({ cluster }) => cluster !== 'laptop');

test.each(delivered)(
  '$system in $environment on $cluster: its namespace is from git, its releases by its pipeline',
  (one) => {
    const file = (phase: string) => join(GITOPS, one.cluster, `${phase}-${one.system}-${one.environment}.yaml`);
    const [kustomization] = documentsOf(readFileSync(file('05'), 'utf8'));
    expect(at(kustomization, 'spec')).toMatchObject({ dependsOn: [{ name: '00-cluster' }], prune: true, wait: true });
    expect(existsSync(file('10'))).toBe(false);
  },
);

test('G13: no controller is written for the laptop; every other cluster reports a healed change', () => {
  expect(existsSync(join(GITOPS, 'laptop'))).toBe(false);
  for (const cluster of new Set(delivered.map((one) => one.cluster))) {
    const [, alert] = documentsOf(readFileSync(join(GITOPS, cluster, 'alerts.yaml'), 'utf8'));
    expect(alert).toMatchObject({ kind: 'Alert', spec: { eventSeverity: 'info', eventMetadata: { cluster } } });
  }
});
