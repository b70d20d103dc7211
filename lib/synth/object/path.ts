// Paths of overrides: `spec.template.spec.containers[web].image`, `metadata.annotations["example.com/team"]`, `spec.metrics[0]`.

/** One step: a key of a map, or an item of a list by its merge key or its index. */
export type Step = { readonly kind: 'key'; readonly key: string } | { readonly kind: 'item'; readonly item: string };

const STEP = /(?:^|\.)([^.[\]"]+)|\["((?:[^"\\]|\\.)*)"\]|\[([^\]"]+)\]/y;

/** The steps of a path; undefined for any other form. */
export function parsePath(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (match === null) return undefined;
    const [, plain, quoted, item] = match;
    if (item !== undefined) steps.push({ kind: 'item', item });
    else steps.push({ kind: 'key', key: plain ?? (quoted ?? '').replace(/\\(.)/g, '$1') });
  }
  return steps.length === 0 ? undefined : steps;
}

/** The path of some steps, as a user writes it. */
export function formatPath(steps: readonly Step[]): string {
  const text = steps.map((step) => {
    if (step.kind === 'item') return `[${step.item}]`;
    return /^[^.[\]"]+$/.test(step.key) ? `.${step.key}` : `[${JSON.stringify(step.key)}]`;
  });
  return text.join('').replace(/^\./, '');
}

/**
 * Merge keys of lists, by the name of the field that holds the list. Source: `x-kubernetes-list-map-keys` and patchMergeKey of
 * the API; the first one that all items have is used. Other lists are addressed by index.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  ports: ['containerPort', 'port'],
  topologySpreadConstraints: ['topologyKey'],
  hostAliases: ['ip'],
  secrets: ['name'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  listeners: ['name'],
  webhooks: ['name'],
};

/** The merge key of a list in field `field`; undefined where its items only have an index. */
export function mergeKeyOf(field: string | undefined, items: readonly unknown[]): string | undefined {
  const candidates = field !== undefined && Object.hasOwn(MERGE_KEYS, field) ? (MERGE_KEYS[field] ?? []) : [];
  return candidates.find((key) => items.every((item) => typeof item === 'object' && item !== null && key in item));
}
