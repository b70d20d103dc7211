// imports/: generated from its CRDs; its constructs write what Gateway API expects.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Chart, Testing } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import {
  Gateway,
  GatewaySpecListenersAllowedRoutesNamespacesFrom,
  GatewaySpecListenersTlsMode,
  HttpRoute,
  HttpRouteSpecRulesFiltersRequestRedirectScheme,
  HttpRouteSpecRulesFiltersRequestRedirectStatusCode,
  HttpRouteSpecRulesFiltersType,
  HttpRouteSpecRulesMatchesPathType,
} from '../imports/gateway.networking.k8s.io';

const IMPORTS = resolve(__dirname, '../imports');

describe('constructs', () => {
  function chart(): Chart {
    return new Chart(Testing.app(), 'shop', { namespace: 'shop', disableResourceNameHashes: true });
  }

  it('HttpRoute', () => {
    const route = new HttpRoute(chart(), 'web', {
      spec: {
        parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
        hostnames: ['shop.example.com'],
        rules: [
          {
            matches: [{ path: { type: HttpRouteSpecRulesMatchesPathType.PATH_PREFIX, value: '/api' } }],
            filters: [
              {
                type: HttpRouteSpecRulesFiltersType.REQUEST_REDIRECT,
                requestRedirect: {
                  scheme: HttpRouteSpecRulesFiltersRequestRedirectScheme.HTTPS,
                  statusCode: HttpRouteSpecRulesFiltersRequestRedirectStatusCode.VALUE_301,
                },
              },
            ],
            timeouts: { request: '10s' },
            backendRefs: [{ name: 'web', port: 8080, weight: 1 }],
          },
        ],
      },
    });
    expect(route.toJson()).toEqual({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'shop-web', namespace: 'shop' },
      spec: {
        parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https' }],
        hostnames: ['shop.example.com'],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/api' } }],
            filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }],
            timeouts: { request: '10s' },
            backendRefs: [{ name: 'web', port: 8080, weight: 1 }],
          },
        ],
      },
    });
  });

  it('Gateway', () => {
    const gateway = new Gateway(chart(), 'public', {
      spec: {
        gatewayClassName: 'cluster-default',
        infrastructure: { labels: { tier: 'edge' } },
        listeners: [
          {
            name: 'https',
            port: 443,
            protocol: 'HTTPS',
            hostname: '*.example.com',
            tls: { mode: GatewaySpecListenersTlsMode.TERMINATE, certificateRefs: [{ name: 'wildcard' }] },
            allowedRoutes: {
              namespaces: {
                from: GatewaySpecListenersAllowedRoutesNamespacesFrom.SELECTOR,
                selector: { matchLabels: { exposed: 'true' } },
              },
            },
          },
        ],
      },
    });
    expect(gateway.toJson()).toEqual({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'shop-public', namespace: 'shop' },
      spec: {
        gatewayClassName: 'cluster-default',
        infrastructure: { labels: { tier: 'edge' } },
        listeners: [
          {
            name: 'https',
            port: 443,
            protocol: 'HTTPS',
            hostname: '*.example.com',
            tls: { mode: 'Terminate', certificateRefs: [{ name: 'wildcard' }] },
            allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: { exposed: 'true' } } } },
          },
        ],
      },
    });
  });
});

describe.each(readdirSync(join(IMPORTS, 'crds')))('crds/%s', (file) => {
  const text = readFileSync(join(IMPORTS, 'crds', file), 'utf8');
  const crds = parseAllDocuments(text).map((document) => document.toJS());

  /** Every keyword in the schema. The keys directly under `properties` are field names, not keywords. */
  function keywords(node: unknown, names = false): string[] {
    if (Array.isArray(node)) return node.flatMap((item) => keywords(item));
    if (typeof node !== 'object' || node === null) return [];
    return Object.entries(node).flatMap(([key, value]) =>
      names ? keywords(value) : [key, ...keywords(value, key === 'properties')],
    );
  }

  it('names its module, version and licence in the header', () => {
    expect(text).toMatch(/^# Module: \S+\n# Version: v\d+\.\d+\.\d+\n# Licence: \S+\n/);
  });

  it('has structure only', () => {
    const used = new Set(keywords(crds));
    for (const unwanted of [
      'description',
      'x-kubernetes-validations',
      'example',
      'pattern',
      'default',
      'annotations',
    ]) {
      expect(used).not.toContain(unwanted);
    }
    // The walk does reach the schemas.
    expect([...used]).toEqual(expect.arrayContaining(['openAPIV3Schema', 'required', 'enum', 'items']));
  });

  it('serves one version, without status', () => {
    expect(crds.length).toBeGreaterThan(0);
    for (const { spec } of crds) {
      expect(spec.versions).toHaveLength(1);
      expect(spec.versions[0]).toMatchObject({ name: expect.any(String), served: true, storage: true });
      expect(Object.keys(spec.versions[0].schema.openAPIV3Schema.properties)).not.toContain('status');
    }
  });
});
