// The platform's parts in the proofs: when their programs are built, which version they print, and their images.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Added, packPart } from '../../e2e/images/parts';
import { ImageStore } from '../../e2e/images/store';
import { FOLDER } from '../../e2e/process/paths';
import { type Extra, neededModules } from '../../e2e/programs/build';
import { versionFlags, versionOf } from '../../e2e/programs/version';

const PARTS = [
  'programs/prometheus',
  'programs/alertmanager',
  'programs/kube-state-metrics',
  'programs/node-exporter',
  'programs/loki',
  'programs/kustomize-controller',
  'programs/source-controller',
  'programs/restic',
  'programs/etcd-tools',
  'programs/consul',
  'programs/consul-template',
  'programs/gofakes3',
] as const;

describe('programs', () => {
  const built = (extras: readonly Extra[], nodes: boolean) => neededModules({ nodes, extras: new Set(extras) });

  test('no part is built unless a proof names it, with nodes or without', () => {
    const usual = built([], true);
    expect(usual).toContain('programs/containerd');
    expect(usual.filter((module) => PARTS.some((part) => part === module))).toEqual([]);
    for (const part of PARTS) {
      expect(built([part], true)).toEqual([...usual, part].sort(byOrder));
      expect(built([part], false)).toContain(part);
    }
  });

  /** In the order of their build. */
  const all = built([...PARTS, 'programs/kubernetes-1.30', 'programs/keda', 'calls'], true);
  const byOrder = (a: (typeof all)[number], b: (typeof all)[number]) => all.indexOf(a) - all.indexOf(b);

  test('every module of others pins its checksums', () => {
    expect(all.filter((module) => !existsSync(join(FOLDER, module, 'go.sum')))).toEqual(['load']);
  });

  test('the page of the proofs has a row for every part, with the version that its go.mod pins', () => {
    const page = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (`programs\/.*?) \|.*?\| (.*?) \|/gm)].flatMap(
      ([, modules = '', versions = '']) =>
        modules.split(', ').map((module, index) => [module.replaceAll('`', ''), versions.split(', ')[index]]),
    );
    expect(rows).toEqual(PARTS.map((part) => [part, releaseIn(part)]));
  });

  /** Version of the module that the first program of the part is of; Prometheus has two ways to write its own. */
  function releaseIn(part: string): string | undefined {
    const text = readFileSync(join(FOLDER, part, 'go.mod'), 'utf8');
    const program = /^tool (?:\(\n\t)?(\S+)/m.exec(text)?.[1] ?? '';
    const required = [...text.matchAll(/^\t(\S+) v(\S+) \/\/ indirect/gm)];
    const version = required.find(([, module]) => `${program}/`.startsWith(`${module}/`))?.[2];
    return version?.replace(/^0\.3(\d\d)\./, '3.$1.');
  }

  test('a program prints its release, as its own build has it', () => {
    expect(versionOf('programs/prometheus')).toMatch(/^3\.\d+\.\d+$/);
    expect(versionOf('programs/alertmanager')).toMatch(/^0\.\d+\.\d+$/);
    expect(versionOf('programs/kube-state-metrics')).toMatch(/^v2\.\d+\.\d+$/);
    expect(versionFlags('programs/kubernetes-1.27')).toEqual([
      '-X k8s.io/component-base/version.gitVersion=v1.27.8',
      '-X k8s.io/client-go/pkg/version.gitVersion=v1.27.8',
    ]);
    expect(versionFlags('programs/restic')).toEqual([]);
    expect(() => versionOf('programs/restic')).toThrow('programs/restic: its version is not set by its build');
  });
});

describe('images', () => {
  let scratch: string;
  let store: ImageStore;
  const assets = process.env['KUBEBUILDER_ASSETS'];

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'evenkeel-parts-'));
    store = await ImageStore.create(join(scratch, 'images'), __filename);
    // Stands for the programs that a build would take minutes for.
    const programs = join(scratch, 'programs');
    mkdirSync(programs);
    for (const name of ['prometheus', 'promtool', 'kube-state-metrics', 'loki'])
      writeFileSync(join(programs, name), name, { mode: 0o755 });
    process.env['KUBEBUILDER_ASSETS'] = programs;
  });

  afterAll(() => {
    if (assets === undefined) delete process.env['KUBEBUILDER_ASSETS'];
    else process.env['KUBEBUILDER_ASSETS'] = assets;
    rmSync(scratch, { recursive: true });
  });

  /** Version of the program, configuration of the image and names of its files. */
  async function packed(reference: string, name: string, tag: string, added?: Added) {
    const version = await packPart(store, reference, mkdtempSync(join(scratch, 'root-')), added);
    const read = (digest: string) => store.read(digest) ?? Buffer.from('');
    const { config, layers } = JSON.parse(String(read(store.find(name, tag)?.digest ?? '')));
    const tar = join(scratch, 'layer.tar');
    writeFileSync(tar, read(layers[0].digest));
    const files = execFileSync('tar', ['-tf', tar], { encoding: 'utf8' }).split('\n');
    const passwd = execFileSync('tar', ['-xOf', tar, './etc/passwd'], { encoding: 'utf8' });
    return { version, ...JSON.parse(String(read(config.digest))).config, files, passwd };
  }

  test('Prometheus starts as in its own image, with promtool beside it', async () => {
    const image = await packed('quay.io/prometheus/prometheus:v3.15.0', 'prometheus/prometheus', 'v3.15.0');
    expect(image.Entrypoint).toEqual(['/bin/prometheus']);
    expect(image.Cmd).toEqual(['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus']);
    expect(image.WorkingDir).toBe('/prometheus');
    expect(image.User).toMatch(/^[a-z]+$/);
    expect(image.passwd).toContain(`${image.User}:x:65534:65534:`);
    expect(image.files).toEqual(expect.arrayContaining(['./bin/prometheus', './bin/promtool', './prometheus/']));
    expect(image.version).toBe(versionOf('programs/prometheus'));
  });

  test('a manifest’s arguments replace none of those that an image fixes', async () => {
    const name = 'kube-state-metrics/kube-state-metrics';
    const image = await packed(`registry.k8s.io/${name}:v2.20.0`, name, 'v2.20.0');
    expect(image.Entrypoint).toEqual(['/kube-state-metrics', '--port=8080', '--telemetry-port=8081']);
    expect(image.Cmd).toEqual([]);
  });

  test('Loki is found by its short name and by its full one', async () => {
    for (const reference of ['grafana/loki:3.7.8', 'docker.io/grafana/loki:3.7.8']) {
      const image = await packed(reference, 'grafana/loki', '3.7.8');
      expect([image.User, ...image.Entrypoint]).toEqual(['10001', '/usr/bin/loki']);
      expect(image.passwd).toContain(':10001:10001:');
    }
  });

  test('what stands for an identity of a provider is added to an image, and to no other', async () => {
    const added = { environment: { AWS_ACCESS_KEY_ID: 'id' }, files: { '/etc/ssl/store.crt': 'authority' } };
    const image = await packed('grafana/loki:3.7.8', 'grafana/loki', '3.7.8', added);
    expect(image.Env).toEqual(['AWS_ACCESS_KEY_ID=id']);
    expect(image.files).toEqual(expect.arrayContaining(['./etc/ssl/store.crt', './etc/passwd', './usr/bin/loki']));
    const other = await packed('grafana/loki:3.7.8', 'grafana/loki', '3.7.8');
    expect([other.Env, other.files.includes('./etc/ssl/store.crt')]).toEqual([[], false]);
  });

  test.each(['localhost:5000/prometheus/prometheus:v3.15.0', 'grafana/loki:3.7.8@sha256:00'])(
    'an image that is not built here is refused, by what is: %s',
    async (reference) => {
      const pack = packPart(store, reference, join(scratch, 'none'));
      await expect(pack).rejects.toThrow(
        `${reference} is not a part that is built here: quay.io/prometheus/prometheus, `,
      );
      expect(existsSync(join(scratch, 'none'))).toBe(false);
    },
  );
});
