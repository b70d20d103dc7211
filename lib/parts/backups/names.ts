// Names of CronJobs that are made of other names.

import { createHash } from 'node:crypto';

/** Longest name of a CronJob. Source: kubernetes.io, "CronJob": 11 characters follow in the names of its Jobs. */
const LONGEST = 52;

/** The name, or its beginning and a hash of it where it is too long. */
export function cronJobName(name: string): string {
  if (name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}
