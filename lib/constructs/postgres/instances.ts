// A PostgreSQL by CloudNativePG: a Cluster, of which the operator makes pods, claims, Services, budgets and Secrets, and the policy of its pods.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import type { PodSource } from '../../model/exposure/source';
import { ANNOTATION, quorumText } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { HOSTNAME } from '../../model/manifest/well-known';
import { pullSecret } from '../../model/platform/environment';
import { pullPolicy } from '../../model/platform/target';
import { deriveInPlace } from '../../model/pods/in-place';
import { majorityOf } from '../../model/pods/quorum';
import {
  instanceLabels,
  METRICS_PORT,
  POSTGRESQL_PORT,
  STATUS_PORT,
  writerService,
} from '../../model/services/postgresql';
import { scrapeOf } from '../component/metrics';
import { admitTo, type Raw } from '../component/neighbour';
import type { Connection, Pods, Sender } from '../network/connection';
import { Incoming } from '../network/incoming';
import { createNetworkPolicy, type PolicyInput } from '../network/policy';
import { renderChoice } from '../nodes/node-choice';
import { renderResources } from '../pod/container';
import { renderSpread } from '../pod/life';
import type { NamedPort } from '../pod/ports';
import { noBackupNotes } from '../storage/volume';
import { System } from '../system/system';
import { createObject, type DatabaseClusterSpec } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import type { Server } from './server';

/** How many instances there are, and what the operator is. */
export interface InstancesProps {
  /** Zones that may be lost at once. */
  readonly zonesLost: number;
  readonly storageClass: string | undefined;
  /** Whether the Secret of the owner is made elsewhere, so that the operator makes none. */
  readonly isGiven: boolean;
  readonly operator: PodSource;
}

/** Instances of which a majority is left when that many zones are lost. */
export const instancesFor = (zonesLost: number): number => 2 * zonesLost + 1;

const port = (name: string, number: number, protocol: NamedPort['protocol']): NamedPort => ({
  name,
  port: number,
  servicePort: number,
  protocol,
  transport: 'TCP',
});

const SERVER = port('postgresql', POSTGRESQL_PORT, 'tcp');
const STATUS = port('status', STATUS_PORT, 'http');
const METRICS = port('metrics', METRICS_PORT, 'http');

/** Longest boot that the operator lets an instance take, in seconds. Source: cloudnative-pg, api/v1, `startDelay`. */
const START_SECONDS = 3600;

/** The metrics of every instance, for a Prometheus that looks at annotations; of the pods alone, since the operator copies others to its Services. */
const podPatch = (annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const added = Object.entries(annotations).map(([key, value]) => ({
    op: 'add',
    path: `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  }));
  return added.length === 0 ? {} : { 'cnpg.io/podPatch': JSON.stringify(added) };
};

/** The instances of a database, and who may reach them. */
export class Instances extends Construct {
  /** The Cluster. */
  readonly object: ApiObject;
  readonly networkPolicy: ApiObject;
  private readonly incoming = new Incoming();
  private readonly podLabels: Pods['podLabels'];

  constructor(
    scope: Construct,
    id: string,
    private readonly server: Server,
    private readonly props: InstancesProps,
  ) {
    super(scope, id);
    const { name } = server;
    const { cluster, environment } = System.of(this).target;
    const { survives, noBackup } = server.reasons;
    const count = instancesFor(props.zonesLost);
    this.podLabels = instanceLabels(name);
    const scrape = scrapeOf(cluster, { port: METRICS_PORT }, [METRICS]);
    this.object = createObject(
      this,
      'cluster',
      'Cluster',
      {
        name,
        labels: selectorLabels(name),
        annotations: {
          ...defined({
            [ANNOTATION.zoneLoss]: survives?.because,

            [ANNOTATION.quorum]: count === 1 ? undefined : quorumText(majorityOf(count), count),
          }),
          ...noBackupNotes(noBackup, environment),
          ...podPatch(scrape?.podAnnotations ?? {}),
        },
        notes: server.notes,
      },
      { spec: () => this.render(cluster, count) },
    );
    // of the name of the Cluster the operator would delete it: cloudnative-pg, issue 6109
    scrape?.createMonitor(this, `${name}-instances`, undefined, this.podLabels);
    this.networkPolicy = createNetworkPolicy(this, { name, podLabels: this.podLabels }, cluster, () =>
      this.policyInput(scrape?.isAdmitted === true),
    );
  }

  get connection(): Connection {
    const { name } = this.server;
    const peer = { podLabels: this.podLabels, port: SERVER.port };
    return { name, host: writerService(name), port: SERVER.servicePort, peer };
  }

  letIn(client: Pods): void {
    this.incoming.add(client, SERVER);
  }

  admit(client: Sender | Raw): void {
    const { incoming, podLabels } = this;
    admitTo(this, { name: this.server.name, ports: [SERVER], incoming, podLabels }, client, undefined);
  }

  /**
   * The operator asks instances how they are, and connects to them; they replicate from each other, and ask each other whether one of them is
   * cut off. Source: cloudnative-pg, "Networking", "Instance Manager" (primary isolation).
   */
  private policyInput(isScraped: boolean): PolicyInput {
    const { podLabels } = this;
    const own = [SERVER, STATUS];
    const from = [this.props.operator, { podLabels }];
    return {
      admitted: [
        ...this.incoming.all,
        ...from.flatMap((one) => own.map((at) => ({ from: one, port: at }))),
        ...(isScraped ? [{ from: 'prometheus', port: METRICS } as const] : []),
      ],
      peers: own.map(({ port: number }) => ({ podLabels, port: number })),
      callsApiServer: true,
    };
  }

  private render(cluster: Cluster, instances: number): DatabaseClusterSpec {
    const { server, props } = this;
    const { zonesLost, storageClass, isGiven } = props;
    const { environment } = System.of(this).target;
    const { nodeSelector, tolerations, priorityClassName } = renderChoice(server.choice, cluster);
    const availability = deriveInPlace({
      minReplicas: instances,
      maxReplicas: instances,
      zones: cluster.zones.length,
      zonesLost,
      startupBudgetSeconds: START_SECONDS,
      options: {},
    });
    // of Jobs too: the one that copies the data decides the zone of a new claim
    const { topologySpreadConstraints } = renderSpread(availability, this.podLabels);
    const pulledWith = pullSecret(environment);
    return {
      instances,
      imageName: server.image,
      imagePullPolicy: pullPolicy(server.image, environment),
      ...(pulledWith === undefined ? {} : { imagePullSecrets: [{ name: pulledWith }] }),
      postgresql: {
        parameters: server.parameters(),
        ...(zonesLost === 0
          ? {}
          : {
              synchronous: { method: 'any', number: zonesLost, dataDurability: 'required', failoverQuorum: true },
            }),
      },
      bootstrap: {
        initdb: {
          database: server.database,
          owner: server.owner,
          ...(isGiven ? { secret: { name: server.credentials.secret } } : {}),
        },
      },
      storage: { size: canonicalQuantity(server.storage), ...defined({ storageClass }) },
      resources: renderResources(server.resources),
      affinity: {
        enablePodAntiAffinity: true,
        podAntiAffinityType: 'preferred',
        topologyKey: HOSTNAME,
        ...defined({ nodeSelector, tolerations }),
      },
      ...(instances === 1 ? {} : defined({ topologySpreadConstraints })),
      ...defined({ priorityClassName }),
      // of a single instance it would let no node be drained
      enablePDB: instances > 1,
    };
  }
}
