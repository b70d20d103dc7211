// What comes with the repository, by name: systems, environments and clusters of a user's own may stand beside it and break no test.

interface Shipped {
  readonly system: string;
  readonly environment: string;
  readonly cluster: string;
  readonly namespace: string;
}

const placed = (cluster: string, system: string, ...environments: readonly string[]): Shipped[] =>
  environments.map((environment) => ({ system, environment, cluster, namespace: `${system}-${environment}` }));

export const SHIPPED: readonly Shipped[] = [
  ...placed('mumbai', 'toytrex', 'production'),
  ...placed('laptop', 'toytrex', 'local'),
  ...placed('mumbai', 'pingpong', 'production'),
  ...placed('laptop', 'pingpong', 'local'),
  ...placed('westeurope', 'flaschenpost', 'dev', 'qa', 'staging', 'prod'),
  ...placed('westeurope', 'panther', 'clinic', 'clinic-dev'),
  ...placed('northeurope', 'panther', 'clinic'),
  { system: 'panther-load', environment: 'clinic-dev', cluster: 'westeurope', namespace: 'panther-load' },
];

/** Parts of every shipped cluster, and those that the laptop does without: it has no bucket. */
const PARTS = ['logs', 'metrics', 'node-metrics', 'traces'] as const;
const WITH_BUCKETS = [...PARTS, 'backups', 'configuration'] as const;

/** The parts of the platform on the shipped clusters. */
export const SHIPPED_PARTS: readonly Shipped[] = [
  ...['mumbai', 'northeurope', 'westeurope'].flatMap((cluster) =>
    WITH_BUCKETS.flatMap((part) => placed(cluster, part, 'operations')),
  ),
  ...PARTS.flatMap((part) => placed('laptop', part, 'local')),
];

/** Whether a namespace of a cluster is that of a shipped part of the platform. */
export function isShippedPart(cluster: string, namespace: string | undefined): boolean {
  return SHIPPED_PARTS.some((one) => one.cluster === cluster && one.namespace === namespace);
}

/** Whether a namespace of a cluster is that of a shipped system. */
export function isShipped(cluster: string, namespace: string | undefined): boolean {
  return SHIPPED.some((one) => one.cluster === cluster && one.namespace === namespace);
}

/** Whether a cluster comes with the repository. */
export function isShippedCluster(cluster: string): boolean {
  return SHIPPED.some((one) => one.cluster === cluster);
}

/** Whether a construct belongs to a shipped system, or to what a shipped cluster has beside systems. */
export function isShippedConstruct(path: string): boolean {
  const [cluster = '', chart = ''] = path.split('/');
  const ofCluster = isShippedCluster(cluster) && (chart === 'cluster' || chart === 'headroom');
  const ofSystem = ({ system, environment }: Shipped) => chart === `${system}-${environment}`;
  return ofCluster || [...SHIPPED, ...SHIPPED_PARTS].some((one) => one.cluster === cluster && ofSystem(one));
}

/** Lines of a printed table that begin with the name of a shipped placement, those of parts included, with the space between columns even. */
export function shippedRows(table: string): string[] {
  const names = [...SHIPPED, ...SHIPPED_PARTS].map(
    ({ system, environment, cluster }) => `${system}-${environment} on ${cluster} `,
  );
  const lines = table.split('\n').filter((line) => names.some((name) => line.startsWith(name)));
  return lines.map((line) => line.replace(/ {2,}/g, ' | '));
}
