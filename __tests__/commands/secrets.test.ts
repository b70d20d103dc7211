// `evenkeel secrets`: the Secrets that must be created before the manifests work.
import { ApiObject } from 'cdk8s';
import { ExternalService, WebService } from '../../lib/constructs';
import { local } from '../../lib/model';
import { cli } from '../support/cli';
import { shopApp, TWO_ZONES, WEB } from '../support/synthesis';

const laptop = { cluster: local({ kubernetes: '1.36' }), environment: { survives: { zones: 0, regions: 0 } } };

test('names, keys and users, by cluster and namespace', async () => {
  const app = shopApp((system) => {
    const credentials = { secret: 'shop-database', keys: ['username', 'password'] };
    const database = new ExternalService(system, 'database', { host: 'db.example', port: 3306, credentials });
    new WebService(system, 'api', WEB).connectTo(database);
    new WebService(system, 'web', WEB).connectTo(database).exposeAt('shop.localhost', { tlsSecret: 'wildcard' });
  }, laptop);
  expect((await cli(['secrets'], () => ({ app }))).out).toBe(
    [
      'CLUSTER  NAMESPACE        NAME           TYPE               KEYS               USED BY',
      'mumbai   shop-production  shop-database  Opaque             password,username  apps/Deployment shop-production/api, apps/Deployment shop-production/web',
      'mumbai   shop-production  wildcard       kubernetes.io/tls  tls.crt,tls.key    networking.k8s.io/Ingress shop-production/web',
      '',
    ].join('\n'),
  );
});

test('every place that a pod, an account, an Ingress or a Gateway refers from', async () => {
  const spec = {
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    imagePullSecrets: [{ name: 'pull' }],
    volumes: [
      { name: 'a', secret: { secretName: 'whole' } },
      { name: 'b', projected: { sources: [{ secret: { name: 'projected', items: [{ key: 'k', path: 'k' }] } }] } },
    ],
    containers: [
      {
        name: 'a',
        image: 'a:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        envFrom: [{ secretRef: { name: 'all-keys' } }],
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'one-key', key: 'k' } } }],
      },
    ],
  };
  const app = shopApp(
    (system) => {
      new ApiObject(system, 'pod', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod' }, spec });
      new ApiObject(system, 'sa', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'sa' },
        imagePullSecrets: [{ name: 'pull' }],
      });
      new ApiObject(system, 'gateway', {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: { name: 'gateway' },
        spec: {
          gatewayClassName: 'x',
          listeners: [
            { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'certificate' }] } },
          ],
        },
      });
    },
    { cluster: { ...TWO_ZONES, capabilities: ['gateway-api'] } },
  );
  const { out, err } = await cli(['secrets', '--json'], () => ({ app }));
  expect(err).toBe('');
  const found: { name: string; keys: string[]; users: string[] }[] = JSON.parse(out);
  expect(found.map(({ name, keys }) => `${name}: ${keys.join(',')}`)).toEqual([
    'all-keys: ',
    'certificate: tls.crt,tls.key',
    'one-key: k',
    'projected: k',
    'pull: .dockerconfigjson',
    'whole: ',
  ]);
  expect(found.find(({ name }) => name === 'pull')?.users).toEqual([
    'Pod shop-production/pod',
    'ServiceAccount shop-production/sa',
  ]);
});

test('an app with errors has no list', async () => {
  const app = shopApp((system) => new WebService(system, 'web', { ...WEB, port: 0 }));
  const { code, out, err } = await cli(['secrets'], () => ({ app }));
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('error input\n  port cannot be 0');
});
