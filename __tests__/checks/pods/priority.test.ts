// F9: what evicts or intercepts others is refused, unless an annotation gives the reason.
import type { JsonObject } from '../../../lib/model';
import { fields } from '../support';

const pod = (priorityClassName: string, namespace: string, annotations: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace, annotations },
  spec: { template: { spec: { priorityClassName, containers: [] } } },
});

test('F9: priority classes of Kubernetes itself outside kube-system', () => {
  const field = '/spec/template/spec/priorityClassName';
  for (const name of ['system-node-critical', 'system-cluster-critical']) {
    expect(fields('priority-system', pod(name, 'shop'))).toEqual([field]);
    expect(fields('priority-system', pod(name, 'kube-system'))).toEqual([]);
    const reason = { 'evenkeel.dev/priority-system-reason': 'nodes have no network without it' };
    expect(fields('priority-system', pod(name, 'shop', reason))).toEqual([]);
  }
  expect(fields('priority-system', pod('systemic', 'shop'))).toEqual([]);
  const cron: JsonObject = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'report', namespace: 'shop' },
    spec: { jobTemplate: { spec: { template: { spec: { priorityClassName: 'system-node-critical' } } } } },
  };
  expect(fields('priority-system', cron)).toEqual(['/spec/jobTemplate/spec/template/spec/priorityClassName']);
});

test('F9: externalIPs of a Service', () => {
  const service = (externalIPs: string[], annotations: JsonObject = {}): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: { externalIPs },
  });
  expect(fields('service-external-ips', service(['10.0.0.7', '2001:db8::7']))).toEqual(['/spec/externalIPs']);
  expect(fields('service-external-ips', service([]))).toEqual([]);
  const reason = { 'evenkeel.dev/service-external-ips-reason': 'the router sends them to the nodes' };
  expect(fields('service-external-ips', service(['10.0.0.7'], reason))).toEqual([]);
  expect(fields('service-external-ips', service(['10.0.0.7'], { 'evenkeel.dev/access-reason': 'x' }))).toHaveLength(1);
});
