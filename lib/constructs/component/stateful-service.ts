// A component that keeps state: pods with names and claims of their own, replaced one at a time, alone or as the members of a quorum.

import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { checked, choice, either, fields, flag, number, optional } from '../../model/finding/schema';
import { ANNOTATION, quorumText } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import {
  AVAILABILITY_FIELDS,
  type Availability,
  type AvailabilityInput,
  type AvailabilityOptions,
} from '../../model/pods/availability';
import { deriveInPlace, findInPlaceCadenceProblems, findInPlaceProblems } from '../../model/pods/in-place';
import { findMemberProblems, findQuorumProblems, majorityOf } from '../../model/pods/quorum';
import type { ClientNumbers, Connectable, Connection, Pods } from '../network/connection';
import type { PolicyInput } from '../network/policy';
import { createDisruptionBudget } from '../pod/availability';
import { companyScratchNames } from '../pod/company';
import { renderSpread } from '../pod/life';
import { type Mounts, podVolumes } from '../pod/mounts';
import { PORTS, type Ports, servicePorts } from '../pod/ports';
import type { Probes } from '../pod/probes';
import { CLAIMS, type Claims, claimTemplate, findClaimProblems, type NamedClaim, namedClaims } from '../storage/claims';
import { storageClassOf } from '../storage/storage-class';
import { NO_BACKUP, noBackupNotes } from '../storage/volume';
import { checkLater } from '../tree/findings';
import { createObject, type StatefulSetSpec } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { ClientService } from './client-service';
import { Component } from './component';
import { COMPONENT_STAND_INS } from './component-props';
import { LONG_RUNNING, type LongRunningProps } from './stateless';

/** How many pods it has; an autoscaler does not change it. */
type StatefulSize =
  /** Each pod on its own, with data that no other has; `gossip`: they reach each other on all ports, and need no majority. */
  | { readonly replicas: number; readonly gossip?: boolean }
  /** Members that decide by majority: an odd number of at least 3. They reach each other on all ports. */
  | { readonly members: number };

/** What happens to the claims of pods that are no longer wanted. */
interface ClaimRetention {
  /** When the StatefulSet is deleted. @default Retain */
  readonly whenDeleted?: 'Retain' | 'Delete';
  /** When it gets fewer pods. @default Retain */
  readonly whenScaled?: 'Retain' | 'Delete';
}

/** What a pod keeps. */
interface PodState {
  /** Host name of the pod; of the Service, for members that all have the same. */
  readonly host: string;
  readonly pod: string;
  /** Names of its claims. */
  readonly claims: readonly string[];
}

/** Values that are set instead of the derived ones; there is no surge. */
type StatefulAvailability = Omit<AvailabilityOptions, 'maxSurge' | 'maxUnavailable' | 'progressDeadlineSeconds'>;

/** Required and optional properties of a component that keeps state. */
export interface StatefulServiceProps extends Omit<LongRunningProps, 'availability'> {
  /** Port that the container listens on, 1 to 65535, and what it speaks where that is not http. Its name is its protocol. */
  readonly port: Ports['port'];
  /**
   * Claims that each pod has of its own, by path; `{}` where pods need names only. They cannot change once they are applied.
   * @example claims: { '/data': { size: '10Gi' } }
   */
  readonly claims: Claims;
  /**
   * Why the data of its claims is in no backup, although the environment survives a loss. Kept as an annotation.
   * @default a `Backup` copies it, where the environment survives the loss of a zone or a region
   */
  readonly noBackup?: string;
  /** How many pods it has: `{ replicas: 2 }`, each on its own, or `{ members: 3 }`, a quorum. */
  readonly size: StatefulSize;
  /** @default derived from the number of pods, zones and probes */
  readonly availability?: StatefulAvailability;
  /**
   * Whether pods start one after the other, or all at once. It cannot change once it is applied.
   * @default OrderedReady; Parallel for pods that reach each other, whose readiness may wait for the others
   */
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
  /** What happens to the claims of pods that are no longer wanted. @default they stay */
  readonly claimRetention?: ClaimRetention;
}

const { availability: _, ...SHARED } = LONG_RUNNING;
const { maxSurge: __, maxUnavailable: ___, progressDeadlineSeconds: ____, ...AVAILABILITY } = AVAILABILITY_FIELDS;
const GOSSIPING = fields<{ replicas: number; gossip?: boolean }>({
  replicas: number({ atLeast: 1, atMost: 1e6, whole: true }),
  gossip: optional(flag()),
});
const RETENTION = optional(choice(['Retain', 'Delete']));

const STATEFUL_SERVICE = fields<StatefulServiceProps>({
  ...SHARED,
  ...PORTS,
  claims: CLAIMS,
  noBackup: optional(NO_BACKUP),
  size: either(
    [
      GOSSIPING,
      checked<{ members: number }>(
        fields<{ members: number }>({ members: number({ atLeast: 1, atMost: 1001, whole: true }) }),
        ({ members }) => findMemberProblems(members),
      ),
    ],
    '{ replicas: 1 } or { members: 3 }',
  ),
  availability: optional(fields<StatefulAvailability>(AVAILABILITY)),
  podManagementPolicy: optional(choice(['OrderedReady', 'Parallel'])),
  claimRetention: optional(fields<ClaimRetention>({ whenDeleted: RETENTION, whenScaled: RETENTION })),
});

/**
 * A component that keeps state: a StatefulSet, whose pods `<name>-0`, `<name>-1` … keep their names and their claims.
 *
 * Its Service has the address of all ready pods, as that of a `WebService`; `<name>-members` is headless and has those that are not ready
 * yet too. A release replaces one pod at a time, after it has stopped: a single pod is away until its successor is ready.
 *
 * It is neither scaled by an autoscaler nor exposed.
 *
 * @example
 * new StatefulService(this, 'cart', {
 *   port: { port: 6379, protocol: 'tcp' },
 *   resources,
 *   probes: { bootSeconds: 10, readiness: { tcp: true } },
 *   claims: { '/data': { size: '10Gi' } },
 *   size: { replicas: 1 },
 *   survives: { zones: 0, because: 'a cart may be lost' },
 * })
 * @throws when it is not inside a System
 */
export class StatefulService extends Component<StatefulServiceProps> implements Connectable {
  /** Its StatefulSet, for overrides. */
  readonly statefulSet: ApiObject;
  /** The Service that its clients use, for overrides. */
  readonly service: ApiObject;
  /** Its headless Service, which gives each pod a name, for overrides. */
  readonly membersService: ApiObject;
  private readonly server: ClientService;
  private readonly claims: readonly NamedClaim[];
  private readonly storageClasses: ReadonlyMap<string, string | undefined>;

  constructor(scope: Construct, id: string, props: StatefulServiceProps) {
    super(scope, id, props, STATEFUL_SERVICE, { ...COMPONENT_STAND_INS, claims: {}, size: { replicas: 1 } });
    const labels = selectorLabels(this.name);
    const { ports } = this;
    const membersName = `${this.name}-members`;
    this.server = new ClientService(this, { name: this.name, ports, incoming: this.incoming });
    this.service = this.server.object;
    this.membersService = createObject(
      this,
      'members',
      'Service',
      // labels of its own: what selects the Service of the clients, such as a scraper, would find each pod twice
      { name: membersName, labels: selectorLabels(membersName) },
      {
        // members find each other before they are ready, or none would ever be
        spec: () => ({
          type: 'ClusterIP',
          clusterIP: 'None',
          publishNotReadyAddresses: true,
          selector: labels,
          ports: servicePorts(ports).map((port, index) => ({ ...port, port: ports[index]?.port ?? port.port })),
        }),
      },
    );
    this.claims = namedClaims(this.props.claims);
    const zones = this.quorum === undefined ? this.zonesLost : 0; // a quorum has copies in other zones
    this.storageClasses = new Map(
      this.claims.map(({ path, name, oneZone, oneRegion }) => [
        name,
        storageClassOf(this, { zones, at: `claims["${path}"].`, oneZone, oneRegion }),
      ]),
    );
    this.statefulSet = createObject(
      this,
      'stateful-set',
      'StatefulSet',
      {
        name: this.name,
        labels,
        annotations: this.annotations,
        notes: () => ({ ...this.reasons, ...this.accountNotes }),
      },
      { spec: () => this.renderSpec() },
    );
    if (this.pods > 1 || this.props.availability?.disruption !== undefined) {
      createDisruptionBudget(this, this.name, labels, () => this.availability);
    }
    checkLater(this, () => this.availabilityProblems.map((problem) => findingOf('availability', problem)));
    checkLater(this, () =>
      findInPlaceCadenceProblems(this.availabilityInput).map((problem) => findingOf('release-cadence', problem)),
    );
  }

  /** The host names of its pods, `<name>-0.<name>-members` …, for configuration. */
  get members(): readonly string[] {
    return Array.from({ length: this.pods }, (_, ordinal) => `${this.name}-${ordinal}.${this.membersService.name}`);
  }

  /** Its PodDisruptionBudget, for overrides; `undefined` for a single pod. */
  get disruptionBudget(): ApiObject | undefined {
    const child = this.node.tryFindChild('disruption-budget');
    return child instanceof ApiObject ? child : undefined;
  }

  /** The derived unit: rollout, drain, budget, spread, and how many pods are certain to remain after the promised loss. */
  get availability(): Availability {
    return deriveInPlace(this.availabilityInput);
  }

  /**
   * The state that a backup copies: one for all pods of a quorum, one for each pod otherwise.
   * @internal
   */
  get state(): readonly PodState[] {
    const pods = this.quorum === undefined ? this.members : [this.members[0] ?? this.name];
    return pods.map((host, ordinal) => ({
      host: this.quorum === undefined ? host : this.name,
      pod: `${this.name}-${ordinal}`,
      claims: this.claims.map(({ name }) => `${name}-${this.name}-${ordinal}`),
    }));
  }

  /**
   * Its ports, the main one first, as clients of the hosts in `state` reach them: pods by themselves at those of the container.
   * @internal
   */
  get statePorts(): readonly { readonly name: string; readonly number: number }[] {
    return this.ports.map(({ name, port, servicePort }) => ({
      name,
      number: this.quorum === undefined ? port : servicePort,
    }));
  }

  connection(): Connection {
    return this.server.connection();
  }

  letIn(client: Pods): void {
    this.server.letIn(client);
  }

  /**
   * One of its further `ports`, for `connectTo`. Variables are called after the component and the port.
   *
   * @example web.connectTo(cart.at('admin'))
   */
  at(name: string): Connectable {
    return this.server.at(name);
  }

  protected override get probes(): Probes {
    return this.props.probes;
  }

  protected get numbers(): ClientNumbers {
    return { maxReplicas: this.pods, replacement: 'inPlace' };
  }

  protected override get insteadOfVolume(): string {
    return 'claims, one for each pod';
  }

  protected override get mounts(): Mounts {
    return { ...super.mounts, claims: this.claims };
  }

  protected override get hasService(): boolean {
    return true;
  }

  protected override get policyInput(): PolicyInput {
    const { peers, admitted, ...rest } = super.policyInput;
    if (!this.reachEachOther) return { ...rest, admitted, peers };
    const own = this.ports.map(({ port, transport }) => ({ port, transport }));
    return {
      ...rest,
      admitted: [...admitted, ...own.map((port) => ({ from: { podLabels: selectorLabels(this.name) }, port }))],
      peers: [...own.map((port) => ({ ...port, component: this.name })), ...peers],
    };
  }

  protected override findInputProblems(): Problem[] {
    const volumes = [...podVolumes(super.mounts).map(({ name }) => name), ...companyScratchNames(this.props)];
    return [...super.findInputProblems(), ...findClaimProblems(this.claims, volumes)];
  }

  private get pods(): number {
    const { size } = this.props;
    return 'members' in size ? size.members : size.replicas;
  }

  /** Members of the quorum; `undefined` where each pod is on its own. */
  private get quorum(): number | undefined {
    const { size } = this.props;
    return 'members' in size ? size.members : undefined;
  }

  private get reachEachOther(): boolean {
    const { size } = this.props;
    return 'members' in size || size.gossip === true;
  }

  private get zonesLost(): number {
    return this.props.survives?.zones ?? this.system.target.environment.survives.zones;
  }

  /** On the StatefulSet itself: a claim template cannot change, and a reason may. */
  private get annotations(): Readonly<Record<string, string>> {
    const { quorum } = this;
    const { survives, noBackup } = this.props;
    const reasonsOf = (reasons: readonly (string | undefined)[]): string | undefined =>
      [...new Set(reasons.flatMap((reason) => reason ?? []))].join('; ') || undefined;
    return {
      ...defined({
        [ANNOTATION.zoneLoss]: survives?.because,
        [ANNOTATION.oneZone]: reasonsOf(this.claims.map(({ oneZone }) => oneZone)),
        [ANNOTATION.oneRegion]: reasonsOf(this.claims.map(({ oneRegion }) => oneRegion)),
        [ANNOTATION.quorum]: quorum === undefined ? undefined : quorumText(majorityOf(quorum), quorum),
      }),
      ...noBackupNotes(noBackup, this.system.target.environment),
    };
  }

  private get availabilityInput(): AvailabilityInput {
    const { cluster } = this.system.target;
    const { probes, availability = {} } = this.props;
    return {
      minReplicas: this.pods,
      maxReplicas: this.pods,
      zones: cluster.zones.length,
      zonesLost: this.zonesLost,
      startupBudgetSeconds: probes.bootSeconds + this.companySeconds,
      options: availability,
    };
  }

  private get availabilityProblems(): Problem[] {
    const input = this.availabilityInput;
    const problems = findInPlaceProblems(input);
    if (this.quorum !== undefined)
      return [...problems, ...findQuorumProblems(this.quorum, input.zones, input.zonesLost)];
    return problems.map((problem) =>
      problem.field === 'replicas'
        ? {
            ...problem,
            field: 'size.replicas',
            expected: `${problem.expected}, each with data of its own; or survives: { zones: 0, because: '…' }`,
          }
        : problem,
    );
  }

  private renderSpec(): StatefulSetSpec {
    const { availability, claims } = this;
    const { podManagementPolicy = this.reachEachOther ? 'Parallel' : 'OrderedReady', claimRetention = {} } = this.props;
    const { whenDeleted = 'Retain', whenScaled = 'Retain' } = claimRetention;
    const selector = selectorLabels(this.name);
    const { preStopSeconds, terminationGracePeriodSeconds } = availability;
    const spread = renderSpread(availability, selector);
    return {
      replicas: this.pods,
      selector: { matchLabels: selector },
      serviceName: this.membersService.name,
      podManagementPolicy,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      minReadySeconds: availability.minReadySeconds,
      // beta and on by default from 1.27, so the API server of every supported minor writes it back
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
      template: this.podTemplate({ preStopSeconds, terminationGracePeriodSeconds, spread }),
      ...(claims.length === 0
        ? {}
        : { volumeClaimTemplates: claims.map((claim) => claimTemplate(claim, this.storageClasses.get(claim.name))) }),
    };
  }
}
