// The numbers of a PostgreSQL: connections in steps, memory that they need, and images of versions.

import {
  connectionsFor,
  findMemoryProblems,
  isOfVersion,
  limitsOf,
  POSTGRESQL_VERSIONS,
  parametersOf,
  postgresqlImage,
} from '../../../lib/model/services/postgresql';

const needs = (value: number) => ({ value, because: `${value} needed` });

test('connections are those of clients, superusers and the operator, in steps of 20', () => {
  expect(connectionsFor(undefined, undefined).value).toBe(20);
  expect(connectionsFor(needs(11), undefined).value).toBe(20);
  expect(connectionsFor(needs(12), undefined)).toEqual({
    value: 40,
    because: '12 needed, 3 for superusers, 6 for the operator: 21, in steps of 20 = 40',
  });
  expect(connectionsFor(needs(12), 33)).toEqual({ value: 33, because: '33 as given' });
});

test('what the clients have of them leaves room for the others', () => {
  for (const needed of [1, 11, 31, 1000]) {
    const {
      maxConnections,
      superuserReserved,
      monitoring = 0,
    } = limitsOf(connectionsFor(needs(needed), undefined).value);
    expect(maxConnections - superuserReserved - monitoring).toBeGreaterThanOrEqual(needed);
  }
});

test('a quarter of the memory is shared buffers, unless they are given', () => {
  expect(parametersOf(20, '1Gi', {})).toEqual({ max_connections: '20', shared_buffers: '256MB' });
  expect(parametersOf(20, '1Gi', { shared_buffers: '1GB', work_mem: '1MB' })).toEqual({
    max_connections: '20',
    shared_buffers: '1GB',
    work_mem: '1MB',
  });
  expect(Object.keys(parametersOf(20, '1Mi', { zz: '1', aa: '1' }))).toEqual([
    'aa',
    'max_connections',
    'shared_buffers',
    'zz',
  ]);
});

test.each<[string, number, string, Record<string, string>, string | undefined]>([
  ['they fit exactly', 64, '512Mi', { shared_buffers: '256MB' }, undefined],
  ['one connection too many', 65, '512Mi', { shared_buffers: '256MB' }, '516Mi'],
  ['kilobytes without a unit', 64, '512Mi', { shared_buffers: '256MB', work_mem: '8192' }, '768Mi'],
  ['pages without a unit', 64, '512Mi', { shared_buffers: '65536' }, '768Mi'],
  ['a fraction', 64, '512Mi', { shared_buffers: '0.25GB' }, undefined],
  ['with a blank', 64, '512Mi', { shared_buffers: '257 MB' }, '513Mi'],
])('memory: %s', (_, connections, memory, given, needed) => {
  const problems = findMemoryProblems(needs(connections), memory, given);
  expect(problems.map(({ expected }) => expected)).toEqual(
    needed === undefined ? [] : [`memory: '${needed}', smaller pools, or another work_mem`],
  );
});

test('each version has an image that begins with it, and whose minor is known', () => {
  for (const version of POSTGRESQL_VERSIONS) {
    expect(postgresqlImage(version)).toMatch(new RegExp(`:${version}\\.\\d+-`));
    expect(isOfVersion(postgresqlImage(version), version)).toBe(true);
  }
});

test.each<[string, boolean]>([
  ['registry.example/pg:16', true],
  ['registry.example:5000/pg:16.14', true],
  ['registry.example/pg:16.14@sha256:0f', true],
  ['registry.example/pg:16_alpine', true],
  ['registry.example/pg:160', false],
  ['registry.example/pg:latest', false],
  ['registry.example/pg@sha256:0f', false],
  ['registry.example:16/pg', false],
])('%s is of version 16: %s', (image, expected) => {
  expect(isOfVersion(image, '16')).toBe(expected);
});
