// A queue's consumer: messages a pod, pods for a backlog and a rate, a simulated drain, the fallback, and what cannot be.

import { consumerReplicas, deriveQueueConsumer } from '../../../lib/model/services/queue';
import type { QueueConsumerInput } from '../../../lib/model/services/queue-input';
import { seeded } from '../../support/random';

const INPUT: QueueConsumerInput = {
  messagesPerSecondPerPod: 10,
  drainSeconds: 60,
  reactionSeconds: 0,
  utilisation: 0.7,
  peakMessagesPerSecond: 70,
  largestBacklog: 5000,
  min: 2,
  queueIsRead: true,
  cpu: { target: 0.6, atFullWork: 0.9 },
};
const derive = (change: Partial<QueueConsumerInput> = {}) => deriveQueueConsumer({ ...INPUT, ...change });

describe('targets', () => {
  test('a batch that comes once: μ × drain objective; a rate: u × μ', () => {
    const { plan } = derive({ arrivesWhileDraining: false });
    expect(plan?.queueLengthPerPod).toEqual({
      value: 600,
      because: '10 messages/s × (60 s to drain − 0 s to react) = 600 messages a pod',
    });
    expect(plan?.messageRatePerPod).toEqual({ value: 7, because: '0.7 of 10 messages/s = 7 messages/s a pod' });
  });

  test('while messages keep arriving, a backlog has only what they leave of a pod', () => {
    expect(derive().plan?.queueLengthPerPod).toEqual({
      value: 180,
      because:
        '0.3 (what arrivals leave of a pod) × 10 messages/s × (60 s to drain − 0 s to react) = 180 messages a pod',
    });
  });

  test('what the autoscaler and the boot take is not there to drain', () => {
    const { plan } = derive({ arrivesWhileDraining: false, reactionSeconds: 45 });
    expect(plan?.queueLengthPerPod?.value).toBe(150);
  });

  test('CPU and memory beside the queue', () => {
    const { plan } = derive({ memory: { target: 0.8 } });
    expect([plan?.cpuTarget.value, plan?.memoryTarget?.value]).toEqual([0.6, 0.8]);
    expect(derive().plan?.memoryTarget).toBeUndefined();
  });
});

describe('replicas', () => {
  test('for a backlog and a rate: the sum of both, as messages arrive while the backlog is worked off', () => {
    expect(derive().plan?.max).toEqual({
      value: 16,
      because:
        'the larger of 5000 messages ÷ (10/s × 60 s) + 70 ÷ 10 that keep arriving = 16 pods, and 70/s ÷ (0.7 × 10/s) = 10 pods',
    });
    expect(derive().plan?.drainSeconds).toEqual({
      value: 56,
      because: '0 s + 5000 messages ÷ (16 pods × 10/s − 70/s) = 56 s',
    });
  });

  test.each<[string, number, number, number]>([
    ['neither', 0, 0, 0],
    ['a rate alone', 0, 70, 10],
    ['a backlog alone', 1200, 0, 2],
    ['a backlog of one message more', 1201, 0, 3],
    ['a backlog that the spare time works off', 600, 70, 10],
    ['both', 6000, 70, 17],
  ])('for %s', (_, backlog, rate, pods) => {
    expect(consumerReplicas(INPUT, backlog, rate).value).toBe(pods);
  });

  test('a batch that comes once needs no sum', () => {
    expect(derive({ arrivesWhileDraining: false }).plan?.max.value).toBe(10);
  });

  test('never fewer than the fewest', () => {
    expect(derive({ min: 20 }).plan?.max).toEqual({ value: 20, because: '20 pods at least, where the peak needs 16' });
  });
});

describe('against a simulated queue', () => {
  /** Seconds until the backlog is gone, when the autoscaler takes the larger of two answers at every look. */
  function drained(input: QueueConsumerInput, lengthPerPod: number, ratePerPod: number, max: number): number {
    const { messagesPerSecondPerPod: rate, peakMessagesPerSecond: arrivals, reactionSeconds } = input;
    const wanted = (backlog: number) =>
      Math.min(max, Math.max(1, Math.ceil(backlog / lengthPerPod), Math.ceil(arrivals / ratePerPod - 1e-9)));
    let backlog = input.largestBacklog;
    let pods = wanted(0);
    const asked = wanted(backlog);
    for (let second = 0; second < 10_000; second++) {
      // In one quiet window the autoscaler does not shrink.
      if (second >= reactionSeconds) pods = asked;
      backlog += arrivals - pods * rate;
      if (backlog <= 1e-6) return second + 1;
    }
    return Number.POSITIVE_INFINITY;
  }

  test('300 queues are drained within the objective, at any backlog and rate', () => {
    const random = seeded(5);
    for (let trial = 0; trial < 300; trial++) {
      const input = {
        ...INPUT,
        messagesPerSecondPerPod: 1 + random() * 50,
        drainSeconds: 60 + Math.floor(random() * 600),
        reactionSeconds: Math.floor(random() * 50),
        utilisation: 0.3 + random() * 0.6,
        peakMessagesPerSecond: random() * 2000,
        largestBacklog: Math.floor(random() * 100_000),
      };
      const { plan } = deriveQueueConsumer(input);
      const seconds = drained(
        input,
        plan?.queueLengthPerPod?.value ?? Number.NaN,
        plan?.messageRatePerPod?.value ?? Number.NaN,
        plan?.max.value ?? Number.NaN,
      );
      expect({ input, late: seconds > input.drainSeconds + 1 }).toEqual({ input, late: false });
      expect(plan?.drainSeconds.value).toBeLessThanOrEqual(input.drainSeconds);
    }
  });

  test('μ × objective as the length per pod misses it while messages arrive', () => {
    expect(drained(INPUT, 600, 7, 1000)).toBe(167);
  });
});

describe('where nothing reads the queue', () => {
  test('CPU and memory alone, and the drawback', () => {
    const { plan } = derive({ queueIsRead: false, reactionSeconds: 30, memory: { target: 0.8 } });
    expect(plan?.queueLengthPerPod).toBeUndefined();
    expect(plan?.messageRatePerPod).toBeUndefined();
    // 24 pods at the peak; × 1.5 per sync, at most doubled or 4 more: 2, 3, 5, 8, 12, 18, 24.
    expect(plan?.max.value).toBe(24);
    expect(plan?.loss).toBe(
      'nothing in the cluster reads the queue, so pods follow CPU and memory, which reflect messages in work but no backlog: ' +
        'at most × 1.5 per sync, 6 syncs from 2 to 24 pods, and 411 s instead of 60 s for the largest backlog',
    );
    expect(plan?.drainSeconds.value).toBe(Math.ceil(270 + (5000 + 270 * 70) / (24 * 10 - 70)));
  });

  test('no loss where the queue is read', () => {
    expect(derive().plan).not.toHaveProperty('loss');
  });
});

describe('invalid input', () => {
  test.each<[string, Partial<QueueConsumerInput>, string, string]>([
    ['a pod that does nothing', { messagesPerSecondPerPod: 0 }, 'messagesPerSecondPerPod', 'cannot be 0'],
    ['a drain in no time', { drainSeconds: 0 }, 'drainSeconds', 'cannot be 0'],
    ['a reaction before the message', { reactionSeconds: -1 }, 'reactionSeconds', 'cannot be -1'],
    ['full use', { utilisation: 1 }, 'utilisation', 'cannot be 1'],
    ['NaN messages', { peakMessagesPerSecond: Number.NaN }, 'peakMessagesPerSecond', 'cannot be NaN'],
    ['an endless backlog', { largestBacklog: Infinity }, 'largestBacklog', 'cannot be Infinity'],
    ['half a pod', { min: 0.5 }, 'min', 'cannot be 0.5'],
    ['a CPU target of 0', { cpu: { target: 0, atFullWork: 1 } }, 'cpu.target', 'cannot be 0'],
    ['a memory target above 1', { memory: { target: 1.2 } }, 'memory.target', 'cannot be 1.2'],
    ['a drain before the first new pod', { reactionSeconds: 60 }, 'drainSeconds', 'works only after 60 s'],
    ['messages longer than the drain', { messagesPerSecondPerPod: 0.05 }, 'drainSeconds', 'takes 20 s'],
    [
      'a rate too fine for a metric',
      { messagesPerSecondPerPod: 0.001, drainSeconds: 1e5 },
      'messagesPerSecondPerPod',
      'count in thousandths',
    ],
    ['no pod and no queue', { queueIsRead: false, min: 0 }, 'min', 'would never scale up'],
    [
      'a CPU target that is never exceeded',
      { queueIsRead: false, cpu: { target: 0.6, atFullWork: 0.65 } },
      'cpu.target',
      'would never add one',
    ],
  ])('%s', (_, change, field, message) => {
    const { plan, problems } = derive(change);
    expect(plan).toBeUndefined();
    expect(problems).toEqual([
      expect.objectContaining({ field, message: expect.stringContaining(message), expected: expect.any(String) }),
    ]);
  });

  test.each<[string, Partial<QueueConsumerInput>]>([
    ['no pod where the queue is read', { min: 0 }],
    ['a queue that is always empty', { peakMessagesPerSecond: 0, largestBacklog: 0 }],
    ['a drain just long enough for one message', { messagesPerSecondPerPod: 1 / 18 }],
  ])('not: %s', (_, change) => {
    expect(derive(change).problems).toEqual([]);
  });
});
