// A system is distinguished from any other chart, which cdk8s' own `instanceof` does not do.
import { ApiObject, App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { System, WebService } from '../../../lib/constructs';
import { type Line, nextLine } from '../../support/next-line';
import { shop, shopApp, WEB } from '../../support/synthesis';

test('a component in a chart that is not a system is refused by name', () => {
  const chart = new Chart(new App(), 'plain');
  expect(chart instanceof System).toBe(true); // hence System.isSystem
  expect(System.isSystem(chart)).toBe(false);
  expect(() => new WebService(chart, 'web', WEB)).toThrow('plain/web is not inside a System, which knows the cluster');
});

test('a system is recognized, and its components find it', () => {
  const app = shopApp((system) => new WebService(system, 'web', WEB));
  const system = app.node.findAll().find(System.isSystem);
  expect(system?.node.path).toBe('mumbai/shop-production');
  const deployment = app.node.findAll().find(({ node }) => node.path.endsWith('web/deployment'));
  expect(deployment !== undefined && System.of(deployment)).toBe(system);
});

describe('a finding about a plain construct has the line that made it', () => {
  const wrong = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not_A_Name' } };

  test('an ApiObject of the system', () => {
    let made: Line | undefined;
    const { findings } = shop((system) => {
      made = nextLine();
      new ApiObject(system, 'own', wrong);
    });
    expect(findings).toMatchObject([{ rule: 'object-name', source: made }]);
  });

  test("one in a construct of the user's: a line of that construct", () => {
    class Own extends Construct {
      constructor(scope: Construct, id: string) {
        super(scope, id);
        new ApiObject(this, 'object', wrong);
      }
    }
    let made: Line | undefined;
    const { findings } = shop((system) => {
      made = nextLine();
      new Own(system, 'own');
    });
    expect(findings.map(({ rule }) => rule)).toEqual(['object-name']);
    expect(findings[0]?.source?.file).toBe(made?.file);
  });
});
