// EVENKEEL_KUBERNETES: the platform builds its app as if every cluster ran that minor, for any synthesizer.
import { check } from '../../../lib/checks';
import { WebService } from '../../../lib/constructs';
import { synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, shopApp, WEB } from '../../support/synthesis';

function appOn(minor: string) {
  process.env.EVENKEEL_KUBERNETES = minor;
  try {
    return shopApp((system) => new WebService(system, 'web', WEB));
  } finally {
    delete process.env.EVENKEEL_KUBERNETES;
  }
}

test.each([
  ['1.31', 'v1.31'],
  ['', 'v1.36'], // empty, it is none
])('%j', (minor, version) => {
  const synthesis = synthesize(appOn(minor), check);
  expect(errors(synthesis)).toEqual([]);
  const labels = at(find(synthesis, 'Namespace', 'shop-production'), 'metadata', 'labels');
  expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce-version': version });
});

test("an invalid minor is refused, by cdk8s' own synth too", () => {
  expect(errors(synthesize(appOn('1.26'), check))).toEqual(['kubernetes-minor EVENKEEL_KUBERNETES']);
  expect(() => appOn('latest').synthYaml()).toThrow(/unsupported Kubernetes version; expected '1\.27' to '1\.37'/);
});
