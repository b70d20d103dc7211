// The clients that some pods let in, each at a port.

import { ROLES_OF_NEIGHBOURS } from '../../model/cluster/neighbours';
import { POD_LABELS, SOURCE_CIDRS } from '../../model/exposure/source';
import { didYouMean } from '../../model/finding/closest';
import type { Problem } from '../../model/finding/problem';
import { choice, either, fields, findSchemaProblems, optional, type Schema, text } from '../../model/finding/schema';
import { dnsLabel } from '../../model/manifest/formats';
import type { Admitted, Pods, PolicyPort, Sender } from './connection';

/** A port that the pods declare. */
export interface DeclaredPort extends Required<PolicyPort> {
  /** @default none: it is known by its number */
  readonly name?: string;
}

const SENDER: Schema = either(
  [
    choice(ROLES_OF_NEIGHBOURS),
    fields<Pods>({ podLabels: POD_LABELS, namespace: optional(text(dnsLabel.expected, dnsLabel.fits)) }),
    fields<Exclude<Sender, Pods | string>>({ cidrs: SOURCE_CIDRS }),
  ],
  `a workload of this system; { namespace, podLabels }; { cidrs }; or one of ${ROLES_OF_NEIGHBOURS.join(', ')}`,
);

/** What is wrong with a sender. */
export const findSenderProblems = (sender: unknown): Problem[] => findSchemaProblems(SENDER, sender, 'admit');

/** The clients of some pods. */
export class Incoming {
  private readonly admissions: Admitted[] = [];

  get all(): readonly Admitted[] {
    return this.admissions;
  }

  /** Lets a sender in at a port. */
  add(from: Sender, port: PolicyPort): void {
    this.admissions.push({ from, port });
  }
}

/** The declared port of that name or number, the first without one; or why there is none. */
export function portNamed(
  ports: readonly DeclaredPort[],
  wanted: string | number | undefined,
  field: string,
): DeclaredPort | Problem {
  const [first] = ports;
  if (first === undefined) {
    return { field, message: 'the pods declare no port, to which a client could be admitted', expected: 'a port' };
  }
  const found = wanted === undefined ? first : ports.find(({ name, port }) => wanted === name || wanted === port);
  if (found !== undefined) return found;
  const names = ports.map(({ name, port }) => name ?? String(port));
  return {
    field,
    message: `there is no port ${String(wanted)}${didYouMean(String(wanted), names)}`,
    expected: `one of ${ports.map(({ name, port }) => (name === undefined ? port : `${name} (${port})`)).join(', ')}`,
    ...(typeof wanted === 'string' || typeof wanted === 'number' ? { value: wanted } : {}),
  };
}
