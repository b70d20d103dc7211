// What the Azure pipeline of Panther Clinic promises (P8, P9): the shipped files keep each promise, and changes break it.
import images from '../../../charts/images.json';
import { commandsOf as commandsIn, expand, PANTHER, stagesBy, variablesOf } from '../../support/pipelines/azure';
import { broken, inOrder, type Promised, type Sources, shipped } from '../../support/pipelines/files';
import { placed } from '../shipped/pipelines';

const REGIONS = ['westeurope', 'northeurope'];
const ORDER = ['verify', 'images', 'manifests', 'dev', 'promotion', ...REGIONS];
const MAIN = "eq(variables['Build.SourceBranch'], 'refs/heads/main')";

const stages = (sources: Sources) => stagesBy(sources, PANTHER);
const commandsOf = (sources: Sources, name: string): string => commandsIn(sources, PANTHER, name);

/** Commands that bring one region to the state in git. */
const APPLIED = ['az aks get-credentials', 'kubectl apply -f "$FOLDER/10-', 'kubectl rollout status', 'curl --fail'];

/** Clusters, folders and addresses of the steps of a stage that deploy, in their order. */
const deployed = (sources: Sources, name: string): string[] =>
  (stages(sources).get(name)?.jobs ?? [])
    .flatMap(({ steps }) => steps)
    .flatMap(({ env: { CLUSTER, FOLDER, SMOKE_URL } }) =>
      SMOKE_URL !== undefined ? SMOKE_URL : CLUSTER !== undefined ? `${CLUSTER} ${FOLDER}` : [],
    );
const inRegion = (region: string, host = 'panther-clinic.example'): string[] => [
  `${region} dist/clusters/${region}`,
  `https://${region}.booking.${host}/health/ready`,
];
const parameter = (name: string): string => `\${{ parameters.${name} }}`;

const PROMISES: readonly Promised[] = [
  {
    promise: 'P9: build → synth → check → deploy, one region after the other',
    holds: (sources) => {
      const ordered = [...stages(sources).values()];
      return (
        ordered.map(({ name }) => name).join() === [...ORDER, 'rollback'].join() &&
        ORDER.every((name, at) => stages(sources).get(name)?.after === ORDER[at - 1]) &&
        ORDER.slice(1).every((name) => stages(sources).get(name)?.condition === `and(succeeded(), ${MAIN})`) &&
        inOrder(
          commandsOf(sources, 'images'),
          '{"checkout":"self","path":"self"}',
          '{"checkout":"booking","path":"booking"}',
          'docker build',
          '--exit-code 1',
          'docker push',
        ) &&
        inOrder(
          commandsOf(sources, 'manifests'),
          'npm run image',
          'npm run synth\n',
          'npm run synth -- --check --strict',
        )
      );
    },
    breaks: [
      ['after: westeurope', 'after: promotion'],
      ['code: booking', 'code: ""'],
      ['and(succeeded(), eq', 'and(always(), eq'],
    ],
  },
  {
    promise: 'P9: each region has its own gate, and the deployer of an environment is used for nothing else',
    holds: (sources) =>
      [...stages(sources).values()].every(({ name, environments, connections }) => {
        const gated = ['dev', ...REGIONS].includes(name);
        const deployer = name === 'dev' ? 'panther-dev-deployer' : 'panther-clinic-deployer';
        return (
          environments.join() === (gated ? `panther-${name}` : '') &&
          connections.every((connection) => (connection === deployer) === (gated || name === 'rollback'))
        );
      }),
    breaks: [
      ['gate: panther-northeurope', 'gate: panther-westeurope'],
      [`environment: ${parameter('gate')}`, 'environment: panther'],
      ['promotionConnection: panther-promotion', 'promotionConnection: panther-clinic-deployer'],
    ],
  },
  {
    promise:
      "P9: a region's release is what was approved, is committed first, then applied to that region and smoke tested there",
    holds: (sources) =>
      REGIONS.every((region) => {
        const commands = commandsOf(sources, region);
        return (
          inOrder(
            commands,
            'npm run image',
            'npm run synth -- --check --strict',
            'diff -N "$APPROVED',
            'git push',
            ...APPLIED,
          ) && deployed(sources, region).join() === inRegion(region).join()
        );
      }),
    breaks: [
      ['folder: dist/clusters/northeurope', 'folder: dist/clusters/westeurope'],
      ['cluster: northeurope', 'cluster: westeurope'],
      ['https://northeurope.booking', 'https://booking'],
      ['curl --fail', 'curl'],
      ['git push origin "HEAD:$BRANCH"', 'true'],
    ],
  },
  {
    promise: 'P9: the second region releases only the build that the first one committed',
    holds: (sources) => {
      const check = 'git diff --exit-code -- charts/images.json dist';
      return (
        inOrder(commandsOf(sources, 'northeurope'), 'npm run synth\n', check, 'git push') &&
        !commandsOf(sources, 'westeurope').includes(check)
      );
    },
    breaks: [
      ['follows: westeurope', 'follows: ""'],
      ['git diff --exit-code', 'git diff'],
    ],
  },
  {
    promise: 'P9: if a region fails, the release commit is reverted, checked and pushed, then both regions follow',
    holds: (sources) => {
      const rollback = stages(sources).get('rollback');
      return (
        rollback?.after === REGIONS.join() &&
        rollback.condition ===
          `and(${MAIN}, in('Failed', dependencies.westeurope.result, dependencies.northeurope.result))` &&
        rollback.environments.length === 0 &&
        inOrder(
          rollback.commands.join('\n'),
          '"fetchDepth":"0"',
          'revert --no-edit "$newest"',
          'npm run synth -- --check --strict',
          'git push origin "HEAD:$BRANCH"',
          ...APPLIED,
          ...APPLIED,
        ) &&
        deployed(sources, 'rollback').join() === REGIONS.flatMap((region) => inRegion(region)).join()
      );
    },
    breaks: [
      ['revert --no-edit', 'show'],
      ["in('Failed',", "in('Skipped',"],
      ['dependsOn: [westeurope, northeurope]', 'dependsOn: northeurope'],
      ['fetchDepth: 0', 'fetchDepth: 1'],
    ],
  },
  {
    promise: 'P9: its images, clusters, namespaces, hosts, health paths and registries are those of dist',
    holds: (sources) => {
      const variables = variablesOf(sources, PANTHER);
      const environments = [
        ['dev', 'westeurope', 'clinic-dev', variables.registry],
        ['westeurope', 'westeurope', 'clinic', variables.production_registry],
        ['northeurope', 'northeurope', 'clinic', variables.production_registry],
      ] as const;
      return (
        variables.registry !== variables.production_registry &&
        environments.every(([name, region, environment, registry]) => {
          const {
            images: expected,
            hosts,
            ready,
            namespaces,
            deployers,
          } = placed(`dist/clusters/${region}`, `panther-${environment}`);
          const [target, url = ''] = deployed(sources, name);
          const { host, pathname, protocol } = new URL(url);
          const built = (variables.images ?? '').split(' ').map((one) => `${registry}/${variables.system_name}/${one}`);
          return (
            target === `${region} dist/clusters/${region}` &&
            built.join() === expected.join() &&
            protocol === 'https:' &&
            hosts.includes(host) &&
            ready.includes(pathname) &&
            stages(sources).get(name)?.jobs[0]?.variables.environment === environment &&
            namespaces.join() === `${variables.system_name}-${environment}` &&
            deployers.length === 1
          );
        })
      );
    },
    breaks: [
      ['https://westeurope.booking.dev', 'https://frankfurt.booking.dev'],
      ['/health/ready', '/ready'],
      ['folder: dist/clusters/northeurope', 'folder: dist/clusters/norway'],
      ['value: panther.azurecr.io', 'value: clinic.azurecr.io'],
      ['value: panther.azurecr.io', 'value: pantherdev.azurecr.io'],
      ['value: booking', 'value: web'],
    ],
  },
  {
    promise: 'P9: each environment of charts/images.json gets this build, in the difference as in releases',
    holds: (sources) => {
      const environmentsOf = (name: string) =>
        (stages(sources).get(name)?.jobs ?? []).flatMap(({ steps }) =>
          steps.flatMap(({ env }) => env.ENVIRONMENTS ?? []),
        );
      const known = Object.keys(images.panther);
      return (
        environmentsOf('manifests').join() === known.join(' ') &&
        [...environmentsOf('dev'), ...environmentsOf('westeurope')].join() === known.join() &&
        environmentsOf('northeurope').join() === environmentsOf('westeurope').join()
      );
    },
    breaks: [
      ['environments: clinic-dev clinic', 'environments: clinic-dev'],
      ['environment: clinic-dev', 'environment: clinic'],
    ],
  },
  {
    promise: 'P9: what makes the manifests is linted, typed, tested and checked first, for pull requests too',
    holds: (sources) => {
      const verify = stages(sources).get('verify');
      return (
        verify?.condition === undefined &&
        inOrder(
          commandsOf(sources, 'verify'),
          '"fetchDepth":"0"',
          'npm ci',
          'npm run lint',
          'npm run typecheck',
          'npm test',
          'npm run synth -- --check --strict',
          'npm run synth -- --check --against "$base"',
        ) &&
        verify?.jobs.every(({ steps }) => steps.at(-1)?.env.AGAINST === 'main') === true
      );
    },
    breaks: [
      ['          - bash: npm run lint\n', ''],
      ['          - bash: npm run typecheck\n', ''],
      ['          - bash: npm test\n', ''],
      ['npm run synth -- --check --strict\n', 'true\n'],
      ['              AGAINST: main', '              AGAINST: ""'],
      ['- stage: verify\n', '- stage: verify\n    condition: false\n'],
    ],
  },
  {
    promise: 'P9: a change of the manifests, of the code and a pull request start it, a release does not',
    holds: (sources) => {
      const pipeline = JSON.stringify(expand(sources, PANTHER));
      return (
        pipeline.includes(
          '"trigger":{"batch":"true","branches":{"include":["main"]},"paths":{"exclude":["dist","charts/images.json","charts/previews.json"]}}',
        ) &&
        pipeline.includes('"pr":{"branches":{"include":["main"]}}') &&
        pipeline.includes(
          '"repositories":[{"repository":"booking","type":"git","name":"panther/booking","ref":"refs/heads/main","trigger":{"branches":{"include":["main"]}}}]',
        ) &&
        commandsOf(sources, 'westeurope').includes('[skip ci]')
      );
    },
    breaks: [
      [
        '      ref: refs/heads/main\n      trigger:\n        branches:\n          include: [main]\n',
        '      ref: refs/heads/main\n',
      ],
      ['pr:\n  branches:\n    include: [main]', 'pr: none'],
      ['include: [main]\n  paths', 'include: [release]\n  paths'],
      [' [skip ci]', ''],
    ],
  },
  {
    promise: 'P9: its clusters are in its own resource group',
    holds: (sources) => variablesOf(sources, PANTHER).resource_group === 'panther',
    breaks: [['  - name: resource_group\n    value: panther', '  - name: resource_group\n    value: flaschenpost']],
  },
  {
    promise: 'P8, P9: production gets the digest that development has tested',
    holds: (sources) =>
      inOrder(commandsOf(sources, 'promotion'), 'az acr import', '@$digest', 'if [ "$copy" != "$digest" ]; then'),
    breaks: [['$name@$digest', '$name:$BUILD_NUMBER']],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped files keep it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});
