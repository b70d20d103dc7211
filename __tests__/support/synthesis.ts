// Synthesizes a small system that a test describes, and finds objects in what comes out.

import type { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { check } from '../../lib/checks';
import { Platform, System, type WebServiceProps } from '../../lib/constructs';
import type { ClusterDescription, EnvironmentProps, Json, JsonObject, Target } from '../../lib/model';
import { eks } from '../../lib/model';
import { isJsonObject } from '../../lib/model/manifest/json';

import { type Synthesis, synthesize } from '../../lib/synth/synthesize';

/** Where load balancers on AWS, and its nodes, send from. */
export const SUBNETS = { loadBalancerSubnets: ['10.20.0.0/24', '10.20.1.0/24'], nodeSubnets: ['10.20.8.0/22'] };

export const TWO_ZONES = eks({
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b'],
  kubernetes: '1.36',
  capabilities: ['metrics-server'],
  ...SUBNETS,
});

export const PRODUCTION: EnvironmentProps = {
  survives: { zones: 1, regions: 0 },
  registry: { external: 'registry.example' },
};

/** Props of a web service that is right in every respect. */
export const WEB: WebServiceProps = {
  image: 'registry.example/shop/web:1',
  port: 8080,
  size: { replicas: 3 },
  resources: { cpu: '100m', memory: '128Mi' },
  probes: {
    bootSeconds: 30,
    startup: { path: '/started' },
    readiness: { path: '/ready' },
    liveness: { path: '/live' },
  },
};

export interface Surroundings {
  readonly cluster?: ClusterDescription;
  readonly environment?: EnvironmentProps;
}

/** The system `shop` in `production` on the cluster `mumbai`, described by `build`. */
export function shop(build: (system: System) => void, surroundings: Surroundings = {}): Synthesis {
  return synthesize(shopApp(build, surroundings), check);
}

/** The same as an app that is not synthesized yet. */
export function shopApp(build: (system: System) => void, { cluster, environment }: Surroundings = {}): App {
  class Shop extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'shop', target);
      build(this);
    }
  }
  return new Platform({
    home: 'mumbai',
    images: { shop: { production: '1' } },
    clusters: { mumbai: cluster ?? TWO_ZONES },
    environments: { production: environment ?? PRODUCTION },
  })
    .place(Shop, { production: { on: 'mumbai', settings: {} } })
    .app();
}

/** The object of this kind and name; fails when there is none. */
export function find(synthesis: Synthesis, kind: string, name: string): JsonObject {
  const found = synthesis.objects.find(({ entry }) => entry.identity.kind === kind && entry.identity.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found.entry.manifest;
}

/** The value at a path of keys and indices; undefined where there is none. */
export function at(value: Json | undefined, ...keys: readonly (string | number)[]): Json | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(value)) return typeof key === 'number' ? at(value[key], ...rest) : undefined;
  return isJsonObject(value) ? at(value[key], ...rest) : undefined;
}

/** `rule field` of every error. */
export function errors({ findings }: Synthesis): string[] {
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, field }) => `${rule} ${field ?? ''}`.trim());
}
