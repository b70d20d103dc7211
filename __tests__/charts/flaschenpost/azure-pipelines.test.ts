// What the Azure pipeline of Flaschenpost promises (F5, F6, P8): the shipped files keep each promise, and changes break it.
import images from '../../../charts/images.json';
import { commandsOf as commandsIn, expand, FLASCHENPOST, stagesBy, variablesOf } from '../../support/pipelines/azure';
import { broken, inOrder, type Promised, type Sources, shipped } from '../../support/pipelines/files';
import { placed } from '../shipped/pipelines';

const NAMESPACES = ['dev', 'qa', 'staging', 'prod'];
const MAIN = "and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))";

const stages = (sources: Sources) => stagesBy(sources, FLASCHENPOST);
const commandsOf = (sources: Sources, name: string): string => commandsIn(sources, FLASCHENPOST, name);

/** A line with its value from a parameter. */
const inserted = (key: string, name: string): string => `${key}: \${{ parameters.${name} }}`;

const SYNTH = 'npm run synth\n';
const CHECK = ['npm run synth -- --check --strict', 'npm run synth -- --check --against "$base"'];

const PROMISES: readonly Promised[] = [
  {
    promise: 'F5: a pull request is built, tested and scanned, and its dist is up to date',
    holds: (sources) =>
      inOrder(
        commandsOf(sources, 'verify'),
        'dotnet restore --locked-mode',
        'sonar.qualitygate.wait=true',
        "sonar.cs.opencover.reportsPaths='**/coverage.opencover.xml'",
        'dotnet build',
        '--filter Category!=Functional',
        "--collect 'XPlat Code Coverage;Format=opencover'",
        'find . -name coverage.opencover.xml | grep .',
        '--filter Category=Functional',
        '"failTaskOnFailedTests":"true"',
        'dotnet sonarscanner end',
        'fs --scanners vuln,license --severity HIGH,CRITICAL --exit-code 1',
        '"fetchDepth":"0"',
        'npm ci',
        'npm run typecheck',
        'npm test',
        ...CHECK,
      ) && stages(sources).get('verify')?.condition === undefined,
    breaks: [
      ['/d:sonar.qualitygate.wait=true', ''],
      ['vuln,license', 'vuln'],
      [
        '--scanners vuln,license --severity HIGH,CRITICAL --exit-code 1',
        '--scanners vuln,license --severity HIGH,CRITICAL',
      ],
      ['dotnet sonarscanner end', 'echo'],
      ['--filter Category=Functional', '--filter Category=None'],
      ["--collect 'XPlat Code Coverage;Format=opencover'", ''],
      ['find . -name coverage.opencover.xml | grep .', ''],
      ['bash pipelines/steps/scan-packages.sh', 'true'],
      ['- bash: npm test\n', ''],
      ['- bash: npm run typecheck\n', ''],
      ['failTaskOnFailedTests: true', 'failTaskOnFailedTests: false'],
    ],
  },
  {
    promise: 'F5: an image of main is scanned, then that very one is pushed, its digest read, and its tag locked',
    holds: (sources) =>
      inOrder(
        commandsOf(sources, 'images'),
        'docker build',
        "id=$(docker image inspect --format '{{.Id}}'",
        'docker save --output "$WORK/$name.tar" "$id"',
        'image --input "/images/$name.tar" --scanners vuln --severity HIGH,CRITICAL --exit-code 1',
        'echo "$name $id" >>"$WORK/scanned"',
        'require_scanned "$REGISTRY/$repository:$BUILD_NUMBER"',
        'docker push "$REGISTRY/$repository:$BUILD_NUMBER"',
        'digest=$(',
        'docker pull --quiet "$REGISTRY/$repository@',
        'require_scanned "$REGISTRY/$repository@$digest"',
        'lock_tag "$repository:$BUILD_NUMBER"',
        'echo "$REGISTRY/$repository@$digest" >>"$WORK/pushed"',
      ),
    breaks: [
      ['@$digest" >>', ':$BUILD_NUMBER" >>'],
      ['  lock_tag "', '  : "'],
      ['  require_scanned "$REGISTRY/$repository@$digest"\n', ''],
      ['  require_scanned "$REGISTRY/$repository:$BUILD_NUMBER"\n', ''],
      ['--scanners vuln --severity HIGH,CRITICAL --exit-code 1', '--scanners vuln --severity HIGH,CRITICAL'],
      ['          - bash: bash pipelines/steps/scan-images.sh\n', '          - bash: "true"\n'],
    ],
  },
  {
    promise: 'build → test → scan → synth → check → diff → gate → deploy',
    holds: (sources) => {
      const order = ['verify', 'images', 'manifests', 'dev', 'qa', 'promotion', 'staging', 'prod'];
      const ordered = [...stages(sources).values()];
      const follows = ordered.every(({ name, after }) => after === order[order.indexOf(name) - 1]);
      const shown = inOrder(commandsOf(sources, 'manifests'), 'npm run image', SYNTH, ...CHECK, 'git diff -- dist');
      return ordered.map(({ name }) => name).join() === order.join() && follows && shown;
    },
    breaks: [
      ['after: images', 'after: verify'],
      ['after: staging', 'after: promotion'],
      ['git diff -- dist', 'git status'],
      ['  - bash: npm run synth\n  - bash: bash pipelines/steps/check.sh', '  - bash: npm run synth\n  - bash: "true"'],
    ],
  },
  {
    promise: 'only the verification runs for a pull request',
    holds: (sources) =>
      [...stages(sources).values()].every(({ name, condition }) => name === 'verify' || condition === MAIN),
    breaks: [
      ["'refs/heads/main'", "'refs/heads/trunk'"],
      ['and(succeeded(), eq', 'and(always(), eq'],
    ],
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
      'a release is what was approved, is committed before it is applied, and applies the files of one namespace unchanged',
    holds: (sources) =>
      NAMESPACES.every((name) => {
        const commands = commandsOf(sources, name);
        const applied = (commands.match(/^ *kubectl (?!rollout status|get|wait)\w+.*/gm) ?? []).map((line) =>
          line.trim(),
        );
        return (
          inOrder(
            commands,
            'npm run image',
            SYNTH,
            ...CHECK,
            'diff -N "$APPROVED',
            'git push',
            'kubectl apply -f "$migration"',
            'kubectl wait',
            'kubectl apply -f "$FOLDER',
            'kubectl rollout status',
          ) &&
          applied.join() ===
            'kubectl apply -f "$migration",kubectl apply -f "$FOLDER/10-$SYSTEM_NAME-$ENVIRONMENT.yaml"'
        );
      }),
    breaks: [
      ['kubectl apply -f "$FOLDER/10-$SYSTEM_NAME-$ENVIRONMENT.yaml"', 'kubectl apply -f dist'],
      ['kubectl apply -f', 'kubectl replace --force -f'],
      ['diff -N "$APPROVED', 'ls "$APPROVED'],
      ['kubectl wait', 'true'],
      ['git push origin "HEAD:$BRANCH"', 'true'],
    ],
  },
  {
    promise: 'F8: what is built, scanned, pushed and applied is what dist names, in its files and from its registries',
    holds: (sources) => {
      const variables = variablesOf(sources, FLASCHENPOST);
      return NAMESPACES.every((name) => {
        const stage = stages(sources).get(name);
        const [apply] = stage?.jobs.flatMap(({ steps }) => steps.filter(({ env }) => 'CLUSTER' in env)) ?? [];
        const folder = apply?.env.FOLDER ?? '';
        const registry = ['dev', 'qa'].includes(name) ? variables.registry : variables.production_registry;
        const built = (variables.images ?? '')
          .split(' ')
          .map((image) => `${registry}/${variables.system_name}/${image}`);
        const { images: expected, namespaces, deployers } = placed('dist/clusters/westeurope', `flaschenpost-${name}`);
        return (
          folder === 'dist/clusters/westeurope' &&
          apply?.env.CLUSTER === 'westeurope' &&
          stage?.jobs[0]?.variables.environment === name &&
          namespaces.join() === `${variables.system_name}-${name}` &&
          deployers.length === 1 &&
          [...built].sort().join() === expected.join()
        );
      });
    },
    breaks: [
      ['default: catalogue dispatch gateway orders', 'default: orders'],
      ['default: dist/clusters/westeurope', 'default: dist'],
      ['default: westeurope', 'default: northeurope'],
      ['value: flaschenpostdev.azurecr.io', 'value: flaschenpost.azurecr.io'],
      ['value: flaschenpost.azurecr.io', 'value: flaschenpostdev.azurecr.io'],
      ['value: flaschenpost\n', 'value: panther\n'],
    ],
  },
  {
    promise: 'F8: each environment of charts/images.json gets this build, and the resource group is its own',
    holds: (sources) => {
      const manifests = stages(sources).get('manifests');
      const steps = manifests?.jobs.flatMap((job) => job.steps) ?? [];
      return (
        steps.some(({ env }) => env.ENVIRONMENTS === Object.keys(images.flaschenpost).join(' ')) &&
        NAMESPACES.every((name) =>
          stages(sources)
            .get(name)
            ?.jobs.some((job) => job.steps.some(({ env }) => env.ENVIRONMENTS === name)),
        ) &&
        variablesOf(sources, FLASCHENPOST).resource_group === 'flaschenpost'
      );
    },
    breaks: [
      ['environments: dev qa staging prod', 'environments: dev qa staging'],
      [inserted('environments', 'environment'), 'environments: dev'],
      ['  - name: resource_group\n    value: flaschenpost', '  - name: resource_group\n    value: panther'],
    ],
  },
  {
    promise: 'P8: the registry of production is another one, and gets the same digest',
    holds: (sources) => {
      const { registry, production_registry: production } = variablesOf(sources, FLASCHENPOST);
      return (
        registry !== production &&
        inOrder(
          commandsOf(sources, 'promotion'),
          'digest=$(digest_in "$REGISTRY")',
          'az acr import --name',
          '@$digest',
          'copy=$(digest_in "$PRODUCTION_REGISTRY")',
          'if [ "$copy" != "$digest" ]; then',
          '--write-enabled false',
        )
      );
    },
    breaks: [
      ['if [ "$copy" != "$digest" ]; then', 'if false; then'],
      ['$name@$digest', '$name:$BUILD_NUMBER'],
      ['value: flaschenpost.azurecr.io', 'value: flaschenpostdev.azurecr.io'],
    ],
  },
  {
    promise: 'a change of main and a pull request start it, a release does not',
    holds: (sources) => {
      const pipeline = JSON.stringify(expand(sources, FLASCHENPOST));
      return (
        pipeline.includes(
          '"trigger":{"batch":"true","branches":{"include":["main"]},"paths":{"exclude":["dist","charts/images.json","charts/previews.json"]}}',
        ) &&
        pipeline.includes('"pr":{"branches":{"include":["main"]}}') &&
        NAMESPACES.every((name) => commandsOf(sources, name).includes('[skip ci]'))
      );
    },
    breaks: [
      ['[dist, charts/images.json, charts/previews.json]', '[docs]'],
      [' [skip ci]', ''],
      ['pr:\n  branches:\n    include: [main]', 'pr: none'],
      ['include: [main]\n  paths', 'include: [release]\n  paths'],
    ],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped files keep it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});

test('the sample of the how-to is the same template with other parameters', () => {
  const given = { images: 'orders', cluster: 'flaschenpost', folder: 'dist' };
  expect(variablesOf(shipped, FLASCHENPOST, given).images).toBe('orders');
  for (const name of NAMESPACES) {
    const steps = stagesBy(shipped, FLASCHENPOST, given)
      .get(name)
      ?.jobs.flatMap((job) => job.steps);
    expect(steps?.flatMap(({ env }) => env.FOLDER ?? [])).toEqual(['dist', 'dist']);
    expect(steps?.flatMap(({ env }) => env.CLUSTER ?? [])).toEqual(['flaschenpost']);
  }
});
