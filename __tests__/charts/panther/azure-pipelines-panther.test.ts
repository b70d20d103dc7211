// What the Azure pipeline of Panther Clinic promises (P8, P9): the shipped files keep each promise, and changes break it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import images from '../../../charts/images.json';
import { broken, expand, type Promised, type Sources, shipped, stagesBy } from '../../support/azure-pipelines';
import { inOrder, PANTHER, parameter } from '../shipped/pipelines';

const REGIONS = ['westeurope', 'northeurope'];
const ORDER = ['verify', 'images', 'manifests', 'dev', 'promotion', ...REGIONS];
const MAIN = "eq(variables['Build.SourceBranch'], 'refs/heads/main')";

const stages = (sources: Sources) => stagesBy(sources, PANTHER);
const commandsOf = (sources: Sources, name: string): string => stages(sources).get(name)?.commands.join('\n') ?? '';
const manifestOf = (region: string): string => `dist/clusters/${region}/10-$SYSTEMNAME-$ENVIRONMENT.yaml`;

/** Commands that bring one region to the state in git. */
const applied = (region: string): string[] => [
  `--name "${region}"`,
  `kubectl apply -f "${manifestOf(region)}"`,
  'kubectl rollout status',
  'curl --fail',
  `"https://${region}.booking.panther-clinic.example/health/ready"`,
];

const PROMISES: readonly Promised[] = [
  {
    promise: 'P9: build → synth → check → deploy, one region after the other',
    holds: (sources) => {
      const ordered = [...stages(sources).values()];
      return (
        ordered.map(({ name }) => name).join() === [...ORDER, 'rollback'].join() &&
        ORDER.every((name, at) => stages(sources).get(name)?.after === ORDER[at - 1]) &&
        ORDER.slice(1).every((name) => stages(sources).get(name)?.condition === `and(succeeded(), ${MAIN})`) &&
        inOrder(commandsOf(sources, 'images'), '{"checkout":"booking"}', 'docker build', 'docker push') &&
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
      ['source: booking', 'source: self'],
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
            `file="/clusters/${region}/$phase-$SYSTEMNAME-$ENVIRONMENT.yaml"`,
            'diff -N "$PIPELINE_WORKSPACE/approved$file"',
            'git push',
            ...applied(region),
          ) && commands.match(/kubectl apply/g)?.length === 2
        );
      }),
    breaks: [
      ['folder: /clusters/northeurope', 'folder: /clusters/westeurope'],
      ['cluster: northeurope', 'cluster: westeurope'],
      ['https://northeurope.booking', 'https://booking'],
      ['curl --fail', 'curl'],
      ['git push origin HEAD:main', 'true'],
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
          'git push origin HEAD:main',
          ...REGIONS.flatMap(applied),
        )
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
    promise: 'P9: its regions, hosts, health path and registries are those of the manifests',
    holds: (sources) => {
      const text = JSON.stringify(expand(sources, PANTHER));
      const urls = [...text.matchAll(/https:\/\/([\w.-]+)(\/[\w/-]+)/g)];
      const applies = [...text.matchAll(/kubectl apply -f \\"(dist[\w/]+)\/10-/g)].map(([, folder = '']) => folder);
      const manifests = ['clusters/westeurope', 'clusters/northeurope'].flatMap((folder) =>
        ['clinic', 'clinic-dev']
          .map((environment) => join(__dirname, `../../../dist/${folder}/10-panther-${environment}.yaml`))
          .filter((path) => existsSync(path))
          .map((path) => readFileSync(path, 'utf8')),
      );
      const registries = manifests.map((manifest) => /image: ([\w.]+)\/panther\/booking[:@]/.exec(manifest)?.[1]);
      return (
        urls.length === 5 &&
        urls.every(([, host, path]) =>
          manifests.some(
            (manifest) =>
              manifest.includes(`- host: ${host}\n`) && manifest.includes(`evenkeel.dev/health-path: ${path}\n`),
          ),
        ) &&
        applies.length === 5 &&
        applies.every((folder) => existsSync(join(__dirname, '../../..', folder, '00-cluster.yaml'))) &&
        registries.length === 3 &&
        registries.every((registry) => text.includes(`"value":"${registry}"`))
      );
    },
    breaks: [
      ['https://westeurope.booking.dev', 'https://northeurope.booking.dev'],
      ['/health/ready', '/ready'],
      ['folder: /clusters/northeurope', 'folder: /clusters/norway'],
      ['value: panther.azurecr.io', 'value: clinic.azurecr.io'],
    ],
  },
  {
    promise:
      'P9: what it writes to charts/images.json has a place there, and is the same in the difference and in releases',
    holds: (sources) => {
      const targetsOf = (name: string) => /for target in (.*); do/.exec(commandsOf(sources, name))?.[1];
      const known = Object.entries(images.panther).flatMap(([environment, tags]) =>
        typeof tags === 'string' ? [environment] : Object.keys(tags).map((component) => `${environment}/${component}`),
      );
      const released = [targetsOf('dev'), targetsOf('westeurope')];
      return (
        targetsOf('manifests') === known.join(' ') &&
        released.join(' ') === known.join(' ') &&
        targetsOf('westeurope') === targetsOf('northeurope')
      );
    },
    breaks: [
      ['targets: clinic-dev clinic/booking', 'targets: clinic-dev clinic'],
      ['      targets: clinic/booking\n', ''],
    ],
  },
  {
    promise: 'P8, P9: production gets the digest that development has tested',
    holds: (sources) =>
      inOrder(commandsOf(sources, 'promotion'), 'az acr import', '@$digest', '"$PRODUCTIONREGISTRY")" = "$digest"'),
    breaks: [['$image@$digest', '$image:$BUILD_BUILDID']],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped files keep it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});
