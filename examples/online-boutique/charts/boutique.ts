// Online Boutique, a public demo shop: eleven services, and the Redis that keeps its carts.
import type { Construct } from 'constructs';
import { StatefulService, System, type Target, WebService, type WebServiceProps, Worker } from 'evenkeel';

export interface BoutiqueSettings {
  /** Host name that it answers at. */
  readonly host: string;
  /** Pods of each stateless service. */
  readonly replicas: number;
}

/** The variable that has the address of a service. */
const as = (name: string) => ({ as: { [`${name}_ADDR`]: '{host}:{port}' } });

/** A probe with a session of its own: without one, the application starts a new one for each request. */
const healthz = (session: string) => ({ path: '/_healthz', headers: { Cookie: `shop_session-id=${session}` } });

export class Boutique extends System<BoutiqueSettings> {
  constructor(scope: Construct, target: Target<BoutiqueSettings>) {
    super(scope, 'online-boutique', target);
    const { host, replicas } = this.settings;

    const grpc = (name: string, port: number, props: Partial<WebServiceProps> = {}) =>
      new WebService(this, name, {
        port: { port, protocol: 'grpc' },
        resources: { cpu: '100m', memory: '128Mi' },
        size: { replicas },
        env: { PORT: String(port), DISABLE_PROFILER: '1' },
        probes: { bootSeconds: 60, startup: { grpc: true }, readiness: { grpc: true } },
        ...props,
      });

    const ads = grpc('adservice', 9555, { resources: { cpu: '200m', memory: '300Mi' }, env: { PORT: '9555' } });
    const carts = grpc('cartservice', 7070, { resources: { cpu: '200m', memory: '128Mi' }, env: {} });
    const checkout = grpc('checkoutservice', 5050, { env: { PORT: '5050' } });
    const currencies = grpc('currencyservice', 7000);
    const emails = grpc('emailservice', 8080, {
      port: { port: 8080, protocol: 'grpc', servicePort: 5000, balancedBy: 'no one: mails are few' },
    });
    const payments = grpc('paymentservice', 50051);
    const catalogue = grpc('productcatalogservice', 3550);
    const recommendations = grpc('recommendationservice', 8080, { resources: { cpu: '100m', memory: '450Mi' } });
    const shipping = grpc('shippingservice', 50051);

    const redis = new StatefulService(this, 'redis-cart', {
      image: 'docker.io/library/redis:8.2.1-alpine',
      port: { port: 6379, protocol: 'tcp' },
      resources: { cpu: '70m', memory: '256Mi' },
      size: { replicas: 1 },
      claims: { '/data': { size: '1Gi' } },
      noBackup: 'a cart may be lost',
      probes: { bootSeconds: 20, startup: { tcp: true }, readiness: { tcp: true } },
      survives: { zones: 0, because: 'a cart may be lost' },
    });

    const frontend = new WebService(this, 'frontend', {
      port: 8080,
      resources: { cpu: '100m', memory: '128Mi' },
      size: { replicas },
      env: { PORT: '8080', ENABLE_PROFILER: '0', SHOPPING_ASSISTANT_SERVICE_ADDR: 'shoppingassistantservice:80' },
      probes: {
        bootSeconds: 30,
        startup: healthz('x-readiness-probe'),
        readiness: healthz('x-readiness-probe'),
        liveness: healthz('x-liveness-probe'),
      },
    });

    const load = new Worker(this, 'loadgenerator', {
      resources: { cpu: '300m', memory: '512Mi' },
      size: { replicas: 1 },
      env: { USERS: '10', RATE: '1' },
      probes: { bootSeconds: 30 },
      initContainers: {
        'frontend-check': {
          image: 'docker.io/library/busybox:1.37.0',
          resources: { cpu: '10m', memory: '16Mi' },
          seconds: 120,
          command: ['/bin/sh', '-ec', 'until wget -qO /dev/null "http://$FRONTEND_ADDR"; do sleep 5; done'],
          sharesEnv: true,
        },
      },
      survives: { zones: 0, because: 'a test may pause' },
    });

    carts.connectTo(redis, as('REDIS'));
    recommendations.connectTo(catalogue, as('PRODUCT_CATALOG_SERVICE'));
    load.connectTo(frontend, as('FRONTEND'));
    checkout.connectTo(emails, as('EMAIL_SERVICE')).connectTo(payments, as('PAYMENT_SERVICE'));
    frontend.connectTo(ads, as('AD_SERVICE')).connectTo(checkout, as('CHECKOUT_SERVICE'));
    frontend.connectTo(recommendations, as('RECOMMENDATION_SERVICE'));
    for (const client of [frontend, checkout]) {
      client.connectTo(carts, as('CART_SERVICE'));
      client.connectTo(catalogue, as('PRODUCT_CATALOG_SERVICE'));
      client.connectTo(currencies, as('CURRENCY_SERVICE'));
      client.connectTo(shipping, as('SHIPPING_SERVICE'));
    }
    const reason = 'the assistant is not installed, here as there; the application asks for its address anyway';
    frontend.deployment.metadata.addAnnotation('evenkeel.dev/address-service-reason', reason);
    frontend.exposeAt(host);
  }
}
