// A quorum: members that decide by majority. Which numbers of them make sense, and what is left of them after a loss.

import { plural } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { podsLeft } from './availability';

/** Members that must serve: more than half. */
export const majorityOf = (members: number): number => Math.floor(members / 2) + 1;

/** A number of members that survives no more than a smaller one does. */
export function findMemberProblems(members: number): Problem[] {
  const field = 'members';
  if (members % 2 === 1 && members >= 3) return [];
  if (members <= 2) {
    const message = `${plural(members, 'member')} ${members === 1 ? 'is' : 'are'} no quorum: the loss of one stops it`;
    return [{ field, value: members, message, expected: 'members: 3, or size: { replicas: 1 }' }];
  }
  const message = `${members} members survive no more losses than ${members - 1}: both lose ${(members - 2) / 2} at most`;
  return [{ field, value: members, message, expected: `an odd number: ${members - 1} or ${members + 1}` }];
}

/** Fewer members than a majority after the promised loss, spread evenly over the zones. */
export function findQuorumProblems(members: number, zones: number, lost: number): Problem[] {
  if (lost === 0 || lost >= zones) return []; // a promise beyond the zones is reported as such
  const left = podsLeft(members, zones, lost);
  const majority = majorityOf(members);
  if (left >= majority) return [];
  const message = `losing ${plural(lost, 'zone')} of ${zones} may leave ${left} of ${members} members, and ${majority} are a majority`;
  const exit = "or survives: { zones: 0, because: '…' }";
  const expected =
    zones > 2 * lost
      ? `members: ${enoughFor(members, zones, lost)}, ${exit}`
      : `a cluster of at least ${2 * lost + 1} zones, ${exit}`;
  return [{ field: 'size.members', value: members, message, expected }];
}

/** The next odd number of members of which a majority is left. */
function enoughFor(members: number, zones: number, lost: number): number {
  return podsLeft(members, zones, lost) >= majorityOf(members) ? members : enoughFor(members + 2, zones, lost);
}
