// `evenkeel synth --kubernetes`: what an upgrade changes in the shipped systems.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from '../../../charts/platform';
import { cli } from '../../support/cli';
import { cases } from '../../support/requirements';

const DIST = join(__dirname, '../../../dist');

/** Manifests of the committed dist. */
const manifests = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .sort();

/** Whether a file holds what `minor` has otherwise: the version of Pod Security, and how a pod stops. */
const isOfAnother = (minor: string, text: string): boolean =>
  (text.includes('-version: v1.') && !text.includes(`-version: v${minor}\n`)) ||
  (text.includes('          sleep:\n') && minor === '1.27');

const CHANGED: [minor: string, among: string[]][] = [
  ['1.27', ['00-cluster.yaml', '10-toytrex-production.yaml', 'clusters/westeurope/10-panther-clinic.yaml']],
  ['1.36', ['clusters/northeurope/00-cluster.yaml', 'clusters/westeurope/00-cluster.yaml']],
  ['1.37', ['00-cluster.yaml', 'clusters/laptop/00-cluster.yaml', 'clusters/westeurope/00-cluster.yaml']],
];
test.each(CHANGED.slice(0, cases(1, CHANGED.length)))(
  '--check --kubernetes %s exits 2 and names what would change',
  async (minor, among) => {
    const changed = manifests.filter((path) => isOfAnother(minor, readFileSync(join(DIST, path), 'utf8')));
    expect(changed).toEqual(expect.arrayContaining(among));
    // the oldest minors have no admission policy
    const all = minor === '1.27' ? [...changed, 'inventory.txt'] : changed;
    const out = all.map((path) => `changed  dist/${path}\n`).join('');
    const result = await cli(['synth', '--check', '--kubernetes', minor], () => ({ app: platform.app() }));
    expect({ ...result, err: '' }).toEqual({ code: 2, out, err: '' });
    // 32: before 1.30 the images must have `sleep`, which a note says once a cluster
    const noted = result.err.split('\n').filter((line) => / (?:note|warning|error) /.test(line));
    const clusters = Number(minor.slice(2)) < 30 ? 4 : 0;
    expect(noted.filter((line) => line.endsWith(' note drain-command'))).toHaveLength(clusters);
    expect(noted).toHaveLength(clusters);
  },
);
