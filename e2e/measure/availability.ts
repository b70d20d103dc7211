// Whether an ingress knows a host by now.
import { get } from 'node:http';
import type { Host } from '../cluster/network';

export function serves({ address }: Host, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: address, port: 80, headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', reject);
  });
}
