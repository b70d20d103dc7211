// F7: Pod Security is loosened only with a reason.
import { ApiObject } from 'cdk8s';
import { override, WebService } from '../../../lib/constructs';
import type { JsonObject } from '../../../lib/model';
import { errors, shop, WEB } from '../../support/synthesis';
import { fields, findings } from '../support';

const LEVEL = 'pod-security.kubernetes.io/enforce';
const FIELD = '/metadata/labels/pod-security.kubernetes.io~1enforce';
const SYSTEM = { 'app.kubernetes.io/managed-by': 'evenkeel', 'app.kubernetes.io/part-of': 'shop' };
const REASON = { 'evenkeel.dev/pod-security-label-reason': 'the agent of the storage mounts disks' };

const space = (labels: JsonObject, annotations: JsonObject = {}, name = 'shop'): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels, annotations },
});

describe('F7: the Namespace of a system', () => {
  const described = (change: (namespace: ApiObject) => void) =>
    shop((system) => {
      new WebService(system, 'web', WEB);
      const namespace = system.node.findChild('namespace');
      if (ApiObject.isApiObject(namespace)) change(namespace);
    });
  const path = `metadata.labels["${LEVEL}"]`;

  test.each(['privileged', 'baseline'])('an override to %s', (level) => {
    const synthesis = described((namespace) => override(namespace).set(path, level));
    expect(synthesis.findings).toMatchObject([
      {
        rule: 'pod-security-label',
        severity: 'error',
        construct: 'mumbai/shop-production/namespace',
        object: 'Namespace shop-production',
        field: FIELD,
        value: level,
        expected: 'restricted, or a reason in the annotation evenkeel.dev/pod-security-label-reason',
      },
    ]);
    expect(synthesis.files.size).toBe(0);
  });

  test('an override that removes the label, or lowers its version only', () => {
    expect(errors(described((namespace) => override(namespace).remove(path)))).toEqual([`pod-security-label ${FIELD}`]);
    const version = `metadata.labels["${LEVEL}-version"]`;
    expect(errors(described((namespace) => override(namespace).set(version, 'v1.24')))).toEqual([
      `pod-security-label ${FIELD}-version`,
    ]);
  });

  test('a reason beside it is kept as an annotation', () => {
    const synthesis = described((namespace) => {
      override(namespace).set(path, 'privileged');
      for (const [key, reason] of Object.entries(REASON)) namespace.metadata.addAnnotation(key, reason);
    });
    expect(errors(synthesis)).toEqual([]);
    expect([...synthesis.files.values()].join('')).toContain('the agent of the storage mounts disks');
  });

  test('warn and audit may differ: they refuse nothing', () => {
    for (const mode of ['warn', 'audit']) {
      const label = `metadata.labels["pod-security.kubernetes.io/${mode}"]`;
      expect(described((namespace) => override(namespace).set(label, 'privileged')).findings).toEqual([]);
    }
  });
});

describe('F7: any other Namespace', () => {
  test('kube-system as privileged, and a level that does not exist', () => {
    expect(fields('pod-security-label', space({ [LEVEL]: 'privileged' }, {}, 'kube-system'))).toEqual([FIELD]);
    expect(fields('pod-security-label', space({ [LEVEL]: 'Restricted' }))).toEqual([FIELD]);
    expect(fields('pod-security-label', space({ [LEVEL]: 'privileged' }, REASON))).toEqual([]);
    expect(fields('pod-security-label', space({ [LEVEL]: 'baseline' }))).toEqual([]);
    expect(fields('pod-security-label', space({ [LEVEL]: 'baseline', ...SYSTEM }))).toEqual([FIELD]);
  });

  test('without the label a warning, once', () => {
    expect(findings('pod-security-unset', space({}))).toMatchObject([{ severity: 'warning', field: FIELD }]);
    expect(fields('pod-security-label', space({}))).toEqual([]);
    expect(fields('pod-security-unset', space(SYSTEM))).toEqual([]);
    expect(fields('pod-security-unset', space({}, REASON))).toEqual([]);
  });
});
