// A Helm chart is welcome like any cdk8s construct: cdk8s runs helm, and its objects go through our steps.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Helm } from 'cdk8s';
import { testWith } from '../../support/requirements';
import { find, shop, TWO_ZONES } from '../../support/synthesis';

const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-helm-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const withHelm = testWith('helm', spawnSync('helm', ['version']).status === 0);

withHelm('a Helm chart', () => {
  const chart = join(scratch, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: chart\nversion: 1.0.0\n');
  const template =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: helmed }\ndata: { a: {{ .Values.a | quote }} }\n';
  writeFileSync(join(chart, 'templates', 'map.yaml'), template);
  expect(execFileSync('helm', ['template', chart, '--set', 'a=b']).toString()).toContain('helmed');
  const synthesis = shop((system) => new Helm(system, 'helm', { chart, values: { a: 'b' } }), { cluster: TWO_ZONES });
  expect(find(synthesis, 'ConfigMap', 'helmed').data).toEqual({ a: 'b' });
});
