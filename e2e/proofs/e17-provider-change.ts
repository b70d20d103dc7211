// E17: traffic moves to a second provider in steps, and back, and nothing is lost.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OUR_ADDRESS } from '../cluster/network';
import { APPLY_SYSTEMS } from '../manifests/systems';
import { serves } from '../measure/availability';
import type { Figure } from '../measure/figure';
import { describeVerdict, type LoadProps, startLoad, type Verdict } from '../measure/load';
import { TrafficSplit } from '../measure/traffic-split';
import { failures } from '../measure/under-load';
import { DEPLOYED, type Deployed, type World, waitForRollout } from '../world/world';
import type { Proof } from './proof';

const HOST = 'toytrex.com';
/** `local` stands for the second provider's cluster: it must serve the host before anybody is sent there. */
const LOCAL_HOSTS = "hosts: ['toytrex.localhost', 'www.toytrex.localhost']";
const BOTH_HOSTS = `hosts: ['toytrex.localhost', 'www.toytrex.localhost', '${HOST}']`;
const FIRST = { placement: 'toytrex/production', namespace: 'toytrex-production', tag: '1701' };
const SECOND = { placement: 'toytrex/local', namespace: 'toytrex-local', tag: '1702' };
const STEPS = [0, 10, 50, 100, 0];
const STEP_SECONDS = 5;
const PORT = 8090;

export const providerChange: Proof = {
  id: 'E17',
  title: `traffic moves to a second provider, ${STEPS.join(' → ')} %, and nothing is lost`,
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { cluster } = deployed;
    for (const { placement, tag } of [FIRST, SECOND]) await world.project.setImage(placement, tag);
    await apply(world, deployed, 'before-the-move');
    const provider = await cluster.addIngress('alb'); // the class of production, which has no controller here
    const split = await TrafficSplit.start(
      { address: OUR_ADDRESS, port: PORT },
      { address: provider.host.address, port: 80 },
      { address: cluster.ingress.address, port: 80 },
    );
    try {
      await cluster.run.until('the first provider serves the host', 30, () => serves(provider.host, HOST));
      const early = await move(deployed, split, [0, 10], figure);
      assert.ok(failures(early) > 0, 'moved before the second provider serves the host, requests fail');
      world.project.edit('charts/platform.ts', LOCAL_HOSTS, BOTH_HOSTS);
      await apply(world, deployed, 'both-live');
      await cluster.run.until('the second provider serves the host', 30, () => serves(cluster.ingress, HOST));
      const moved = await move(deployed, split, STEPS, figure);
      assert.equal(failures(moved), 0);
    } finally {
      split.stop();
      await provider.stop();
      await cluster.kubectl.run(['delete', 'ingressclass', 'alb']);
    }
    world.project.edit('charts/platform.ts', BOTH_HOSTS, LOCAL_HOSTS);
    await apply(world, deployed, 'after-the-move');
  },
};

/** Writes and applies both placements, and waits until they serve. */
async function apply({ project }: World, { cluster }: Deployed, name: string): Promise<void> {
  const written = await project.synthesize(name);
  const files = [
    join(written, `10-${FIRST.namespace}.yaml`),
    join(written, 'clusters', 'laptop', `10-${SECOND.namespace}.yaml`),
  ];
  for (const file of files) {
    await cluster.provideImages(file);
    await cluster.kubectl.run([...APPLY_SYSTEMS, file]);
  }
  for (const { namespace } of [FIRST, SECOND]) await waitForRollout(cluster, { namespace, name: 'web' });
}

/** Goes through the steps under load, and prints where the connections of each went. */
async function move(
  { cluster }: Deployed,
  split: TrafficSplit,
  steps: readonly number[],
  figure: Figure,
): Promise<{ readonly verdicts: readonly Verdict[] }> {
  const load: LoadProps = {
    name: 'by name, kept connections',
    from: cluster.client,
    targets: [`${OUR_ADDRESS}:${PORT}`],
    host: HOST,
    rate: 40,
  };
  const loads = [load, { ...load, name: 'by name, new connections', rate: 60, newConnections: true }].map(startLoad);
  let verdicts: readonly Verdict[];
  try {
    for (const percent of steps) {
      split.setPercentToSecond(percent);
      await sleep(STEP_SECONDS * 1000);
      const [first, second] = split.connections;
      figure(`${percent} %: ${first} connections to the first provider, ${second} to the second`);
      assert.equal(second, Math.round(((first + second) * percent) / 100), 'as many as the weight says');
    }
  } finally {
    verdicts = await Promise.all(loads.map((one) => one.stop()));
    for (const verdict of verdicts) figure(describeVerdict(verdict));
  }
  for (const { name, headers } of verdicts)
    figure(`${name}: answered by version ${JSON.stringify(headers['X-Version'])}`);
  return { verdicts };
}
