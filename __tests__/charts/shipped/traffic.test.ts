// `evenkeel traffic`: what DNS must say of every host of the shipped systems (P10).
import { app } from '../../../main';
import { cli } from '../../support/cli';
import { shipped } from '../../support/shipped';
import { at } from '../../support/synthesis';

test('every host of one cluster too', async () => {
  const { out } = await cli(['traffic'], () => ({ app }));
  expect(out).toMatch(
    /^toytrex\.com +mumbai +load balancer of Ingress toytrex-production\/web +– +100 % +– +external-dns$/m,
  );
  expect(out).toMatch(/^toytrex\.localhost +laptop .* by hand$/m);
  expect(out).toMatch(/^shop\.prod\.flaschenpost\.example +westeurope +flaschenpost-prod\.azurefd\.net /m);
  const first = new Set(out.split('\n').map((line) => line.split(' ')[0]));
  const exposed = shipped.objects.flatMap(({ entry }) => {
    const rules = at(entry.manifest, 'spec', 'rules');
    return entry.identity.kind === 'Ingress' && Array.isArray(rules) ? rules.map((rule) => at(rule, 'host')) : [];
  });
  expect(exposed.length).toBeGreaterThan(10);
  expect([...first]).toEqual(expect.arrayContaining(exposed));
});
