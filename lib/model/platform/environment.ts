// An environment, such as production, staging or local: its promises, the source of its images, and who works in it.
import { choice, either, type Fields, fields, number, optional, table, text } from '../finding/schema';
import { ROLES, type Role } from './roles';

/** Losses that an environment survives while still serving its users. */
export interface Survives {
  /** Availability zones that may be lost at once. */
  readonly zones: number;
  /** Regions that may be lost at once. */
  readonly regions: number;
}

/** A registry outside the provider, from which its nodes may not be allowed to pull. */
export interface ExternalRegistry {
  /** Registry and path that image names are appended to: `ghcr.io/acme`. */
  readonly external: string;
  /** Secret of type `kubernetes.io/dockerconfigjson` to pull with. @default none: a public registry */
  readonly pullSecret?: string;
}

/** An environment as the platform file describes it. */
export interface EnvironmentProps {
  /** What it must survive: spread, replicas, budgets and volumes follow from it. */
  readonly survives: Survives;
  /**
   * Registry and path that image names are appended to: `123456789012.dkr.ecr.ap-south-1.amazonaws.com`. One that is not the
   * provider's own must be declared external.
   * @default none: images are loaded onto the nodes by hand (`kind load`, `minikube image load`) and never pulled
   */
  readonly registry?: string | ExternalRegistry;
  /**
   * Who works in it: a group, by its name on the clusters → its role in each namespace of the environment.
   * @default only the clusters' sysadmins
   */
  readonly access?: Access;
}

/** Longest name of an environment or a cluster, in characters: it becomes part of namespaces. */
export const LONGEST_NAME = 40;

/** Roles by group. */
export type Access = Readonly<Record<string, Role>>;

/** Changes to an environment's access for one system: `none` takes a group's role away. */
export type AccessChanges = Readonly<Record<string, Role | 'none'>>;

const LOST = number({ atLeast: 0, atMost: 100, whole: true });
const SURVIVES: Fields<Survives> = { zones: LOST, regions: LOST };
const EXTERNAL: Fields<ExternalRegistry> = {
  external: text('a registry and path, such as ghcr.io/acme'),
  pullSecret: optional(text('the name of a Secret')),
};

/** What an environment may say. What it survives is a promise, so it has no default. */
export const ENVIRONMENT = fields<EnvironmentProps>({
  survives: fields(SURVIVES, 'survives: { zones: 1, regions: 0 }, or what else may be lost'),
  registry: optional(
    either([text('a registry and path'), fields(EXTERNAL)], 'a registry and path, or { external: … }'),
  ),
  access: optional(table(choice(ROLES), '{ group: role }')),
});

/** Changes to an environment's access. */
export const ACCESS_CHANGES = table(choice([...ROLES, 'none']), '{ group: role }');

/** An environment with the name that the platform file gives it. */
export interface Environment extends EnvironmentProps {
  /** Its name in the platform. */
  readonly name: string;
}

/** Whether an environment survives the loss of a zone or a region. */
export const survivesLoss = ({ survives }: EnvironmentProps): boolean => survives.zones + survives.regions > 0;

/** Registry and path of an environment's images, external or not. */
export function registryPath({ registry }: EnvironmentProps): string | undefined {
  return typeof registry === 'object' ? registry.external : registry;
}

/** The Secret that an environment's images are pulled with. */
export function pullSecret({ registry }: EnvironmentProps): string | undefined {
  return typeof registry === 'object' ? registry.pullSecret : undefined;
}

/** An environment's access with the changes that one system makes to it. */
export function accessWith(access: Access = {}, changes: AccessChanges = {}): Access {
  const merged = Object.entries({ ...access, ...changes });
  return Object.fromEntries(
    merged.flatMap(([group, role]): [string, Role][] => (role === 'none' ? [] : [[group, role]])),
  );
}
