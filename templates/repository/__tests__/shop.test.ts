// The shop: what must stay true of it, and all of its manifests as a snapshot.
import { synthesizeForTest } from 'evenkeel';
import { Shop } from '../charts/shop';

const shop = synthesizeForTest(Shop, { settings: { host: 'shop.example' } });

test('its manifests', () => expect(shop.yaml).toMatchSnapshot());

test('three pods serve, and a rollout stops none of them before another one is ready', () => {
  expect(shop.object('Deployment', 'web')).toMatchObject({
    spec: { replicas: 3, strategy: { rollingUpdate: { maxUnavailable: 0 } } },
  });
});

test('it answers at its host', () => {
  expect(shop.object('Ingress', 'web')).toHaveProperty('spec.rules.0.host', 'shop.example');
});

test('a URL in place of a host is refused', () => {
  expect(() => synthesizeForTest(Shop, { settings: { host: 'https://shop.example' } })).toThrow(
    /https:\/\/shop\.example/,
  );
});

test('nothing to warn of', () => expect(shop.findings).toEqual([]));
