// Where traffic from outside reaches pods from: the pods of a controller, or addresses.

import type { Problem } from '../finding/problem';
import { checked, either, type Fields, fields, list, type Schema, table, text } from '../finding/schema';
import { isCidr } from '../manifest/cidr';

/** Where ingress traffic reaches pods from: pods of the controller, or addresses. */
export type IngressSource = PodSource | { readonly cidrs: readonly string[] };

/** The pods of an ingress controller. */
export interface PodSource {
  /** Namespace of the controller. */
  readonly namespace: string;
  /** Labels of its pods, one or more. */
  readonly podLabels: Readonly<Record<string, string>>;
}

export const CIDRS: Schema = list(text("a CIDR, such as '10.20.0.0/24'", isCidr), "a list of CIDRs: ['10.20.0.0/24']");

/** Without a label the NetworkPolicy would allow all pods. */
export const POD_LABELS = checked<PodSource['podLabels']>(
  table(text(), "{ 'app.kubernetes.io/name': 'traefik' }"),
  (labels) =>
    Object.keys(labels).length > 0
      ? []
      : [
          {
            message: 'selects every pod',
            expected: "labels of the controller's pods: { 'app.kubernetes.io/name': 'traefik' }",
          },
        ],
);

export const POD_SOURCE_FIELDS: Fields<PodSource> = { namespace: text(), podLabels: POD_LABELS };

export const POD_SOURCE = fields<PodSource>(POD_SOURCE_FIELDS);

/** Without an address the NetworkPolicy would allow none. */
export const SOURCE_CIDRS = checked<readonly string[]>(CIDRS, (cidrs) =>
  cidrs.length > 0 ? [] : [{ message: 'the list of addresses is empty', expected: "CIDRs: ['10.20.0.0/24']" }],
);

export const INGRESS_SOURCE: Schema = either(
  [POD_SOURCE, fields<Exclude<IngressSource, PodSource>>({ cidrs: SOURCE_CIDRS })],
  "{ namespace: 'traefik', podLabels: { 'app.kubernetes.io/name': 'traefik' } }, or { cidrs: ['10.20.0.0/24'] }",
);

/** Addresses, or the problem that they are missing. */
export function addressSource(cidrs: readonly string[] = [], option: string): IngressSource | Problem {
  if (cidrs.length > 0) return { cidrs };
  const expected = `${option}: the ranges as CIDRs, such as ['10.20.0.0/24']`;
  return { message: 'the source of ingress traffic is unknown', expected };
}
