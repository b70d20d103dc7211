// One change of an object: what an API server answers, and how lists of them are written.

/** A part of an object. */
export interface Json {
  readonly [key: string]: unknown;
}

/** One object before and after. */
export interface ObjectChange {
  /** `apps/Deployment`, with an empty group for the core. */
  readonly kind: string;
  /** What changes, in a few words. */
  readonly what: string;
  readonly before: Json;
  readonly after: Json;
  /** `kept`: the API server takes it and leaves the field as it was. */
  readonly answer: 'refused' | 'made' | 'kept';
  /** The first minor that makes the change: 33 for 1.33. @default the answer is that of all minors */
  readonly madeFrom?: number;
  /** The first minor that serves the kind, or has the field on by default. @default all */
  readonly servedFrom?: number;
  /** Whether the claim has a volume, as in a cluster with controllers. */
  readonly bound?: true;
}

export const CHANGES_NAMESPACE = 'changes';

function object(apiVersion: string, kind: string, body: Json, namespace: string | undefined = CHANGES_NAMESPACE): Json {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const metadata = {
    name: kind === 'ServiceCIDR' ? 'other' : 'one',
    ...(CLUSTER.has(`${group}/${kind}`) ? {} : { namespace }),
  };
  return { apiVersion, kind, metadata, ...body };
}

const CLUSTER = new Set([
  '/PersistentVolume',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/VolumeAttributesClass',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/ServiceCIDR',
  'scheduling.k8s.io/PriorityClass',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** One case of a list. */
export type Case = readonly [what: string, before: Json, after: Json, more?: Partial<ObjectChange>];

/** The cases of a kind: those that are refused, then those that are made. */
export function ofKind(
  apiVersion: string,
  kind: string,
  refused: readonly Case[],
  made: readonly Case[],
  general: Partial<ObjectChange> = {},
): ObjectChange[] {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const cases = (list: readonly Case[], answer: ObjectChange['answer']) =>
    list.map(([what, before, after, more]) => ({
      kind: `${group}/${kind}`,
      what,
      before: object(apiVersion, kind, before),
      after: object(apiVersion, kind, after),
      answer,
      ...general,
      ...more,
    }));
  return [...cases(refused, 'refused'), ...cases(made, 'made')];
}

/** Whether the API server of a minor has to answer. */
export const isServed = ({ servedFrom = 0 }: ObjectChange, minor: number): boolean => minor >= servedFrom;

/** The answer of a minor. */
export function answerOf({ answer, madeFrom = Infinity }: ObjectChange, minor: number): ObjectChange['answer'] {
  return answer === 'refused' && minor >= madeFrom ? 'made' : answer;
}
