// Names of CronJobs that are made of other names.

import { createHash } from 'node:crypto';
import { LONGEST_CRON_JOB_NAME as LONGEST } from '../../model/backups/plan';

/**
 * A name of these words, which ends with a hash of them where it would be too long, or where other words make the same name.
 * @param isTaken whether a name is there already
 */
export function cronJobName(words: readonly string[], isTaken: (name: string) => boolean = () => false): string {
  const name = words.join('-');
  if (name.length <= LONGEST && !isTaken(name)) return name;
  const hash = createHash('sha256').update(words.join('/')).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}
