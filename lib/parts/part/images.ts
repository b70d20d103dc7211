// The images of the parts, each with the registry that its project publishes to. Source of every one: the Dockerfile of its project.

import { RESTIC } from '../../model/backups/plan';
import { CONSUL_TEMPLATE } from '../../model/cluster/neighbours';

/** Versions that the configuration of the parts is written for. */
export const IMAGES = {
  prometheus: 'quay.io/prometheus/prometheus:v3.15.0',
  alertmanager: 'quay.io/prometheus/alertmanager:v0.34.2',
  'kube-state-metrics': 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0',
  'node-exporter': 'quay.io/prometheus/node-exporter:v1.12.1',
  grafana: 'docker.io/grafana/grafana:13.2.0',
  loki: 'docker.io/grafana/loki:3.7.8',
  alloy: 'docker.io/grafana/alloy:v1.18.1',
  tempo: 'docker.io/grafana/tempo:3.0.3',
  consul: 'docker.io/hashicorp/consul:2.0.3',
  'consul-template': CONSUL_TEMPLATE,
  restic: RESTIC,
  etcd: 'gcr.io/etcd-development/etcd:v3.6.8',
} as const;

/** A program of the parts. */
export type Program = keyof typeof IMAGES;

/** Images to use instead, such as those of a mirror: `{ prometheus: 'registry.example/prometheus:v3.15.0' }`. */
export type OwnImages<Name extends Program> = Readonly<Partial<Record<Name, string>>>;

/** The image of a program. */
export const imageOf = <Name extends Program>(name: Name, own: OwnImages<Name> | undefined): string =>
  own?.[name] ?? IMAGES[name];
