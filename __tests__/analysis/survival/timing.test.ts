// How long a pod takes until it serves: what runs before its containers counts, where the manifest says how long that is.

import { timingOf } from '../../../lib/analysis/survival/timing';

const pod = {
  containers: [
    {
      name: 'web',
      startupProbe: { periodSeconds: 5, failureThreshold: 6 },
      readinessProbe: { periodSeconds: 5 },
    },
  ],
};

const deployment = (annotations: Readonly<Record<string, string>>) => ({
  spec: { minReadySeconds: 10, template: { metadata: { annotations }, spec: pod } },
});

test('init containers come before the boot', () => {
  expect(timingOf(deployment({}), pod).boot).toBe(35);
  expect(timingOf(deployment({ 'evenkeel.dev/init-seconds': '60' }), pod).boot).toBe(95);
});

test('an annotation that is not a number counts as none', () => {
  expect(timingOf(deployment({ 'evenkeel.dev/init-seconds': 'soon' }), pod).boot).toBe(35);
});
