// E13: the consumers of a queue follow what is in it: as many as were derived, drained in time, and back.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster';
import { Keda } from '../cluster/keda';
import { type QueueScaling, queueScalingOf } from '../manifests/derivations';
import type { Deployment } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { CREDENTIALS } from '../outside/accounts';
import { RabbitMQ } from '../outside/rabbitmq';
import { command } from '../process/command';
import { binary } from '../programs/build';
import { Application } from '../world/application';
import { DEPLOYED } from '../world/world';
import type { Proof } from './proof';

const ORDERS = { namespace: 'dispatch-production', name: 'orders' };
/** What the application's file says of the messages. */
const MESSAGE = { backlog: 3000, perSecond: 20, milliseconds: 98 } as const;
const QUEUE = 'orders';
const LOOK_MILLISECONDS = 2000;

interface Look {
  readonly at: number;
  readonly messages: number;
  readonly replicas: number;
}

export const queue: Proof = {
  id: 'E13',
  title:
    'the consumers of a queue follow what arrives and what is left over, drain the largest backlog in time, and go back',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  programs: ['programs/keda'],
  obstacle: () => RabbitMQ.obstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const rabbit = await RabbitMQ.start(world.run);
    const keda = await Keda.start(world.run, cluster.plane);
    const dispatch = new Application(world, {
      name: 'dispatch',
      behaviour: { MESSAGE_MILLISECONDS: String(MESSAGE.milliseconds), PREFETCH: '5' },
      secrets: { ...CREDENTIALS, uri: rabbit.management },
    });
    try {
      await produce(rabbit, 0, 0); // the queue itself, which consumers do not make
      const written = await dispatch.write();
      await dispatch.apply(written);
      await dispatch.complete(written);
      await follow(cluster, rabbit, queueScalingOf(written.manifests), figure);
    } finally {
      await dispatch.remove();
      await keda.stop();
      await rabbit.stop();
    }
  },
};

async function follow(cluster: Cluster, rabbit: RabbitMQ, predicted: QueueScaling, figure: Figure): Promise<void> {
  const { min, max, ratePerPod, objective, drain } = predicted;
  const books = new Books(cluster, rabbit);
  await books.until('the minimum', 90, ({ replicas }) => replicas === min);

  const steady = Math.ceil(MESSAGE.perSecond / ratePerPod);
  const arriving = produce(rabbit, 0, 90);
  await books.until(`${steady} pods`, 90, ({ replicas }) => replicas === steady);
  await arriving;
  figure(`${MESSAGE.perSecond} messages/s and no backlog: ${books.most()} pods, predicted ${steady}`);
  assert.equal(books.most(), steady);

  const begun = Date.now();
  const burst = produce(rabbit, MESSAGE.backlog, objective + 30);
  await books.until('the backlog', 30, ({ messages }) => messages > MESSAGE.backlog / 2);
  const drained = await books.until('the end of it', 3 * objective, ({ messages }) => messages <= MESSAGE.perSecond);
  const seconds = Math.round((drained.at - begun) / 1000);
  figure(`${MESSAGE.backlog} messages more: ${books.most()} pods, predicted ${max}`);
  figure(`drained after ${seconds} s, predicted ${drain} s at most, objective ${objective} s`);
  assert.equal(books.most(), max);
  assert.ok(seconds <= objective, `the backlog took ${seconds} s`);
  await burst;

  const ended = Date.now();
  await books.until('the minimum again', 1200, ({ replicas }) => replicas === min);
  figure(`back to ${min} pods ${Math.round((Date.now() - ended) / 1000)} s after the last message`);
  await sleep(30_000);
  assert.equal((await books.look()).replicas, min);
  figure(`pods: ${books.changes().join(' → ')}`);
}

/** Puts a backlog into the queue at once, then messages at the rate of the peak for a number of seconds. */
async function produce(rabbit: RabbitMQ, backlog: number, seconds: number): Promise<void> {
  const amounts = [backlog, MESSAGE.perSecond, seconds].map(String);
  await command(binary('server', 'server'), ['produce', QUEUE, ...amounts], { env: rabbit.account });
}

/** What the queue held, and how many pods were wanted, look by look. */
class Books {
  private readonly looks: Look[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly rabbit: RabbitMQ,
  ) {}

  async look(): Promise<Look> {
    const [messages, { spec }] = await Promise.all([
      this.rabbit.messages(QUEUE),
      this.cluster.kubectl.get<Deployment>(['deployment', ORDERS.name, '-n', ORDERS.namespace]),
    ]);
    const look = { at: Date.now(), messages, replicas: spec.replicas ?? 0 };
    this.looks.push(look);
    return look;
  }

  until(what: string, seconds: number, holds: (look: Look) => boolean): Promise<Look> {
    return this.cluster.run.until(what, seconds, async () => {
      const look = await this.look();
      if (holds(look)) return look;
      await sleep(LOOK_MILLISECONDS);
      return undefined;
    });
  }

  most(): number {
    return Math.max(...this.looks.map(({ replicas }) => replicas));
  }

  /** Each number of pods, once for every time that it was come to. */
  changes(): number[] {
    return this.looks.map(({ replicas }) => replicas).filter((count, index, all) => count !== all[index - 1]);
  }
}
