// Container images without a container engine: the OCI layout, one layer each. Specification: opencontainers/image-spec v1.1.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { command } from '../process/command';

export interface ImageProps {
  /** The name that manifests use, with a tag. */
  readonly reference: string;
  /** What it is made of. @default the store's one program */
  readonly root?: Root;
  /** Arguments of the program, which a manifest adds to. @default none */
  readonly args?: readonly string[];
  /** Arguments that a manifest's own replace. @default none */
  readonly usual?: readonly string[];
  /** A number, or a name of its /etc/passwd. @default root */
  readonly user?: string;
  /** @default the root */
  readonly workingDirectory?: string;
  /** Environment variables baked in. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A root file system that images may share, and what they start of it. */
export interface Root {
  readonly layer: Descriptor;
  readonly program: readonly string[];
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export class ImageStore {
  private readonly manifests = new Map<string, Descriptor>();

  private constructor(
    private readonly folder: string,
    private readonly root: Root,
  ) {}

  /** A store whose images consist of the one program, unless they say otherwise. */
  static async create(folder: string, program: string): Promise<ImageStore> {
    const root = join(folder, 'root');
    mkdirSync(root, { recursive: true });
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    copyFileSync(program, join(root, 'server'));
    return new ImageStore(folder, { layer: await packLayer(folder, root), program: ['/server'] });
  }

  /** Packs a folder as the root file system of further images. */
  async pack(folder: string, program: readonly string[]): Promise<Root> {
    return { layer: await packLayer(this.folder, folder), program };
  }

  add({
    reference,
    root = this.root,
    args = [],
    usual = [],
    user = '',
    workingDirectory = '',
    environment,
  }: ImageProps): void {
    const config = {
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: {
        Entrypoint: [...root.program, ...args],
        Cmd: usual,
        User: user,
        WorkingDir: workingDirectory,
        Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
        // Makes every image its own: a kubelet refuses (from 1.35) a loaded image that it pulled under another name before.
        Labels: { 'org.opencontainers.image.ref.name': reference },
      },
      rootfs: { type: 'layers', diff_ids: [root.layer.digest] },
    };
    const described = addBlob(this.folder, 'application/vnd.oci.image.config.v1+json', JSON.stringify(config));
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: described, layers: [root.layer] };
    this.manifests.set(reference, addBlob(this.folder, MANIFEST, JSON.stringify(manifest)));
  }

  has(reference: string): boolean {
    return this.manifests.has(reference);
  }

  /** The manifest of an image, by `<registry>/<name>:<tag>`, or as a registry asks for it: by name and tag or digest. */
  find(name: string, tagOrDigest: string): Descriptor | undefined {
    for (const [reference, descriptor] of this.manifests) {
      if (descriptor.digest === tagOrDigest) return descriptor;
      if (reference.endsWith(`${name}:${tagOrDigest}`)) return descriptor;
    }
    return undefined;
  }

  read(digest: string): Buffer | undefined {
    try {
      return readFileSync(blobPath(this.folder, digest));
    } catch {
      return undefined;
    }
  }

  /** A file that `ctr images import` takes: the image under the name that a kubelet gives to the reference. */
  async archive(reference: string): Promise<string> {
    const descriptor = this.manifests.get(reference);
    if (descriptor === undefined) throw new Error(`there is no image ${reference}`);
    const annotations = { 'io.containerd.image.name': fullName(reference) };
    const index = { schemaVersion: 2, manifests: [{ ...descriptor, annotations }] };
    writeFileSync(join(this.folder, 'index.json'), JSON.stringify(index));
    const archive = join(this.folder, `${reference.replaceAll(/[^\w.-]/g, '_')}.tar`);
    const blobs = this.blobsOf(descriptor).map((digest) => relative(this.folder, blobPath(this.folder, digest)));
    await command('tar', ['-C', this.folder, '-cf', archive, 'oci-layout', 'index.json', ...blobs]);
    return archive;
  }

  /** Digests of a manifest and of all that it names. */
  private blobsOf(descriptor: Descriptor): string[] {
    const manifest: Manifest = JSON.parse(readFileSync(blobPath(this.folder, descriptor.digest), 'utf8'));
    return [descriptor, manifest.config, ...manifest.layers].map(({ digest }) => digest);
  }
}

/** `shop/web:1` means docker.io/shop/web:1 to every node; a first part with a dot is a registry of its own. */
function fullName(reference: string): string {
  return reference.split('/')[0]?.includes('.') ? reference : `docker.io/${reference}`;
}

/** Any user may read what is in it: pods have numbers for users that no file belongs to. */
async function packLayer(folder: string, root: string): Promise<Descriptor> {
  const tar = join(folder, 'layer.tar');
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--mode=a+rX'];
  await command('tar', [...same, '-C', root, '-cf', tar, '.']);
  const layer = addBlob(folder, 'application/vnd.oci.image.layer.v1.tar', readFileSync(tar));
  rmSync(tar);
  return layer;
}

function addBlob(folder: string, mediaType: string, content: string | Buffer): Descriptor {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  writeFileSync(blobPath(folder, digest), content);
  return { mediaType, digest, size: Buffer.byteLength(content) };
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', 'sha256', digest.replace('sha256:', ''));
}
