// The image of Locust: what the official one starts, out of this machine's Python and the packages that are pinned for the proofs.
import type { Job } from '../manifests/manifests';
import { pythonRoot } from './python-root';
import type { ImageStore } from './store';

/** Packs Locust under each name that the Jobs use. */
export async function packLocust(store: ImageStore, jobs: readonly Job[]): Promise<void> {
  const { folder, interpreter, environment } = pythonRoot('locust');
  const root = await store.pack(folder, [interpreter, '-m', 'locust']);
  const images = jobs.flatMap(({ spec }) => spec.template.spec.containers.map(({ image }) => image));
  for (const reference of new Set(images)) store.add({ reference, root, environment });
}
