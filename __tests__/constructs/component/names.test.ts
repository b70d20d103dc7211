import { WebService } from '../../../lib/constructs';
import { errors, shop, WEB } from '../../support/synthesis';

describe('F24: an id that is taken', () => {
  const taken = (id: string) =>
    shop((system) => {
      new WebService(system, 'web', WEB);
      new WebService(system, id, { ...WEB, name: 'other' });
    }).findings.filter(({ rule }) => rule === 'id-taken');

  test.each(['namespace', 'default-deny', 'namespace-quota', 'namespace-limits', 'web'])('%s', (id) => {
    expect(taken(id)).toMatchObject([
      {
        construct: 'mumbai/shop-production',
        field: 'id',
        value: id,
        message: `shop-production already has a construct ${id}`,
        expected: 'another id than default-deny, namespace, namespace-limits, namespace-quota, web',
      },
    ]);
    expect(taken(id)[0]?.source?.file).toMatch(/names\.test\.ts$/);
  });

  test.each(['constructor', 'toString', 'valueOf'])('%s, which every JavaScript object has, is free', (id) => {
    expect(taken(id)).toEqual([]);
  });

  test('an id that is free is not refused, and another exception is reported as it is', () => {
    expect(taken('api')).toEqual([]);
    const failing = shop(() => {
      throw new Error('no such file');
    });
    expect(failing.findings).toMatchObject([
      { rule: 'exception', message: "the chart's code threw Error: no such file" },
    ]);
  });
});

describe('F26: a component called default', () => {
  test.each([
    ['by its id', 'default', {}],
    ['by its name', 'web', { name: 'default' }],
  ])('%s', (_, id, more) => {
    const synthesis = shop((system) => new WebService(system, id, { ...WEB, ...more }));
    expect(errors(synthesis)).toEqual(['component-name name']);
  });

  test('an id default with another name is fine', () => {
    expect(shop((system) => new WebService(system, 'default', { ...WEB, name: 'web' })).findings).toEqual([]);
  });
});
