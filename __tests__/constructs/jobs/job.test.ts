// A component that runs once: its name follows its template.

import { Job, type JobProps, override } from '../../../lib/constructs';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { errors, shop } from '../../support/synthesis';

const IMPORT: JobProps = {
  image: 'registry.example/shop/import:1.2',
  resources: { cpu: '100m', memory: '64Mi' },
  deadlineSeconds: 600,
};

const make = (change: Partial<JobProps> = {}, then: (job: Job) => void = () => {}): Synthesis =>
  shop((system) => then(new Job(system, 'import', { ...IMPORT, ...change })));

function jobOf(synthesis: Synthesis) {
  const [job, ...others] = synthesis.objects.filter(({ entry }) => entry.identity.kind === 'Job');
  expect(others).toEqual([]);
  return job?.entry;
}
const nameOf = (synthesis: Synthesis) => jobOf(synthesis)?.identity.name;

test('48: its name has the build and a hash, and stays while nothing changes', () => {
  expect(make().findings).toEqual([]);
  expect(nameOf(make())).toMatch(/^import-1-2-[0-9a-f]{8}$/);
  expect(nameOf(make())).toBe(nameOf(make()));
});

test.each<Partial<JobProps>>([
  { image: 'registry.example/shop/import:1.3' },
  { args: ['--all'] },
  { env: { A: 'b' } },
  { files: { '/etc/a': 'b' } },
  { resources: { cpu: '200m', memory: '64Mi' } },
  { completions: 2 },
])('48: what cannot change is another name: %j', (change) => expect(nameOf(make(change))).not.toBe(nameOf(make())));

test.each<Partial<JobProps>>([{ deadlineSeconds: 900 }, { retries: 5 }, { completions: 4, parallelism: 2 }])(
  '48: what may change leaves the name: %j',
  (change) => expect(nameOf(make({ completions: 4, ...change }))).toBe(nameOf(make({ completions: 4 }))),
);

test('48: an override of the template changes the name, one of the deadline does not', () => {
  const set = (path: string, value: string | number) => nameOf(make({}, ({ job }) => override(job).set(path, value)));
  expect(set('spec.template.spec.priorityClassName', 'low')).not.toBe(nameOf(make()));
  expect(set('spec.activeDeadlineSeconds', 5)).toBe(nameOf(make()));
});

test('40: has no time to live, since GitOps would run it again', () => {
  expect(JSON.stringify(jobOf(make()))).not.toContain('ttlSeconds');
});

test('a digest is not a part of the name, and a tag only where there is room', () => {
  expect(nameOf(make({ image: `registry.example/shop/import@sha256:${'a'.repeat(64)}` }))).toMatch(
    /^import-[0-9a-f]{8}$/,
  );
  expect(nameOf(make({ name: 'i'.repeat(54) }))).toMatch(/^i{54}-[0-9a-f]{8}$/);
  expect(errors(make({ name: 'i'.repeat(55) }))).toEqual(['input name']);
  expect(errors(make({ name: 'i'.repeat(54), completionMode: 'Indexed' }))).toHaveLength(1);
});

test('shares of the work', () => {
  const synthesis = make({ parallelism: 2, completions: 6, completionMode: 'Indexed' });
  expect(jobOf(synthesis)?.manifest.spec).toMatchObject({ parallelism: 2, completions: 6, completionMode: 'Indexed' });
  expect(errors(make({ parallelism: 3, completions: 2 }))).toEqual(['input parallelism']);
  expect(errors(make({ parallelism: 0 }))).toEqual(['input parallelism']);
});
