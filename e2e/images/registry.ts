// A registry that nodes pull our images from, whatever registry the manifests name. Read-only part of opencontainers/distribution-spec v1.1.
import { createServer } from 'node:http';
import type { ImageStore } from './store';

export const REGISTRY_PORT = 5000;

/** Serves the store. containerd adds `?ns=<registry>` to say which registry it means; names are enough for us. */
export async function serveRegistry(store: ImageStore, address: string): Promise<void> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://registry');
    const [, name = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    if (pathname === '/v2/') return response.end('{}');
    const manifest = kind === 'manifests' ? store.find(name, reference) : undefined;
    const content = store.read(manifest?.digest ?? (kind === 'blobs' ? reference : ''));
    if (content === undefined) return response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': manifest?.mediaType ?? 'application/octet-stream',
      'content-length': content.length,
      'docker-content-digest': manifest?.digest ?? reference,
    });
    return response.end(request.method === 'HEAD' ? undefined : content);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(REGISTRY_PORT, address, resolve));
  server.unref(); // it ends with the process
}
