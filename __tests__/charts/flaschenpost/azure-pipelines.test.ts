// What the Azure pipeline of Flaschenpost promises (F5, F6, P8): the shipped files keep each promise, and changes break it.
import {
  broken,
  expand,
  FLASCHENPOST,
  type Promised,
  type Sources,
  shipped,
  stagesBy,
} from '../../support/azure-pipelines';
import { inOrder, parameter } from '../shipped/pipelines';

const NAMESPACES = ['dev', 'qa', 'staging', 'prod'];

const stages = (sources: Sources) => stagesBy(sources, FLASCHENPOST);
const commandsOf = (sources: Sources, name: string): string => stages(sources).get(name)?.commands.join('\n') ?? '';

/** A line with its value from a parameter. */
const inserted = (key: string, name: string): string => `${key}: ${parameter(name)}`;

const SYNTH = 'npm run synth\n';
const CHECK = 'npm run synth -- --check --strict';

const PROMISES: readonly Promised[] = [
  {
    promise: 'F5: a pull request is built, tested and scanned, and its dist is up to date',
    holds: (sources) =>
      inOrder(
        commandsOf(sources, 'verify'),
        'sonar.qualitygate.wait=true',
        'sonar.cs.opencover.reportsPaths',
        'dotnet build',
        '--filter Category!=Functional',
        '--filter Category=Functional',
        'dotnet sonarscanner end',
        '--scanners vuln,license',
        'npm run typecheck',
        'npm test',
        CHECK,
      ) && stages(sources).get('verify')?.condition === undefined,
    breaks: [
      ['/d:sonar.qualitygate.wait=true', ''],
      ['vuln,license', 'vuln'],
      ['dotnet sonarscanner end', 'echo'],
      ['--filter Category=Functional', '--filter Category=None'],
    ],
  },
  {
    promise: 'F5: an image of main is pushed, its tag is locked, and the pushed image is scanned by digest',
    holds: (sources) =>
      inOrder(
        commandsOf(sources, 'images'),
        'docker build',
        'docker push',
        '--write-enabled false',
        '--query digest',
        '@$digest',
        'image --scanners vuln',
        '--exit-code 1 "$image"',
      ),
    breaks: [
      ['@$digest" >>', ':$BUILD_BUILDID" >>'],
      ['--write-enabled false', ''],
      [
        'image --scanners vuln --severity HIGH,CRITICAL --exit-code 1',
        'image --scanners vuln --severity HIGH,CRITICAL',
      ],
    ],
  },
  {
    promise: 'build → test → scan → synth → check → diff → gate → deploy',
    holds: (sources) => {
      const order = ['verify', 'images', 'manifests', 'dev', 'qa', 'promotion', 'staging', 'prod'];
      const ordered = [...stages(sources).values()];
      const follows = ordered.every(({ name, after }) => after === order[order.indexOf(name) - 1]);
      const shown = inOrder(commandsOf(sources, 'manifests'), 'npm run image', SYNTH, CHECK, 'git diff -- dist');
      return ordered.map(({ name }) => name).join() === order.join() && follows && shown;
    },
    breaks: [
      ['after: images', 'after: verify'],
      ['after: staging', 'after: promotion'],
      ['git diff -- dist', 'git status'],
      ['this build\n  - bash: npm run synth -- --check --strict', 'this build'],
    ],
  },
  {
    promise: 'only the verification runs for a pull request',
    holds: (sources) =>
      [...stages(sources).values()].every(
        ({ name, condition }) =>
          name === 'verify' || condition === "and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))",
      ),
    breaks: [["'refs/heads/main'", "'refs/heads/trunk'"]],
  },
  {
    promise:
      'F6: each namespace has a stage, an environment to approve, and an identity of its own that nothing else uses',
    holds: (sources) => {
      const all = [...stages(sources).values()];
      const connections = all.flatMap((stage) => [...new Set(stage.connections)]);
      return (
        new Set(connections).size === connections.length &&
        NAMESPACES.every((name) => {
          const stage = all.find((candidate) => candidate.name === name);
          return (
            stage?.environments.join() === `flaschenpost-${name}` &&
            stage.connections.join() === `flaschenpost-${name}-deployer`
          );
        }) &&
        all.every(({ name, environments }) => NAMESPACES.includes(name) || environments.length === 0)
      );
    },
    breaks: [
      ['flaschenpost-prod-deployer', 'flaschenpost-dev-deployer'],
      ['environment: prod\n', 'environment: production\n'],
      [inserted('azureSubscription', 'deployerConnection'), 'azureSubscription: flaschenpost-registry'],
      [inserted('environment', 'gate'), 'environment: flaschenpost'],
    ],
  },
  {
    promise:
      'a release is what was approved, is committed before it is applied, and applies one file of one namespace unchanged',
    holds: (sources) =>
      NAMESPACES.every((name) => {
        const commands = commandsOf(sources, name);
        const file = 'dist/10-$SYSTEMNAME-$ENVIRONMENT.yaml"';
        const migrated = ['apply -f "$migration"', 'get -f "$migration"', 'wait --namespace'];
        const all = commands.match(/kubectl (?!rollout status)\w+.*/g) ?? [];
        const applied = all.filter((one) => !migrated.some((step) => one.startsWith(`kubectl ${step}`)));
        return (
          inOrder(
            commands,
            'npm run image',
            SYNTH,
            CHECK,
            'diff -N "$PIPELINE_WORKSPACE/approved$file"',
            'git push',
            'kubectl apply -f "$migration"',
            'xargs kubectl wait',
            'kubectl apply -f "dist',
          ) && applied.join() === `kubectl apply -f "${file}`
        );
      }),
    breaks: [
      [`kubectl apply -f "dist${parameter('folder')}/10-$SYSTEMNAME-$ENVIRONMENT.yaml"`, 'kubectl apply -f dist'],
      ['kubectl apply -f', 'kubectl replace --force -f'],
      ['diff -N "$PIPELINE_WORKSPACE', 'ls "$PIPELINE_WORKSPACE'],
      ['xargs kubectl wait', 'true'],
      ['git push origin HEAD:main', 'true'],
    ],
  },
  {
    promise: 'P8: the registry of production gets the same digest',
    holds: (sources) =>
      inOrder(
        commandsOf(sources, 'promotion'),
        'az acr import',
        '@$digest',
        'test "$(digest_in "$PRODUCTIONREGISTRY")" = "$digest"',
        '--write-enabled false',
      ),
    breaks: [
      ['test "$(digest_in "$PRODUCTIONREGISTRY")" = "$digest"', 'true'],
      ['$image@$digest', '$image:$BUILD_BUILDID'],
    ],
  },
  {
    promise: 'a release triggers no further run',
    holds: (sources) => {
      const pipeline = JSON.stringify(expand(sources, FLASCHENPOST));
      return (
        pipeline.includes('"exclude":["dist","charts/images.json"]') &&
        NAMESPACES.every((name) => commandsOf(sources, name).includes('[skip ci]'))
      );
    },
    breaks: [
      ['[dist, charts/images.json]', '[docs]'],
      [' [skip ci]', ''],
    ],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped files keep it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});
