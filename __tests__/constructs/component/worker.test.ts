// A worker: no Service, no port unless it has one, and a reason that takes it out of a promise for zones.

import { override, WebService, Worker, type WorkerProps } from '../../../lib/constructs';
import type { ClusterDescription } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, shop, TWO_ZONES, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const WORKER: WorkerProps = {
  image: 'registry.example/shop/mailer:1',
  resources: { cpu: '100m', memory: '64Mi' },
  probes: { bootSeconds: 10 },
  size: { replicas: 2 },
};

const mailer = (
  change: Partial<WorkerProps> = {},
  then: (worker: Worker, web: WebService) => void = () => {},
): Synthesis =>
  shop((system) => then(new Worker(system, 'mailer', { ...WORKER, ...change }), new WebService(system, 'web', WEB)));

const pod = (synthesis: Synthesis) => at(find(synthesis, 'Deployment', 'mailer'), 'spec', 'template', 'spec');
const namesOf = ({ objects }: Synthesis) =>
  objects.map(({ entry }) => `${entry.identity.kind} ${entry.identity.name}`).filter((one) => one.includes('mailer'));

test('has no Service, no port and no wait before it stops', () => {
  const synthesis = mailer();
  expect(synthesis.findings).toEqual([]);
  expect(namesOf(synthesis)).toEqual([
    'ServiceAccount mailer',
    'NetworkPolicy mailer',
    'PodDisruptionBudget mailer',
    'Deployment mailer',
  ]);
  const container = at(pod(synthesis), 'containers', 0);
  expect(container).not.toHaveProperty('ports');
  expect(container).not.toHaveProperty('lifecycle');
  expect(at(find(synthesis, 'NetworkPolicy', 'mailer'), 'spec')).not.toHaveProperty('ingress');
});

test('connects to others', () => {
  const synthesis = mailer({}, (worker, web) => worker.connectTo(web));
  expect(synthesis.findings).toEqual([]);
  expect(at(find(synthesis, 'NetworkPolicy', 'mailer'), 'spec', 'egress', 1, 'ports')).toEqual([
    { port: 8080, protocol: 'TCP' },
  ]);
});

test('may have a port for its probes, which admits no client', () => {
  const synthesis = mailer({ port: 8080, probes: { bootSeconds: 10, liveness: { path: '/live' } } });
  expect(synthesis.findings).toEqual([]);
  expect(at(pod(synthesis), 'containers', 0, 'ports')).toEqual([
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
  ]);
  expect(at(find(synthesis, 'NetworkPolicy', 'mailer'), 'spec')).not.toHaveProperty('ingress');
});

test('is scaled by CPU and memory', () => {
  const synthesis = mailer({ size: { min: 2, max: 6, cpu: 0.65, memory: 0.8 } });
  expect(synthesis.findings).toEqual([]);
  expect(at(find(synthesis, 'HorizontalPodAutoscaler', 'mailer'), 'spec')).toMatchObject({
    minReplicas: 2,
    maxReplicas: 6,
  });
  expect(at(find(synthesis, 'Deployment', 'mailer'), 'spec')).not.toHaveProperty('replicas');
});

describe('no pod while there is no work', () => {
  const because = 'mails may wait';
  const idle = (size: object, change: Partial<ClusterDescription> = {}) =>
    shop(
      (system) =>
        new Worker(system, 'mailer', {
          ...WORKER,
          ...unchecked<Partial<WorkerProps>>({ size }),
          survives: { zones: 0, because },
        }),
      {
        cluster: { ...TWO_ZONES, kubernetes: '1.37', capabilities: ['metrics-server', 'external-metrics'], ...change },
      },
    );
  const metrics = [{ external: 'mails_waiting', averageValue: 50 }];
  const size = { min: 0, max: 8, cpu: 0.65, metrics };

  test('from Kubernetes 1.37 on, by a metric that exists without pods', () => {
    const synthesis = idle(size);
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'HorizontalPodAutoscaler', 'mailer'), 'spec')).toMatchObject({
      minReplicas: 0,
      maxReplicas: 8,
      metrics: [{ type: 'External' }, { type: 'Resource' }],
    });
    expect(namesOf(synthesis)).not.toContain('PodDisruptionBudget mailer');
  });

  test.each<[string, object, Partial<ClusterDescription>, string]>([
    ['an older minor', size, { kubernetes: '1.36' }, '1 or more; 0 is accepted from Kubernetes 1.37 on'],
    ['no such metric', { ...size, metrics: undefined }, {}, 'a metric of type External or Object'],
    [
      'a metric of its own pods',
      { ...size, metrics: [{ pods: 'rps', averageValue: 1 }] },
      { capabilities: ['metrics-server', 'custom-metrics'] },
      'a metric of type External or Object',
    ],
  ])('%s is refused', (_, wrong, cluster, expected) => {
    expect(idle(wrong, cluster).findings).toMatchObject([
      { rule: 'autoscaling-bounds', field: '/spec/minReplicas', expected: expect.stringContaining(expected) },
    ]);
  });

  test('a service that clients wait for keeps one', () => {
    const web = shop((system) => new WebService(system, 'web', { ...WEB, size }));
    expect(errors(web)).toContain('input size.min');
  });
});

test.each<[string, object, string, string]>([
  [
    'a probe of a port, without one',
    { probes: { bootSeconds: 1, liveness: { path: '/' } } },
    'probes.liveness',
    '{ exec: […] }, or a port',
  ],
  ['further ports without a port', { ports: { admin: 1 } }, 'ports', 'port, and further ports beside it'],
  ['a load', { size: { load: {} } }, 'size', '{ replicas: 1 } or { min: 1, max: 4, cpu: 0.65 }'],
  ['a misspelt key', { prot: 80 }, 'prot', 'one of name, image, command, args, port'],
])('%s is refused', (_, change, field, expected) => {
  const { findings } = mailer(unchecked<Partial<WorkerProps>>(change));
  expect(findings).toMatchObject([{ rule: 'input', field, expected: expect.stringContaining(expected) }]);
});

describe('the loss of a zone', () => {
  const because = 'the mail may wait for five minutes';

  test('A15: a single pod breaks the promise of its environment', () => {
    expect(errors(mailer({ size: { replicas: 1 } }))).not.toEqual([]);
  });

  test('unless there is a reason, which the workload shows; the others keep the promise', () => {
    const synthesis = mailer({ size: { replicas: 1 }, survives: { zones: 0, because } });
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'Deployment', 'mailer'), 'metadata', 'annotations', 'evenkeel.dev/zone-loss')).toBe(
      because,
    );
    const others = mailer({ survives: { zones: 0, because } }, (_, web) =>
      override(web.deployment).set('spec.replicas', 1),
    );
    expect(errors(others)).not.toEqual([]);
  });

  test.each([
    [{ zones: 1, because }, 'survives.zones'],
    [{ zones: 0 }, 'survives.because'],
    [{ zones: 0, because: '' }, 'survives.because'],
  ])('%j is refused', (survives, field) => {
    expect(mailer(unchecked<Partial<WorkerProps>>({ survives })).findings).toMatchObject([{ rule: 'input', field }]);
  });
});
