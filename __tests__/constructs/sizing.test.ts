// sizeFor: what is promised and measured becomes bounds, target and CPU request, each with its sentence.
import { type Load, WebService, type WebServiceProps } from '../../lib/constructs';
import { eks } from '../../lib/model';
import { at, errors, find, PRODUCTION, SUBNETS, shop, WEB } from '../support/synthesis';

const LOAD: Load = {
  users: { peak: 30_000, offPeak: 2000 },
  thinkSeconds: 10,
  service: { meanSeconds: 0.04 },
  concurrencyPerPod: 8,
  cpuSecondsPerRequest: 0.01,
  latency: { quantile: 0.98, seconds: 0.2 },
  occupancy: 0.65,
  growthPerSecond: 0.001,
  nodeSeconds: 180,
  margin: 1.25,
};
const THREE_ZONES = eks({
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
  kubernetes: '1.36',
  ...SUBNETS,
});

function sized(load: Partial<Load> = {}, change: Partial<WebServiceProps> = {}, then = (_: WebService) => {}) {
  const { replicas: _, ...props } = WEB;
  return shop(
    (system) => {
      const resources = { memory: '512Mi' };
      then(new WebService(system, 'web', { ...props, resources, ...change }).sizeFor({ ...LOAD, ...load }));
    },
    { cluster: THREE_ZONES, environment: PRODUCTION },
  );
}

describe('P1 30,000 users, 98 % within 200 ms, one of three zones lost', () => {
  const synthesis = sized();
  const autoscaler = find(synthesis, 'HorizontalPodAutoscaler', 'web');

  // kubernetes-facts §5: 130 requests/s a pod, 24 pods, 12 a zone, 36; × 1.25 = 45; 0.65 · 2/3 = 43 %; 4 pods would leave 2
  test('bounds and target', () => {
    expect(errors(synthesis)).toEqual([]);
    expect(autoscaler.spec).toMatchObject({
      minReplicas: 5,
      maxReplicas: 45,
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 43 } } }],
    });
  });

  test('CPU request: 8 slots ÷ 0.04 s × 0.01 s', () => {
    const container = at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 0);
    expect(at(container, 'resources', 'requests')).toEqual({ cpu: '2', memory: '512Mi' });
  });

  test('every number with the sentence that derives it, on the autoscaler alone', () => {
    const notes = at(autoscaler, 'metadata', 'annotations');
    expect(at(notes, 'evenkeel.dev/arrivals')).toBe('30000 users ÷ 10 s of thought = 3000 requests/s');
    expect(at(notes, 'evenkeel.dev/peak-pods')).toContain('× 3 zones = 36 pods');
    expect(at(notes, 'evenkeel.dev/cpu-target')).toContain('= 43 %');
    expect(Object.keys(Object(notes))).toHaveLength(11);
    expect(at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'metadata', 'annotations')).toBeUndefined();
  });

  test('the boot counts as the time until a pod serves', () => {
    // 15 s + 15 s + (30 + 10) s + 180 s
    expect(at(autoscaler, 'metadata', 'annotations', 'evenkeel.dev/headroom')).toContain('0.25 × 36 pods = 9 pods');
  });
});

test('alwaysAtPeak raises the minimum', () => {
  expect(find(sized({ alwaysAtPeak: true }), 'HorizontalPodAutoscaler', 'web').spec).toMatchObject({ minReplicas: 36 });
});

test.each<[string, Parameters<typeof sized>, string[]]>([
  ['no think time', [{ thinkSeconds: 0 }], ['capacity sizeFor.thinkSeconds']],
  ['a service of no time', [{ service: { meanSeconds: 0 } }], ['capacity sizeFor.service.meanSeconds']],
  [
    'a service that no replica count mends',
    [{ service: { meanSeconds: 0.06 } }],
    ['capacity sizeFor.service.meanSeconds'],
  ],
  ['all of the requests', [{ latency: { quantile: 1, seconds: 0.2 } }], ['capacity sizeFor.latency.quantile']],
  ['growth that no headroom meets', [{ growthPerSecond: 0.05 }], ['capacity sizeFor.growthPerSecond']],
  ['a CPU request beside it', [{}, { resources: { cpu: '1', memory: '1Gi' } }], ['resources resources.cpu']],
  ['replicas beside it', [{}, { replicas: 3 }], ['replicas replicas']],
  ['a second autoscaler', [{}, {}, (web) => web.scaleOn({ cpu: 0.5, min: 3, max: 5 })], ['scaling-twice scaleOn']],
])('refused: %s', (_, args, expected) => {
  expect(errors(sized(...args))).toEqual(expected);
});

test('refused: nobody says how much CPU', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', { ...WEB, resources: { memory: '512Mi' } });
  });
  expect(errors(synthesis)).toEqual(['resources resources.cpu']);
});
