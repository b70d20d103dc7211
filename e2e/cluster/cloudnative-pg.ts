// CloudNativePG in the cluster, by the manifest of its release; its one image holds the program that is built here.
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ofKind, readManifests } from '../manifests/manifests';
import { FOLDER } from '../process/paths';
import { binary } from '../programs/build';
import { sourcesOf } from '../programs/sources';
import type { Cluster } from './cluster';

const MODULE = 'programs/cloudnative-pg';
const NAMESPACE = 'cnpg-system';
/** As its Dockerfile has it. */
const PROGRAM = `operator/manager_${process.arch === 'x64' ? 'amd64' : process.arch}`;

export class DatabaseOperator {
  private constructor(
    private readonly cluster: Cluster,
    private readonly manifest: string,
    /** What is installed. */
    readonly version: string,
  ) {}

  /** Installs it with two replicas in two zones: without the operator, nothing takes over from a lost instance. */
  static async start(cluster: Cluster): Promise<DatabaseOperator> {
    const sources = sourcesOf(join(FOLDER, MODULE), 'github.com/cloudnative-pg/cloudnative-pg');
    const version = sources.slice(sources.lastIndexOf('@v') + 2);
    const manifest = join(sources, 'releases', `cnpg-${version}.yaml`);
    const [deployment] = ofKind(readManifests(manifest), 'Deployment');
    const image = deployment?.spec.template.spec.containers[0]?.image;
    if (deployment === undefined || image === undefined) throw new Error(`${manifest} has no Deployment`);
    await cluster.provideProgram([image], programRoot(join(cluster.run.folder, 'cloudnative-pg')), ['/manager']);
    const { kubectl } = cluster;
    // too large for the annotation of a client-side apply
    await kubectl.run(['apply', '--server-side', '-f', manifest]);
    const where = [`deployment/${deployment.metadata.name}`, '-n', NAMESPACE];
    await kubectl.run(['patch', ...where, '-p', JSON.stringify(SPREAD)]);
    await kubectl.run(['rollout', 'status', ...where, '--timeout=300s']);
    return new DatabaseOperator(cluster, manifest, version);
  }

  /** Takes all of it away again. What it makes must have gone: only the operator takes its finalizers off. */
  async stop(): Promise<void> {
    await this.cluster.kubectl.run(['delete', '-f', this.manifest, '--timeout=180s']);
  }
}

const SPREAD = {
  spec: {
    replicas: 2,
    template: {
      spec: {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'cloudnative-pg' } },
            matchLabelKeys: ['pod-template-hash'],
          },
        ],
      },
    },
  },
};

function programRoot(folder: string): string {
  mkdirSync(join(folder, 'operator'), { recursive: true });
  copyFileSync(binary(MODULE, 'manager'), join(folder, PROGRAM));
  symlinkSync(PROGRAM, join(folder, 'manager'));
  return folder;
}
