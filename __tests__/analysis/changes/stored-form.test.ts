// The stored form: what an API server stores is compared, not how it is written.
import { isSame, storedClaim, storedPod, storedValue } from '../../../lib/analysis/changes/stored-form';

test.each([
  [{ a: null, b: {}, c: [] }, undefined],
  [{ requests: { storage: '1Gi' } }, { requests: { storage: '1073741824' } }],
  [{ limits: { cpu: '1000m' } }, { limits: { cpu: 1 } }],
  [
    { b: 1, a: 2 },
    { a: 2, b: 1 },
  ],
])('%j is %j', (one, other) => expect(isSame(storedValue(one), storedValue(other))).toBe(true));

test.each([
  [{ requests: { storage: '1Gi' } }, { requests: { storage: '1G' } }],
  [{ size: '1Gi' }, { size: '1073741824' }],
  [
    ['a', 'b'],
    ['b', 'a'],
  ],
  [{ a: 0 }, { a: false }],
  [{ a: 9007199254740993n }, { a: 9007199254740992n }],
])('%j is not %j', (one, other) => expect(isSame(storedValue(one), storedValue(other))).toBe(false));

test('defaults of a pod, and of a claim', () => {
  const pod = (more: object, image = 'a:1') => ({ spec: { containers: [{ name: 'a', image, ...more }] } });
  expect(isSame(storedPod(pod({ imagePullPolicy: 'IfNotPresent' })), storedPod(pod({})))).toBe(true);
  expect(
    isSame(storedPod(pod({ imagePullPolicy: 'Always' }, 'a.example:5000/a')), storedPod(pod({}, 'a.example:5000/a'))),
  ).toBe(true);
  expect(isSame(storedPod(pod({ imagePullPolicy: 'Always' })), storedPod(pod({})))).toBe(false);
  expect(
    isSame(
      storedPod(pod({ ports: [{ containerPort: 1, protocol: 'TCP' }] })),
      storedPod(pod({ ports: [{ containerPort: 1 }] })),
    ),
  ).toBe(true);
  expect(isSame(storedClaim({ volumeMode: 'Filesystem' }), storedClaim({}))).toBe(true);
});
