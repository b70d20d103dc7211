// References to variables: $(NAME) is refused where it would stay as it is, and never where a shell or another program means it.

import { configMap, deployment, object, running, withReason } from '../../../lib/checks/examples';
import { CronJob, WebService, type WebServiceProps } from '../../../lib/constructs';
import { reasonKey } from '../../../lib/model/manifest/annotations';
import { defined, type Json, type JsonObject } from '../../../lib/model/manifest/json';
import { errors, shop, WEB } from '../../support/synthesis';
import { fields, findings } from '../support';

const RULE = 'variable-reference';
const CONTAINER = '/spec/template/spec/containers/0';
const from = (kind: 'configMapRef' | 'secretRef', name: string, prefix = ''): Json => ({ [kind]: { name }, prefix });

describe('$(NAME) that nothing defines', () => {
  test.each<[string, JsonObject, string]>([
    ['a command', { command: ['/web', '--host=$(HOST)'] }, '/command/1'],
    ['an argument', { args: ['-v', '$(HOST)'] }, '/args/1'],
    ['a script', { command: ['sh', '-c'], args: ['curl "$(HOST)"'] }, '/args/0'],
    ['a variable', { env: [{ name: 'URL', value: 'http://$(HOST)' }] }, '/env/0/value'],
    ['itself', { env: [{ name: 'HOST', value: '$(HOST):80' }] }, '/env/0/value'],
    ['a ConfigMap with other keys', { args: ['$(HOST)'], envFrom: [from('configMapRef', 'web')] }, '/args/0'],
    ['a Secret with a prefix', { args: ['$(HOST)'], envFrom: [from('secretRef', 'web', 'DB_')] }, '/args/0'],
  ])('in %s is refused', (_, container, field) => {
    const found = findings(RULE, running(container), configMap({ PORT: '80' }));
    expect(found).toMatchObject([
      {
        field: CONTAINER + field,
        message: 'no variable HOST is defined: $(HOST) stays as it is',
        expected: expect.stringContaining('env: { HOST: … }, or $$(HOST) for a literal'),
      },
    ]);
  });

  test('in an init container is refused', () => {
    const pod = deployment({}, { initContainers: [{ name: 'init', args: ['$(HOST)'] }] });
    expect(fields(RULE, pod)).toEqual(['/spec/template/spec/initContainers/0/args/0']);
  });

  test('of a Service is refused where the pod has no variables of Services', () => {
    const container = { args: ['$(CART_SERVICE_HOST)'] };
    expect(fields(RULE, running(container, { enableServiceLinks: false }))).toEqual([`${CONTAINER}/args/0`]);
    expect(fields(RULE, running(container))).toEqual([]);
  });

  test('before its definition is refused, with the order', () => {
    const env = [
      { name: 'URL', value: '$(HOST)' },
      { name: 'HOST', value: 'cart' },
    ];
    expect(findings(RULE, running({ env }))).toMatchObject([
      { field: `${CONTAINER}/env/0/value`, message: 'variable HOST is defined too late: $(HOST) stays as it is' },
    ]);
    expect(fields(RULE, running({ env: env.toReversed() }))).toEqual([]);
  });
});

describe('$(NAME) within another $(', () => {
  const env = [{ name: 'FILE', value: '/data/a.txt' }];
  const script = (line: string) => running({ command: ['sh', '-c', line], env });

  test.each(['cat $(basename $(FILE))', 'echo $((1 + $(FILE)))', 'echo $(cat /a\n$(FILE))'])(
    'stays as it is, though it is defined: %s',
    (line) => {
      expect(findings(RULE, script(line))).toMatchObject([
        {
          field: `${CONTAINER}/command/2`,
          message: '$(FILE) stays as it is: it is within another $(',
          expected: expect.stringContaining('"$FILE", which a shell replaces'),
        },
      ]);
    },
  );

  test.each([
    'cat $(basename "$FILE") $(FILE)',
    'echo $(date) $(FILE)',
    'echo $(basename $$(FILE))',
    'FILE() { date; }; echo $(basename $(FILE))',
    'echo $x$(FILE) $$$(FILE)',
  ])('is none: %s', (line) => {
    expect(fields(RULE, script(line))).toEqual([]);
  });

  test('stays as it is in a variable and in a probe', () => {
    const nested = [...env, { name: 'LINE', value: '$(basename $(FILE))' }];
    const livenessProbe = { exec: { command: ['sh', '-c', 'cat $(basename $(FILE))'] } };
    expect(fields(RULE, running({ env: nested, livenessProbe }))).toEqual([
      `${CONTAINER}/env/1/value`,
      `${CONTAINER}/livenessProbe/exec/command/2`,
    ]);
  });
});

describe('the index of a job', () => {
  const REFERENCE = '$(JOB_COMPLETION_INDEX)';
  const podOf = (container: JsonObject) => ({
    spec: { containers: [{ name: 'work', image: 'work:1', ...container }] },
  });
  const job = (container: JsonObject, completionMode?: string): JsonObject =>
    object('batch/v1', 'Job', 'work', { spec: { ...defined({ completionMode }), template: podOf(container) } });
  const cron = (container: JsonObject, completionMode?: string): JsonObject =>
    object('batch/v1', 'CronJob', 'work', {
      spec: { jobTemplate: { spec: { ...defined({ completionMode }), template: podOf(container) } } },
    });

  test.each([job, cron])('is in commands and arguments of an Indexed one alone', (of) => {
    const container = { command: ['work', REFERENCE], args: [REFERENCE] };
    expect(fields(RULE, of(container, 'Indexed'))).toEqual([]);
    expect(fields(RULE, of(container, 'NonIndexed'))).toHaveLength(2);
    expect(fields(RULE, of(container))).toHaveLength(2);
  });

  test('comes after all other variables, unless the manifest has it', () => {
    const name = 'JOB_COMPLETION_INDEX';
    const env = [{ name: 'PART', value: `part-${REFERENCE}` }];
    expect(findings(RULE, job({ env }, 'Indexed'))).toMatchObject([
      {
        field: `${CONTAINER}/env/0/value`,
        message: `variable ${name} is defined too late: ${REFERENCE} stays as it is`,
      },
    ]);
    const fieldPath = "metadata.annotations['batch.kubernetes.io/job-completion-index']";
    expect(fields(RULE, job({ env: [{ name, valueFrom: { fieldRef: { fieldPath } } }, ...env] }, 'Indexed'))).toEqual(
      [],
    );
  });

  test('is empty in a probe', () => {
    const livenessProbe = { exec: { command: ['check', REFERENCE] } };
    expect(findings(RULE, job({ livenessProbe }, 'Indexed'))).toMatchObject([
      { message: `${REFERENCE} is empty in a command of a probe: its value is elsewhere` },
    ]);
  });
});

describe('the path of a volume', () => {
  const at = (subPathExpr: string, env: readonly JsonObject[] = []) =>
    running({ env: [...env], volumeMounts: [{ name: 'data', mountPath: '/data', subPathExpr }] });
  const AT = `${CONTAINER}/volumeMounts/0/subPathExpr`;

  test.each<[string, readonly JsonObject[]]>([
    ['$(POD)', [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }]],
    ['logs/$(pod)', [{ name: 'pod', value: 'a' }]],
    ['$$(POD)', []],
    ['logs', []],
    ['$(KUBERNETES_SERVICE_HOST)', []],
  ])('%s has its variable', (path, env) => {
    expect(fields(RULE, at(path, env))).toEqual([]);
  });

  test.each<[string, readonly JsonObject[]]>([
    ['$(POD)', [{ name: 'PODS', value: 'a' }]],
    ['logs/$(date)', []],
    ['$(POD)', [{ name: 'POD', value: '' }]],
    ['$(POD)', [{ name: 'POD' }]],
  ])('%s has no value', (path, env) => {
    expect(findings(RULE, at(path, env))).toMatchObject([
      { field: AT, message: expect.stringMatching(/has no value: the container never starts$/) },
    ]);
  });
});

describe('$(NAME) is not refused', () => {
  test.each<[string, JsonObject]>([
    ['a variable before', { command: ['$(HOST)'], args: ['$(HOST)'], env: [{ name: 'HOST', value: 'a' }] }],
    ['a variable of the pod', { args: ['$(IP)'], env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'a' } } }] }],
    ['a ConfigMap', { env: [{ name: 'A', value: '$(P_PORT)' }], envFrom: [from('configMapRef', 'web', 'P_')] }],
    ['a ConfigMap of others', { args: ['$(HOST)'], envFrom: [from('configMapRef', 'other')] }],
    ['a Secret', { args: ['$(HOST)'], envFrom: [from('secretRef', 'web')] }],
    ['the API server', { args: ['$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_PORT_443_TCP_PORT)'] }],
    ['a webhook', { args: ['$(AZURE_CLIENT_ID)', '$(AWS_ROLE_ARN)'] }],
    ['a literal', { args: ['$$(HOST)'], env: [{ name: 'A', value: '$$(HOST)' }] }],
    ['a command of a shell', { command: ['sh', '-c', 'echo $(date) $(cat /a) $HOST $((A+1)) $(A=1 b)'] }],
    ['a function of a script', { command: ['sh', '-c', 'NOW() { date; }; function DAY { date; }; $(NOW) $(DAY)'] }],
    ['awk', { command: ['sh', '-c', "df | awk '{print $(NF)}'"] }],
    ['awk in a variable', { env: [{ name: 'SCRIPT', value: "df | awk '{print $(NF)}'" }] }],
    ['Datadog', { args: ['$(DD_AGENT_HOST)'] }],
    ['awk itself', { command: ['/usr/bin/gawk', '{print $(NF)}'] }],
    ['make', { command: ['make'], args: ['CC=$(CC)'] }],
  ])('for %s', (_, container) => {
    expect(fields(RULE, running(container), configMap({ PORT: '80' }))).toEqual([]);
  });
});

describe('where Kubernetes replaces nothing', () => {
  test('a hook has no reference, even to a variable', () => {
    const lifecycle = { preStop: { exec: { command: ['$(HOST)'] } } };
    const pod = running({ env: [{ name: 'HOST', value: 'a' }], lifecycle });
    expect(fields(RULE, pod)).toEqual([`${CONTAINER}/lifecycle/preStop/exec/command/0`]);
  });

  test.each<[string, JsonObject, string | undefined]>([
    ['has its value in the manifest', { env: [{ name: 'HOST', value: 'a' }] }, undefined],
    ['is not defined', {}, '$(HOST) stays as it is in a command of a probe'],
    ['is of a ConfigMap', { envFrom: [from('configMapRef', 'web')] }, '$(HOST) stays as it is in a command of a probe'],
    [
      'has its value elsewhere',
      { env: [{ name: 'HOST', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }] },
      '$(HOST) is empty in a command of a probe: its value is elsewhere',
    ],
    ['is empty in the manifest', { env: [{ name: 'HOST' }] }, undefined],
  ])('a probe refers to a variable that %s', (_, container, message) => {
    const readinessProbe = { exec: { command: ['cli', '$(HOST)'] } };
    const found = findings(RULE, running({ readinessProbe, ...container }), configMap({ HOST: 'a' }));
    expect(found.map((one) => one.message)).toEqual(message === undefined ? [] : [message]);
  });

  test('a probe may use a shell', () => {
    const command = ['sh', '-c', 'cli "$HOST" $(date)'];
    expect(fields(RULE, running({ livenessProbe: { exec: { command } } }))).toEqual([]);
  });

  test('a ConfigMap has none in what is a variable, and any in what is a file', () => {
    const pod = running({ envFrom: [from('configMapRef', 'web')] });
    expect(fields(RULE, pod, configMap({ URL: 'http://$(HOST)', HOST: 'cart' }))).toEqual(['/data/URL']);
    expect(fields(RULE, pod, configMap({ SCRIPT: "awk '{print $(NF)}'" }))).toEqual([]);
    expect(fields(RULE, pod, configMap({ 'run.sh': '$(HOST)', SCRIPT: 'a\n$(HOST)', DAY: '$(date)' }))).toEqual([]);
    expect(fields(RULE, running({}), configMap({ URL: 'http://$(HOST)' }))).toEqual([]);
  });

  test('a reason excuses it', () => {
    const reasoned = withReason(configMap({ URL: '$(HOST)' }), reasonKey(RULE), 'it replaces them itself');
    expect(findings(RULE, running({ envFrom: [from('configMapRef', 'web')] }), reasoned)).toEqual([]);
  });
});

describe('a component', () => {
  const web = (props: Partial<WebServiceProps>) =>
    errors(shop((system) => void new WebService(system, 'web', { ...WEB, ...props })));
  const key = { secret: 'web', key: 'password' };

  test.each<[string, Partial<WebServiceProps>, string]>([
    ['args', { args: ['--host=$(HOTS)'], env: { HOST: 'a' } }, 'containers/0/args/0'],
    [
      'a sidecar',
      {
        sidecars: { proxy: { image: 'p:1', args: ['$(HOST)'], resources: { cpu: '1m', memory: '1Mi' } } },
        env: { HOST: 'a' },
      },
      'initContainers/0/args/0',
    ],
  ])('with an undefined one in %s', (_, props, field) => {
    expect(web(props)).toEqual([`${RULE} /spec/template/spec/${field}`]);
  });

  test('has references in args to all of its variables, and none in its env', () => {
    expect(web({ args: ['$(HOST)$(PW)'], env: { HOST: 'a', PW: key } })).toEqual([]);
    expect(web({ env: { DSN: 'web:$(PW)', PW: key } })).toEqual([`${RULE} /data/DSN`]);
  });

  test('that is a job is judged too', () => {
    const job = shop(
      (system) =>
        void new CronJob(system, 'report', {
          image: 'report:1',
          resources: { cpu: '100m', memory: '64Mi' },
          schedule: '@daily',
          deadlineSeconds: 60,
          command: ['report', '$(DAY)'],
        }),
    );
    expect(errors(job)).toEqual([`${RULE} /spec/jobTemplate/spec/template/spec/containers/0/command/1`]);
  });
});
