// G9: a preview in the shipped platform: what each verb says of it, with a branch in charts/previews.json.
import { Flaschenpost, flaschenpost, SMALL } from '../../../charts/flaschenpost';
import { platform } from '../../../charts/platform';
import { check } from '../../../lib/checks';
import { synthesize } from '../../../lib/synth/synthesize';
import { cli } from '../../support/cli';
import { errors } from '../../support/synthesis';

jest.mock('../../../charts/previews.json', () => ({ 'feature/pay-42': { images: { pingpong: '61' } } }));

const NAMESPACE = 'pingpong-feature-pay-42';
const load = () => ({ app: platform.app() });
const ask = async (...args: string[]) => {
  const { code, out, err } = await cli(args, load);
  expect({ args, code, errors: err.split('\n').filter((line) => line.includes('error')) }).toEqual({
    args,
    code: 0,
    errors: [],
  });
  return out;
};

describe('G9: a preview of PingPong', () => {
  const found = synthesize(platform.app(), check);

  test('is written without an error, with its own image, host and size', () => {
    expect(errors(found)).toEqual([]);
    const text = found.files.get('10-pingpong-feature-pay-42.yaml');
    expect(text).toContain('image: 210987654321.dkr.ecr.ap-south-1.amazonaws.com/pingpong/web:61\n');
    expect(text).toContain('- host: feature-pay-42-pingpong.preview.example.com\n');
    expect(text).toContain('  replicas: 1\n');
    expect(found.files.get('05-pingpong-feature-pay-42.yaml')).toContain('kind: ResourceQuota\n');
  });

  test('is deployed by its own group, in its own namespace alone', async () => {
    const lines = (await ask('access')).split('\n').map((line) => line.split(/ {2,}/));
    const rolesOf = (group: string) =>
      lines.flatMap(([, who, where, role]) => (who === group ? [`${where} ${role}`] : []));
    expect(rolesOf('pingpong-previews')).toEqual([`${NAMESPACE} deployer`]);
    expect(rolesOf('pingpong-pipeline')).toEqual(['pingpong-production deployer']);
  });

  test('differs from production in what an environment decides', async () => {
    const out = await ask('compare', 'environments', 'pingpong/production', 'pingpong/feature-pay-42');
    expect(out).toMatch(/^images /m);
    expect(out).not.toMatch(/^NOTHING/m);
  });

  test('is not drawn: a committed picture does not change with it', async () => {
    await ask('picture', '--check');
  });

  test('is in the answers of connections, traffic, prove and plan', async () => {
    expect(await ask('connections')).toContain(`${NAMESPACE}/web`);
    expect(await ask('traffic')).toContain('feature-pay-42-pingpong.preview.example.com');
    expect(await ask('prove')).toContain('pingpong/feature-pay-42 on mumbai promises to survive nothing');
    expect(await ask('plan', 'mumbai')).toMatch(/^previews +more of pingpong +\d+ +1 there +/m);
  }, 90_000);
});

test('G9: the Secrets of a preview are in its own namespace, also where the environment that it is like has an identity', async () => {
  platform.preview(Flaschenpost, {
    of: 'dev',
    on: 'westeurope',
    branches: { 'feature/cart': {} },
    settings: ({ host }) => ({
      ...flaschenpost('dev', '10.30.1.0/28', { ...SMALL, size: { min: 1, max: 2 } }),
      host: host('flaschenpost.preview.example'),
      frontEnd: { hosts: [host('shop.preview.example')], cdn: 'flaschenpost-dev.azurefd.net' },
    }),
  });
  const secrets: { namespace: string; name: string; users: string[] }[] = JSON.parse(await ask('secrets', '--json'));
  const namesIn = (namespace: string) => secrets.filter((one) => one.namespace === namespace).map(({ name }) => name);
  const own = namesIn('flaschenpost-feature-cart');
  // without an identity, the data lake is reached with a key
  expect(own).toEqual(expect.arrayContaining([...namesIn('flaschenpost-dev'), 'data-lake']));
  expect(namesIn('flaschenpost-dev')).not.toContain('data-lake');
});
