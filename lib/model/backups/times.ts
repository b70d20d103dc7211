// When backups and drills run, where the user does not say: in the night, each at a minute of its own.

import { createHash } from 'node:crypto';

const numberOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE();

const at = (minute: number): string => `${minute % 60} ${Math.floor(minute / 60)}`;

/** Once a day, from 1 to 4 by UTC. */
export const nightly = (name: string): string => `${at(60 + (numberOf(name) % 180))} * * *`;

/** Once a week, from 5 to 8 by UTC. */
export function weekly(name: string): string {
  const number = numberOf(name);
  return `${at(300 + (number % 180))} * * ${Math.floor(number / 180) % 7}`;
}
