// Which proofs a run has, which of them run at the same time, and what its end prints.
import { PROOFS } from '../../e2e/proofs';
import { choose } from '../../e2e/runner/choice';
import { formatDurations } from '../../e2e/runner/durations';
import { lanesOf, Machine } from '../../e2e/runner/lanes';

const GATE = { ids: [] as readonly string[], full: false, hold: false };

/** Work that ends on demand, and a record of what happened. */
function recorder() {
  const events: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    events.push(`${name} ends`);
  };
  /** Ends the work, and lets everything begin that waited for it only. */
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { events, work, end };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('the lanes hold every proof once, in order, real nodes apart from API servers', () => {
  const lanes = lanesOf(PROOFS);
  expect(lanes.map(({ needs }) => needs)).toEqual(['nodes', 'api']);
  for (const { needs, own } of lanes) expect(own).toEqual(PROOFS.filter((proof) => proof.needs === needs));
  expect(lanesOf(PROOFS.filter(({ needs }) => needs === 'api')).map(({ needs }) => needs)).toEqual(['api']);
  expect(lanes.find(({ needs }) => needs === 'nodes')?.width).toBe(1);
});

test('work that does not need the machine alone runs side by side', async () => {
  const { events, work, end } = recorder();
  const machine = new Machine();
  const all = [machine.run({}, work('a')), machine.run({}, work('b'))];
  await settle();
  expect(events).toEqual(['a begins', 'b begins']);
  await end('a');
  await end('b');
  await Promise.all(all);
});

test('work alone waits for what runs, and what comes later waits for it', async () => {
  const { events, work, end } = recorder();
  const machine = new Machine();
  const all = [
    machine.run({}, work('access')),
    machine.run({ alone: true }, work('rollout')),
    machine.run({}, work('placement')),
    machine.run({ alone: true }, work('drain')),
  ];
  await settle();
  expect(events).toEqual(['access begins']);
  for (const name of ['access', 'rollout', 'placement', 'drain']) await end(name);
  await Promise.all(all);
  expect(events).toEqual(
    ['access', 'rollout', 'placement', 'drain'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test('work that fails makes room as well', async () => {
  const machine = new Machine();
  const fails = async () => Promise.reject(new Error('red'));
  await expect(machine.run({ alone: true }, fails)).rejects.toThrow('red');
  await expect(machine.run({}, fails)).rejects.toThrow('red');
  await expect(machine.run({ alone: true }, async () => 'green')).resolves.toBe('green');
});

test('every proof under load has the machine alone', () => {
  const alone = PROOFS.filter((proof) => proof.alone).map(({ id }) => id);
  expect(alone).toEqual(expect.arrayContaining(['E4', 'E5', 'E6', 'E9a', 'E12', 'E16', 'E17', 'E22']));
  for (const { alone, needs } of PROOFS) expect(alone === true && needs === 'api').toBe(false);
});

test('the gate leaves out what runs with --full, an id is run either way, an unknown one is an error', () => {
  const ids = (options: Partial<typeof GATE>) => choose(PROOFS, { ...GATE, ...options }).map(({ id }) => id);
  expect(ids({ full: true })).toEqual(PROOFS.map(({ id }) => id));
  expect(ids({})).toEqual(PROOFS.filter(({ full }) => !full).map(({ id }) => id));
  expect(ids({ ids: ['E14b', 'E4'] })).toEqual(['E4', 'E14b']);
  expect(ids({ hold: true })).toEqual([]);
  expect(() => ids({ ids: ['E99'] })).toThrow(/^unknown proof E99; expected one of E1, /);
});

test('the table of durations begins with the longest', () => {
  const durations = [
    { name: 'E2', seconds: 3.4 },
    { name: 'E11', seconds: 180 },
  ];
  expect(formatDurations(durations)).toBe('   180 s  E11\n     3 s  E2\n');
});
