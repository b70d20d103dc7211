// E3b: what users see through an ingress controller: HTTPS with the Secret's certificate, hosts apart, an unknown host 404.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { podsOf } from '../world/objects';
import { DEPLOYED, type Deployed } from '../world/world';
import type { Proof } from './proof';

const HOSTS = [
  { host: 'toytrex.localhost', namespace: 'toytrex-local' },
  { host: 'www.toytrex.localhost', namespace: 'toytrex-local' },
  { host: 'pingpong.localhost', namespace: 'pingpong-local' },
];

export const ingress: Proof = {
  id: 'E3b',
  title: 'through Traefik: HTTPS with the certificate of the Secret, hosts apart, an unknown host 404',
  needs: 'nodes',
  systems: DEPLOYED,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    for (const { host, namespace } of HOSTS) {
      const { status, pod, trusted } = await ask(deployed, host);
      assert.equal(status, 200, host);
      assert.ok(trusted, `${host} is served with the certificate of the Secret`);
      const pods = await podsOf(deployed.cluster, namespace, 'web');
      assert.ok(
        pods.some(({ metadata }) => metadata.name === pod),
        `${pod} is a pod of ${namespace}`,
      );
      figure(`https://${host}: 200 from ${namespace}/${pod}, certificate trusted`);
    }
    const unknown = await ask(deployed, 'unknown.localhost');
    assert.equal(unknown.status, 404);
    assert.ok(!unknown.trusted, 'no certificate of ours for a host that is not ours');
    figure('https://unknown.localhost: 404');
  },
};

interface Answer {
  readonly status: number | undefined;
  readonly pod: string | string[] | undefined;
  readonly trusted: boolean;
}

function ask({ cluster, authority }: Deployed, host: string): Promise<Answer> {
  const options = {
    host: cluster.ingress.address,
    servername: host,
    headers: { host },
    ca: readFileSync(authority),
    rejectUnauthorized: false, // asked for below: an unknown host has no certificate of ours
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      response.resume();
      const trusted = 'authorized' in response.socket && (response.socket as TLSSocket).authorized;
      resolve({ status: response.statusCode, pod: response.headers['x-pod'], trusted });
    });
    sent.on('error', reject).end();
  });
}
