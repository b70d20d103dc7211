// The pod of a component, whatever its workload: its containers, security contexts, drain, spread and volumes.

import type { Cluster } from '../../model/cluster/cluster';
import type { PullPolicy } from '../../model/platform/target';
import type { PodSpec } from '../tree/kinds';
import { type Company, renderCompany } from './company';
import { type ContainerInput, renderContainer } from './container';
import { drain, type Life } from './life';
import { keepsData, type Mounts, ownMounts, podVolumes } from './mounts';
import { podSecurity } from './security';

/** Input of a pod. */
export interface PodInput {
  /** Name of the component: of its ServiceAccount, and of its main container. */
  readonly name: string;
  /** Secret to pull images with. @default the nodes' own identity */
  readonly pullSecret?: string;
  readonly pullPolicy: (image: string) => PullPolicy;
  /** The main container, without what follows from the rest. */
  readonly main: Omit<ContainerInput, 'name' | 'pullPolicy' | 'lifecycle' | 'mounts'>;
  readonly company: Company;
  readonly mounts: Mounts;
  readonly cluster: Cluster;
  readonly life: Life;
  /** Dots that a name must have to be looked up as it is first. */
  readonly ndots: number;
  /** Which nodes it may run on, and how important it is. */
  readonly choice: Pick<PodSpec, 'nodeSelector' | 'tolerations' | 'priorityClassName'>;
}

/** The pod's spec. */
export function renderPod({
  name,
  pullSecret,
  pullPolicy,
  main,
  company,
  mounts,
  cluster,
  life,
  choice,
  ndots,
}: PodInput): PodSpec {
  const lifecycle = drain(life.preStopSeconds, cluster);
  const container = renderContainer({
    ...main,
    name,
    pullPolicy: pullPolicy(main.image),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    mounts: ownMounts(mounts),
  });
  const beside = renderCompany(company, { main, mounts, cluster, life, pullPolicy });
  const volumes = [...podVolumes(mounts), ...beside.volumes];
  return {
    serviceAccountName: name,
    ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
    enableServiceLinks: false,
    ...podSecurity(main.exits, keepsData(mounts)),
    ...(life.restartPolicy === undefined ? {} : { restartPolicy: life.restartPolicy }),
    terminationGracePeriodSeconds: life.terminationGracePeriodSeconds,
    dnsConfig: { options: [{ name: 'ndots', value: String(ndots) }] },
    ...choice,
    ...life.spread,
    ...(beside.initContainers.length === 0 ? {} : { initContainers: beside.initContainers }),
    containers: [container, ...beside.containers],
    ...(volumes.length === 0 ? {} : { volumes }),
  };
}
