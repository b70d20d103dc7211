// A system is distinguished from any other chart, which cdk8s' own `instanceof` does not do.
import { App, Chart } from 'cdk8s';
import { System, WebService } from '../../../lib/constructs';
import { shopApp, WEB } from '../../support/synthesis';

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
