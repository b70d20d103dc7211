// Identities of the provider instead of credentials, and records of what does not run here.
import { DnsRecord, ExternalService, type System, WebService } from '../../../lib/constructs';
import { aks, type Capability } from '../../../lib/model';
import { at, errors, find, shop, WEB } from '../../support/synthesis';

const CLIENT = '11111111-2222-3333-4444-555555555555';

const cluster = (identities: Readonly<Record<string, string>>) =>
  aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2'],
    kubernetes: '1.35',
    gateway: { albName: 'alb', albNamespace: 'alb' },
    identities,
  });

function build(system: System): void {
  const lake = { host: 'lake.example', port: 443, credentials: { secret: 'lake', keys: ['key'] } };
  const web = new WebService(system, 'web', WEB);
  web.connectTo(new ExternalService(system, 'lake', { ...lake, acceptsIdentity: true }));
  web.connectTo(new ExternalService(system, 'mail', { ...lake, credentials: { secret: 'mail', keys: ['key'] } }));
}

const volumes = (synthesis: ReturnType<typeof shop>) =>
  JSON.stringify(at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'volumes'));

describe('F2 workload identity', () => {
  test('replaces credentials where the service accepts it', () => {
    const synthesis = shop(build, { cluster: cluster({ 'shop-production/web': CLIENT }) });
    expect(errors(synthesis)).toEqual([]);
    expect(at(find(synthesis, 'ServiceAccount', 'web'), 'metadata', 'annotations')).toEqual({
      'azure.workload.identity/client-id': CLIENT,
    });
    const labels = at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'metadata', 'labels');
    expect(labels).toMatchObject({ 'azure.workload.identity/use': 'true' });
    expect(volumes(synthesis)).not.toContain('lake');
    expect(volumes(synthesis)).toContain('mail');
    const policy = find(synthesis, 'NetworkPolicy', 'web');
    expect(at(policy, 'metadata', 'annotations', 'evenkeel.dev/exit-identity')).toBe('login.microsoftonline.com');
    expect(at(policy, 'spec', 'egress', 1)).toEqual({ ports: [{ port: 443, protocol: 'TCP' }] });
  });

  test('without one, credentials by Secret reference', () => {
    const synthesis = shop(build, { cluster: cluster({}) });
    expect(errors(synthesis)).toEqual([]);
    expect(volumes(synthesis)).toContain('lake');
    expect(find(synthesis, 'ServiceAccount', 'web')).not.toHaveProperty('metadata.annotations');
  });

  test('an invalid id, and an unknown component', () => {
    const role = 'arn:aws:iam::123456789012:role/shop';
    const { findings } = shop(build, {
      cluster: cluster({ 'shop-production/web': role, 'shop-production/wbe': CLIENT }),
    });
    expect(findings).toMatchObject([
      { rule: 'workload-identity', field: 'clusters.mumbai.identities', value: 'shop-production/wbe' },
      {
        rule: 'workload-identity',
        field: "identities['shop-production/web']",
        value: role,
        expected: 'a GUID',
        construct: 'mumbai/shop-production/web',
      },
    ]);
  });
});

describe('F1 a DNS record of a service elsewhere', () => {
  const record = (capabilities: readonly Capability[], hosts = ['shop.example', 'www.shop.example']) =>
    shop(
      (system) => {
        new DnsRecord(system, 'front-end', { hosts, target: 'shop.azurefd.net' });
      },
      { cluster: { ...cluster({}), capabilities } },
    );

  test('by external-dns, with both prefixes', () => {
    const synthesis = record(['external-dns']);
    expect(errors(synthesis)).toEqual([]);
    const { metadata, spec } = find(synthesis, 'Service', 'front-end');
    expect(spec).toEqual({ type: 'ExternalName', externalName: 'shop.azurefd.net' });
    expect(metadata).toMatchObject({
      annotations: {
        'external-dns.alpha.kubernetes.io/hostname': 'shop.example,www.shop.example',
        'external-dns.kubernetes.io/hostname': 'shop.example,www.shop.example',
      },
    });
  });

  test('without it, what to set by hand', () => {
    expect(at(find(record([]), 'Service', 'front-end'), 'metadata', 'annotations')).toEqual({
      'evenkeel.dev/dns-by-hand': 'shop.example,www.shop.example',
    });
  });

  test.each([[[]], [['shop.example', 'shop.example']]])('refused: %j', (hosts) => {
    expect(errors(record(['external-dns'], hosts))).toEqual(['dns-record hosts']);
  });
});
