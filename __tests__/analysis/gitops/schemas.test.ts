// Every object has the form that the controllers' own definitions ask for: __tests__/fixtures/gitops has them, with their sources.
import Ajv from 'ajv';
import type { GitOpsProps, JsonObject } from '../../../lib/model';
import schemas from '../../fixtures/gitops/schemas.json';
import { ARGO, delivered, FLUX } from '../../support/delivered';

const ajv = new Ajv({ strict: false });
const judges = new Map(Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile(schema)]));

/** `kind name: problems` of every object but those for kustomize. */
function wrong(objects: readonly JsonObject[]): string[] {
  return objects.flatMap(({ apiVersion, kind, metadata, spec }) => {
    if (metadata === undefined) return [];
    const judge = judges.get(`${apiVersion} ${kind}`);
    if (judge === undefined) return [`${kind} has no schema`];
    return judge(spec) ? [] : [`${kind}: ${ajv.errorsText(judge.errors)}`];
  });
}

const TYPES = ['alertmanager', 'generic', 'msteams', 'slack'] as const;
const DEPLOYERS = { deployers: { deployer: { namespace: 'tenants', serviceAccount: 'shop' } } };

test.each<readonly [string, GitOpsProps]>([
  ['flux', FLUX],
  ['flux with a deployer elsewhere', { ...FLUX, secret: 'git', prefix: 'shop' } as GitOpsProps],
  ...TYPES.map(
    (type) => [`flux with ${type}`, { ...FLUX, alerts: { type, secret: 'a', channel: 'b' } } as GitOpsProps] as const,
  ),
  ['argo', ARGO],
  ['argo for the platform', { ...ARGO, applies: 'platform' }],
])('%s', (_, props) => {
  const objects = [...delivered(props, DEPLOYERS).values()].flat();
  expect(objects.length).toBeGreaterThan(8);
  expect(wrong(objects)).toEqual([]);
});

test('a misspelt field, a wrong value and a missing field are noticed', () => {
  const objects = [...delivered(FLUX).values()].flat();
  const broken = (from: string, to: string) => wrong(JSON.parse(JSON.stringify(objects).replaceAll(from, to)));
  expect(broken('"prune":true', '"prun":true').length).toBeGreaterThan(0);
  expect(broken('"interval":"10m"', '"interval":"10 minutes"').length).toBeGreaterThan(0);
  expect(broken('"kind":"GitRepository","name"', '"kind":"GitRepo","name"').length).toBeGreaterThan(0);
});
