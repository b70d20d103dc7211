// Ports of a component: container, Service, policy, probes, variables and Ingress agree, whatever the port speaks.

import { type System, WebService, type WebServiceProps } from '../../../lib/constructs';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const GRPC = { port: 7070, protocol: 'grpc' } as const;

/** A shop with the component `cart`, and `web`, which may connect to it. */
function cart(
  props: Partial<WebServiceProps>,
  then: (cart: WebService, web: WebService, system: System<unknown>) => void = () => {},
): Synthesis {
  return shop((system) => {
    const made = new WebService(system, 'cart', {
      ...WEB,
      probes: { bootSeconds: 10, readiness: { exec: ['true'] } },
      ...props,
    });
    then(made, new WebService(system, 'web', WEB), system);
  });
}

const container = (synthesis: Synthesis) =>
  at(find(synthesis, 'Deployment', 'cart'), 'spec', 'template', 'spec', 'containers', 0);
const spec = (synthesis: Synthesis, kind: string, name: string) => at(find(synthesis, kind, name), 'spec');

/** The data of the component's ConfigMap. */
function variables(synthesis: Synthesis, component: string) {
  const found = synthesis.objects.find(({ entry }) => entry.identity.name.startsWith(`${component}-config-`));
  return at(found?.entry.manifest, 'data');
}

describe('one port', () => {
  test('a number is http, at port 80 of the Service', () => {
    const synthesis = cart({ port: 8080 });
    expect(synthesis.findings).toEqual([]);
    expect(at(container(synthesis), 'ports')).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
    expect(at(spec(synthesis, 'Service', 'cart'), 'ports')).toEqual([
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
    ]);
  });

  test.each([
    ['http', 80, undefined],
    ['tcp', 7070, undefined],
    ['udp', 7070, undefined],
    ['grpc', 7070, 'kubernetes.io/h2c'],
  ] as const)('%s is at port %d of the Service', (protocol, port, appProtocol) => {
    const synthesis = cart({ port: { port: 7070, protocol } });
    expect(synthesis.findings).toEqual([]);
    const transport = protocol === 'udp' ? 'UDP' : 'TCP';
    expect(at(container(synthesis), 'ports')).toEqual([{ name: protocol, containerPort: 7070, protocol: transport }]);
    expect(at(spec(synthesis, 'Service', 'cart'), 'ports')).toEqual([
      { name: protocol, port, targetPort: protocol, protocol: transport, ...(appProtocol && { appProtocol }) },
    ]);
  });

  test('servicePort moves the Service, and with it the variables; the policies name the container', () => {
    const synthesis = cart({ port: { port: 7070, servicePort: 8000 } }, (service, web) => web.connectTo(service));
    expect(synthesis.findings).toEqual([]);
    expect(at(spec(synthesis, 'Service', 'cart'), 'ports', 0, 'port')).toBe(8000);
    expect(variables(synthesis, 'web')).toEqual({ CART_HOST: 'cart', CART_PORT: '8000' });
    const ports = [{ port: 7070, protocol: 'TCP' }];
    expect(at(spec(synthesis, 'NetworkPolicy', 'cart'), 'ingress', 0, 'ports')).toEqual(ports);
    expect(at(spec(synthesis, 'NetworkPolicy', 'web'), 'egress', 1, 'ports')).toEqual(ports);
  });

  test('a UDP port is opened for UDP on both sides', () => {
    const synthesis = cart({ port: { port: 5353, protocol: 'udp' } }, (service, web) => web.connectTo(service));
    const ports = [{ port: 5353, protocol: 'UDP' }];
    expect(at(spec(synthesis, 'NetworkPolicy', 'cart'), 'ingress', 0, 'ports')).toEqual(ports);
    expect(at(spec(synthesis, 'NetworkPolicy', 'web'), 'egress', 1, 'ports')).toEqual(ports);
  });

  test('50: a Service of gRPC is headless, so that clients see every pod', () => {
    expect(at(spec(cart({ port: GRPC }), 'Service', 'cart'), 'clusterIP')).toBe('None');
    expect(at(spec(cart({ port: 7070 }), 'Service', 'cart'), 'clusterIP')).toBeUndefined();
  });

  test('50: of gRPC that something else balances it has an address, whose port may be another', () => {
    const port = { ...GRPC, servicePort: 5000, balancedBy: 'no one: calls are few' };
    const synthesis = cart({ port }, (service, web) => web.connectTo(service));
    expect(synthesis.findings).toEqual([]);
    expect(at(spec(synthesis, 'Service', 'cart'), 'clusterIP')).toBeUndefined();
    expect(variables(synthesis, 'web')).toEqual({ CART_HOST: 'cart', CART_PORT: '5000' });
    expect(at(spec(synthesis, 'NetworkPolicy', 'cart'), 'ingress', 0, 'ports', 0, 'port')).toBe(7070);
    const annotations = at(find(synthesis, 'Service', 'cart'), 'metadata', 'annotations');
    expect(annotations).toEqual({ 'evenkeel.dev/grpc-balance': 'no one: calls are few' });
  });
});

describe('several ports', () => {
  const ports = { admin: 9000, rpc: { port: 9090, protocol: 'grpc' } } as const;

  test('each has its name in the container and at the Service', () => {
    const synthesis = cart({ ports });
    expect(errors(synthesis)).toEqual([]);
    expect(at(spec(synthesis, 'Service', 'cart'), 'ports')).toEqual([
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
      { name: 'admin', port: 9000, targetPort: 'admin', protocol: 'TCP' },
      { name: 'rpc', port: 9090, targetPort: 'rpc', protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
    ]);
    expect(at(container(synthesis), 'ports')).toEqual([
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'admin', containerPort: 9000, protocol: 'TCP' },
      { name: 'rpc', containerPort: 9090, protocol: 'TCP' },
    ]);
  });

  test('gRPC behind one address is pointed out', () => {
    expect(cart({ ports }).findings).toMatchObject([{ rule: 'grpc-balance', severity: 'note', field: 'ports.rpc' }]);
  });

  test('unless something else balances it, which the Service says', () => {
    const balanced = { ...ports, rpc: { ...ports.rpc, balancedBy: 'the mesh' } };
    const synthesis = cart({ ports: balanced });
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'Service', 'cart'), 'metadata', 'annotations', 'evenkeel.dev/grpc-balance')).toBe(
      'the mesh',
    );
  });

  test('a client of one port is admitted to that port only', () => {
    const synthesis = cart({ ports }, (service, web) => web.connectTo(service.at('admin')));
    expect(errors(synthesis)).toEqual([]);
    expect(at(spec(synthesis, 'NetworkPolicy', 'cart'), 'ingress')).toEqual([
      {
        from: [
          { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/instance': 'web' } } },
        ],
        ports: [{ port: 9000, protocol: 'TCP' }],
      },
    ]);
    expect(variables(synthesis, 'web')).toEqual({ CART_ADMIN_HOST: 'cart', CART_ADMIN_PORT: '9000' });
  });

  test('clients of two ports are admitted port by port', () => {
    const synthesis = cart({ ports }, (service, web) => web.connectTo(service).connectTo(service.at('admin')));
    const ingress = at(spec(synthesis, 'NetworkPolicy', 'cart'), 'ingress');
    expect([0, 1, 2].map((index) => at(ingress, index, 'ports', 0, 'port'))).toEqual([8080, 9000, undefined]);
  });

  test('a host leads to the port it names, and the load balancer reaches no other', () => {
    const synthesis = cart(
      { ports, probes: { bootSeconds: 10, readiness: { path: '/ready', port: 'admin' } } },
      (service) => service.exposeAt('admin.example', { port: 'admin' }),
    );
    expect(errors(synthesis)).toEqual([]);
    const backend = at(spec(synthesis, 'Ingress', 'cart'), 'rules', 0, 'http', 'paths', 0, 'backend');
    expect(backend).toEqual({ service: { name: 'cart', port: { name: 'admin' } } });
    expect(at(spec(synthesis, 'NetworkPolicy', 'cart'), 'ingress', 0, 'ports')).toEqual([
      { port: 9000, protocol: 'TCP' },
    ]);
  });

  test('behind a host, the first port that speaks http is the default', () => {
    const props = { port: { port: 7070, protocol: 'tcp' }, ports: { page: 8080 } } as const;
    const synthesis = cart(props, (service) => service.exposeAt('a.example', { healthPath: '/' }));
    expect(errors(synthesis)).toEqual([]);
    expect(
      at(spec(synthesis, 'Ingress', 'cart'), 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'port'),
    ).toEqual({
      name: 'page',
    });
  });
});

describe('refused', () => {
  test.each<[string, Partial<WebServiceProps>, string]>([
    ['the name of the main port', { ports: { http: 9000 } }, 'ports.http has the name of port'],
    ['a number of the container twice', { ports: { admin: 8080 } }, 'port 8080 of the container is port as well'],
    [
      'a port of the Service twice',
      { ports: { admin: { port: 9000, servicePort: 80 } } },
      'port 80 of the Service is that of port',
    ],
    ['a name that is not a port name', { ports: { Admin_1: 9000 } }, '"Admin_1" is not a valid port name'],
    [
      'another servicePort of a headless Service',
      { port: { ...GRPC, servicePort: 80 } },
      'clients of a headless Service',
    ],
    ['a balancer of http', { port: { port: 8080, balancedBy: 'the mesh' } }, 'port.balancedBy is about gRPC'],
    [
      'a balancer of one port behind a headless Service',
      { port: GRPC, ports: { rpc: { port: 9090, protocol: 'grpc', balancedBy: 'the mesh' } } },
      'the Service is headless',
    ],
    [
      'a probe of a port that does not exist',
      probing({ path: '/', port: 'admn' }),
      'asks the port admn, which does not exist',
    ],
    ['HTTP asked of gRPC', { port: GRPC, ...probing({ path: '/' }) }, 'asks by HTTP, but the port grpc speaks grpc'],
    ['gRPC asked of HTTP', probing({ grpc: true }), 'asks by grpc, but the port http speaks http'],
    [
      'TCP asked of UDP',
      { port: { port: 53, protocol: 'udp' }, ...probing({ tcp: true }) },
      'but the port udp speaks udp',
    ],
  ])('%s', (_, props, message) => {
    const { findings } = cart(props);
    expect(findings).toEqual([
      expect.objectContaining({ severity: 'error', message: expect.stringContaining(message) }),
    ]);
  });

  test.each<[string, object, string]>([
    ['port', { port: 70_000 }, 'port cannot be 70000'],
    ['port', { port: '8080' }, 'port must be a number, not the text "8080"'],
    [
      'port.protocol',
      { port: { port: 80, protocol: 'gprc' } },
      'port.protocol cannot be the text "gprc" (did you mean grpc?)',
    ],
    [
      'port.servicePrt',
      { port: { port: 80, servicePrt: 1 } },
      "unknown property 'servicePrt' in port (did you mean servicePort?)",
    ],
    ['ports.admin', { ports: { admin: 0 } }, 'ports.admin cannot be 0'],
    ['probes.readiness.exec', { probes: { bootSeconds: 1, readiness: { exec: [] } } }, 'the command is empty'],
  ])('%s is named as the user wrote it: %j', (field, props, message) => {
    expect(cart(unchecked<Partial<WebServiceProps>>(props)).findings).toMatchObject([
      { rule: 'input', field, message },
    ]);
  });

  test('a host for a port that speaks no http, or has no address', () => {
    const expose = (props: Partial<WebServiceProps>, port?: string) =>
      cart(props, (service) => service.exposeAt('a.example', { healthPath: '/', ...(port && { port }) })).findings;
    const rule = 'exposure-port';
    expect(expose({ port: { port: 1, protocol: 'tcp' } })).toMatchObject([
      { rule, message: expect.stringContaining('speaks tcp') },
    ]);
    expect(expose({ port: GRPC, ports: { web: 8080 } })).toMatchObject([
      { rule, message: expect.stringContaining('headless') },
    ]);
    expect(expose({ ports: { admin: 9000 } }, 'amin')).toMatchObject([
      { rule: 'input', message: 'there is no port amin (did you mean admin?)' },
    ]);
  });

  test('a connection to a port that does not exist', () => {
    const { findings } = cart({ ports: { admin: 9000 } }, (service, web) => web.connectTo(service.at('admn')));
    const unset = cart({}, (service, web) => web.connectTo(Reflect.apply(service.at, service, [undefined])));
    expect(unset.findings).toMatchObject([{ rule: 'input', field: 'at', message: 'there is no port undefined' }]);
    expect(findings).toMatchObject([
      { rule: 'input', field: 'at', message: 'there is no port admn (did you mean admin?)' },
    ]);
  });
});

describe('probes', () => {
  const probed = (probe: NonNullable<WebServiceProps['probes']['readiness']>, props: Partial<WebServiceProps> = {}) =>
    at(container(cart({ ...props, ...probing(probe) })), 'readinessProbe');

  test('by HTTP with headers, at a port by name', () => {
    expect(
      probed({ path: '/ready', headers: { Host: 'shop.example' }, port: 'admin' }, { ports: { admin: 9000 } }),
    ).toMatchObject({
      httpGet: { path: '/ready', port: 'admin', httpHeaders: [{ name: 'Host', value: 'shop.example' }] },
    });
  });

  test('by gRPC, for the server or one of its services', () => {
    expect(probed({ grpc: true }, { port: GRPC })).toMatchObject({ grpc: { port: 7070 } });
    expect(probed({ grpc: 'hipstershop.Cart' }, { port: GRPC })).toMatchObject({
      grpc: { port: 7070, service: 'hipstershop.Cart' },
    });
  });

  test('by TCP at the port of whatever name', () => {
    expect(probed({ tcp: true }, { port: { port: 6379, protocol: 'tcp' } })).toMatchObject({
      tcpSocket: { port: 'tcp' },
    });
  });

  test('by a command', () => {
    expect(probed({ exec: ['redis-cli', 'ping'] })).toMatchObject({ exec: { command: ['redis-cli', 'ping'] } });
  });
});

describe('variables of a connection', () => {
  test('under the names that the application reads', () => {
    const synthesis = cart({ port: GRPC }, (service, web) =>
      web.connectTo(service, { as: { CART_SERVICE_ADDR: '{host}:{port}', CART_URL: 'grpc://{host}:{port}/' } }),
    );
    expect(synthesis.findings).toEqual([]);
    expect(variables(synthesis, 'web')).toEqual({ CART_SERVICE_ADDR: 'cart:7070', CART_URL: 'grpc://cart:7070/' });
  });

  test.each<[object, string, string]>([
    [{ as: { A: '{hots}' } }, 'connectTo.as.A', 'connectTo.as.A has {hots}, which stands for nothing'],
    [{ az: {} }, 'connectTo.az', "unknown property 'az' in connectTo (did you mean as?)"],
    [{ as: { A: 1 } }, 'connectTo.as.A', 'connectTo.as.A cannot be 1'],
  ])('%j is refused', (options, field, message) => {
    const { findings } = cart({}, (service, web) => web.connectTo(service, options));
    expect(findings).toMatchObject([{ rule: 'input', field, message }]);
  });
});

function probing(readiness: NonNullable<WebServiceProps['probes']['readiness']>): Pick<WebServiceProps, 'probes'> {
  return { probes: { bootSeconds: 10, readiness } };
}
