// The applications of the proofs: written as a user's are, synthesized by the public command, and stating what the proofs compare with.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOAD } from '../../e2e/apps/visits-load';
import { databaseAccountOf, growthOf, queueScalingOf } from '../../e2e/manifests/derivations';
import { type AnyObject, type Manifest, ofKind, readManifests, readObjects } from '../../e2e/manifests/manifests';
import { clusterFolders } from '../../e2e/manifests/systems';
import { countRefusals } from '../../e2e/outside/postgres';
import { Project } from '../../e2e/world/project';
import { responseTail } from '../../lib/model/capacity/queueing';
import { podsLeft } from '../../lib/model/pods/availability';

let scratch: string;
let project: Project;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'evenkeel-applications-'));
  project = Project.create(join(scratch, 'project'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

async function synthesized(name: string): Promise<Manifest[]> {
  return readManifests(await project.synthesize(name, '--app', join('e2e', 'apps', `${name}.ts`)));
}

/** Of all clusters. */
async function synthesizedObjects(name: string): Promise<AnyObject[]> {
  const output = await project.synthesize(name, '--app', join('e2e', 'apps', `${name}.ts`));
  return clusterFolders(output).flatMap(readObjects);
}

describe('P1, P2: the size of visits', () => {
  const late = (pods: number) => {
    const { users, thinkSeconds, concurrencyPerPod: concurrency, service, latency } = LOAD;
    const arrivalsPerSecond = users.peak / thinkSeconds / pods;
    return responseTail({ concurrency, arrivalsPerSecond, service }, latency.seconds);
  };

  test('its manifests want six pods at all times, of which a zone leaves three', async () => {
    const [autoscaler] = ofKind(await synthesized('visits'), 'HorizontalPodAutoscaler');
    expect(autoscaler?.spec).toMatchObject({ minReplicas: 6, maxReplicas: 6 });
    expect(podsLeft(6, 2, 1)).toBe(3);
  });

  test('chance decides nothing: three pods are well within the promise, two well beyond it', () => {
    expect(late(3)).toBeLessThan(0.01);
    expect(late(2)).toBeGreaterThan(0.1);
    expect(late(2)).toBeLessThan(1);
  });

  test('users who think half as long send twice as much, and have their pods: 300 requests/s ÷ 61.7, in each zone', async () => {
    project.edit(join('e2e', 'apps', 'visits-load.ts'), 'thinkSeconds: 10', 'thinkSeconds: 5');
    const [autoscaler] = ofKind(await synthesized('visits'), 'HorizontalPodAutoscaler');
    expect(autoscaler?.spec.minReplicas).toBe(10);
  });
});

describe('F4b: the account of a database', () => {
  test('the maximum of bookings needs all that its database has', async () => {
    const manifests = await synthesized('bookings');
    // 6 pods + 3 on top + 6 that still stop, each with 5 connections; 80 − 3 of superusers − 2 of monitoring are left
    expect(databaseAccountOf(manifests)).toEqual({ needed: 75, maxConnections: 80 });
    expect(ofKind(manifests, 'HorizontalPodAutoscaler')[0]?.spec.maxReplicas).toBe(6);
  });

  test('a larger maximum is refused', async () => {
    project.edit(join('e2e', 'apps', 'bookings.ts'), 'max: 6 }', 'max: 7 }');
    await expect(synthesized('bookings')).rejects.toThrow(/error budget[\s\S]*web at most 6 replicas/);
  });

  test('what a database logs of a refusal is counted, and nothing else', () => {
    const log = `
2026-11-21 11:54:41.120 UTC [7100] FATAL:  sorry, too many clients already
2026-11-21 11:54:41.131 UTC [7101] FATAL:  remaining connection slots are reserved for non-replication superuser connections
2026-11-21 11:54:41.140 UTC [7102] FATAL:  terminating connection due to administrator command
2026-11-21 11:54:41.150 UTC [7103] LOG:  database system is ready to accept connections`;
    expect(countRefusals(log)).toBe(2);
    expect(countRefusals('')).toBe(0);
  });
});

describe('E36: the stalls', () => {
  const kinds = async () => new Set((await synthesizedObjects('stalls')).map(({ kind }) => kind));
  const edit = (from: string, to: string) => project.edit(join('e2e', 'apps', 'stalls.ts'), from, to);

  test('with its edits of the last bundle and step, every host has a route on every cluster, and none an Ingress', async () => {
    edit("'1.3' as", "'1.7' as");
    edit("> = ['ingress'];", "> = ['gateway'];");
    const written = await kinds();
    for (const kind of ['Gateway', 'HTTPRoute', 'GRPCRoute', 'ReferenceGrant', 'BackendTLSPolicy']) {
      expect(written).toContain(kind);
    }
    expect(written).not.toContain('Ingress');
  });
});

describe('F4a: the consumers of a queue', () => {
  test('dispatch states its bounds, its objective and what was derived', async () => {
    const manifests = await synthesized('dispatch');
    expect(queueScalingOf(manifests)).toEqual({ min: 2, max: 6, ratePerPod: 7, objective: 120, drain: 110 });
  });
});

test.each([
  ['sturdy', { left: { fewest: 2 }, placed: { fewest: 6 } }],
  ['plain', { left: { fewest: 0 }, placed: { fewest: 1 } }],
])('G1: what prove says of ferries in %s where two of three zones are lost', async (name, expected) => {
  const rows = await project.prove('--app', join('e2e', 'apps', 'ferries.ts'));
  const cells = rows.filter(({ environment }) => environment === name).flatMap((row) => row.cells);
  expect(cells.find(({ event }) => event === '2 zones lost')?.results[0]).toMatchObject(expected);
});

describe('G4: a PostgreSQL in the cluster', () => {
  test('that of ledgers is one pod, with a Secret of a user', async () => {
    const manifests = await synthesized('ledgers');
    expect(ofKind(manifests, 'Cluster')).toEqual([]);
    expect(await secretsOf('ledgers')).toEqual([['ledger-app', undefined]]);
  });

  test('that of invoices has an instance in each zone, and a Secret that the operator makes', async () => {
    const [cluster] = ofKind(await synthesized('invoices'), 'Cluster');
    expect(cluster?.spec).toMatchObject({ instances: 3, enablePDB: true });
    const maker = 'postgresql.cnpg.io/Cluster invoices-production/ledger';
    expect(await secretsOf('invoices')).toEqual([['ledger-app', maker]]);
  });

  const secretsOf = async (name: string) => {
    const secrets = await project.secrets('--app', join('e2e', 'apps', `${name}.ts`));
    return secrets.map(({ name: secret, madeBy }) => [secret, madeBy]);
  };
});

test('a number that the manifests lack is an error', () => {
  expect(() => growthOf([])).toThrow('the manifests do not say min, pods');
  expect(() => databaseAccountOf([])).toThrow('the manifests do not say needed, maxConnections');
  expect(() => queueScalingOf([])).toThrow('the manifests do not say min, max, ratePerPod, objective, drain');
});
