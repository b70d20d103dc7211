// A quorum: odd numbers, and a majority after the promised loss.
import { findMemberProblems, findQuorumProblems, majorityOf } from '../../../lib/model/pods/quorum';

test.each([
  [3, 2],
  [5, 3],
  [7, 4],
])('%s members need %s', (members, majority) => {
  expect(majorityOf(members)).toBe(majority);
  expect(findMemberProblems(members)).toEqual([]);
});

test.each([
  [2, 'members: 3, or size: { replicas: 1 }'],
  [6, 'an odd number: 5 or 7'],
])('%s members are refused', (members, expected) => {
  expect(findMemberProblems(members)).toMatchObject([{ field: 'members', value: members, expected }]);
});

test.each([
  [3, 3, 1],
  [5, 3, 1],
  [5, 5, 2],
  [3, 2, 0],
  [3, 1, 1], // reported as a promise beyond the zones
])('%s members over %s zones survive the loss of %s', (members, zones, lost) => {
  expect(findQuorumProblems(members, zones, lost)).toEqual([]);
});

test.each([
  [3, 2, 1, 'a cluster of at least 3 zones'],
  [3, 5, 2, 'members: 5,'],
  [5, 4, 2, 'a cluster of at least 5 zones'],
])('%s members over %s zones do not survive the loss of %s', (members, zones, lost, expected) => {
  expect(findQuorumProblems(members, zones, lost)).toMatchObject([{ expected: expect.stringContaining(expected) }]);
});
