import * as s from '../../../lib/model/finding/schema';

const probes = s.fields({
  bootSeconds: s.number({ above: 0 }),
  readiness: s.optional(
    s.either([
      s.fields({ path: s.text('an absolute path', (p) => p.startsWith('/')) }),
      s.fields({ tcp: s.flag(true) }),
    ]),
  ),
});
const pools = s.list(s.fields({ name: s.text(), cpu: s.quantity() }));
const web = s.fields({
  probes,
  image: s.optional(s.text()),
  size: s.either([
    s.fields({ replicas: s.number({ whole: true, atLeast: 1 }) }),
    s.fields({
      min: s.number(),
      max: s.number(),
      cpu: s.number({ above: 0, atMost: 1 }),
      memory: s.optional(s.number()),
    }),
  ]),
  nodePools: s.optional(pools),
  t: s.optional(s.table(s.text())),
});
test('x', () => {
  for (const input of [
    5,
    {},
    { probes: { readines: { path: '/' }, bootSecond: 5 }, size: { replicas: '3' } },
    { probes: { bootSeconds: Infinity, readiness: { path: 'x' } }, size: { min: 1, cpus: 5 }, image: null },
    {
      probes: { bootSeconds: 1, readiness: { tcp: false } },
      size: 5,
      nodePools: [{ name: 'general', cpu: 5 }, 7],
      t: { a: 1 },
    },
    { probes: [], size: {}, imge: 1, ports: 2, nodePools: {}, t: [] },
  ])
    console.log(JSON.stringify(input), s.findSchemaProblems(web, input, ''));
});
