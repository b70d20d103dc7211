// What the Azure pipeline promises (F5, F6, F8, P8): each promise is kept by the shipped files, and seen broken by a change.
import { spawnSync } from 'node:child_process';
import manifest from '../../package.json';
import { broken, expand, type Sources, type Stage, shipped, stagesOf } from '../support/azure-pipelines';

const NAMESPACES = ['dev', 'qa', 'staging', 'prod'];

function stages(sources: Sources): ReadonlyMap<string, Stage> {
  return new Map(stagesOf(expand(sources)).map((stage) => [stage.name, stage]));
}

const commandsOf = (sources: Sources, name: string): string => stages(sources).get(name)?.commands.join('\n') ?? '';
const allCommands = (sources: Sources): string[] => [...stages(sources).values()].flatMap(({ commands }) => commands);

/** Whether all of these are in the text, one after the other. */
function inOrder(text: string, ...parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

/** One promise: whether the files keep it, and changes after which they do not. */
interface Promised {
  readonly promise: string;
  readonly holds: (sources: Sources) => boolean;
  readonly breaks: readonly (readonly [from: string, to: string])[];
}

/** A line that takes its value from a parameter. */
const inserted = (key: string, parameter: string, prefix = ''): string =>
  `${key}: ${prefix}\${{ parameters.${parameter} }}`;

const SYNTH = 'npm run synth\n';
const CHECK = 'npm run synth -- --check';

const PROMISES: readonly Promised[] = [
  {
    promise: 'every npm script that it names exists',
    holds: (sources) => {
      const named = allCommands(sources).flatMap((command) => [...command.matchAll(/\bnpm (?:run )?(\w+)/g)]);
      const scripts = named.map(([, script = '']) => script).filter((script) => script !== 'ci');
      return scripts.length > 5 && scripts.every((script) => Object.keys(manifest.scripts).includes(script));
    },
    breaks: [
      ['npm run typecheck', 'npm run types'],
      [CHECK, 'npm run diff'],
    ],
  },
  {
    promise: 'F5: a pull request is built, tested and scanned, and its dist is what the code says',
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
    promise: 'F5: what main builds is pushed, its tag locked, and what was pushed is scanned by its digest',
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
      const found = [...stages(sources).values()];
      const follows = found.every(({ name, after }) => after === order[order.indexOf(name) - 1]);
      const shown = inOrder(commandsOf(sources, 'manifests'), 'npm run image', SYNTH, CHECK, 'git diff -- dist');
      return found.map(({ name }) => name).join() === order.join() && follows && shown;
    },
    breaks: [
      ['dependsOn: images', 'dependsOn: verify'],
      ['after: staging', 'after: promotion'],
      ['git diff -- dist', 'git status'],
      ['          - bash: npm run synth -- --check\n          - bash: git', '          - bash: git'],
    ],
  },
  {
    promise: 'nothing but the verification runs for a pull request',
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
          const stage = all.find((one) => one.name === name);
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
      [inserted('environment', 'environment', 'flaschenpost-'), 'environment: flaschenpost'],
    ],
  },
  {
    promise:
      'a release is what was approved, told to git before the cluster, and one file of one namespace is applied as it is',
    holds: (sources) =>
      NAMESPACES.every((name) => {
        const commands = commandsOf(sources, name);
        const file = 'dist/10-$SYSTEMNAME-$ENVIRONMENT.yaml"';
        const applied = commands.match(/kubectl (?!rollout status)\w+.*/g) ?? [];
        return (
          inOrder(
            commands,
            'npm run image',
            SYNTH,
            CHECK,
            'diff "$PIPELINE_WORKSPACE/approved/',
            'git push',
            'kubectl apply',
          ) && applied.join() === `kubectl apply -f "${file}`
        );
      }),
    breaks: [
      ['kubectl apply -f "dist/10-$SYSTEMNAME-$ENVIRONMENT.yaml"', 'kubectl apply -f dist'],
      ['kubectl apply -f', 'kubectl replace --force -f'],
      ['- bash: diff "$PIPELINE_WORKSPACE', '- bash: ls "$PIPELINE_WORKSPACE'],
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
    promise: 'F8: nothing is latest, every image is pinned by digest or is this build, every tool has its version',
    holds: (sources) => {
      const text = JSON.stringify(expand(sources));
      const values = Object.values(sources).join('\n');
      const versions = [...values.matchAll(/name: (\w*[vV]ersion|trivy)\b.*\n +value: (\S+)/g)].map(
        ([, , value = '']) => value,
      );
      const pulled = [...text.matchAll(/[\w.-]+(?:\/[\w.-]+)+:[\w.-]+(@sha256:[0-9a-f]{64})?/g)].filter(([image]) =>
        /^[\w-]+\.\w+\//.test(image),
      );
      return (
        !/latest/.test(text) &&
        pulled.length === 1 &&
        pulled.every(([, digest]) => digest !== undefined) &&
        versions.length === 4 &&
        versions.every((value) => /\d+\.\d+\.\d+/.test(value)) &&
        [...text.matchAll(/"task":"([^"]+)"/g)].every(([, task = '']) => /@\d+$/.test(task)) &&
        (text.match(/docker (?:run|pull)[^|;]*?"\$TRIVY/g) ?? []).length ===
          (text.match(/docker (?:run|pull)/g) ?? []).length
      );
    },
    breaks: [
      ['ubuntu-24.04', 'ubuntu-latest'],
      ['@sha256:bcc376de8d77cfe086a917230e818dc9f8528e3c852f7b1aff648949b6258d1c', ''],
      ['value: 1.36.6', 'value: stable'],
      ['task: NodeTool@0', 'task: NodeTool'],
      ['"$TRIVY" \\\n', 'aquasec/trivy \\\n'],
    ],
  },
  {
    promise: 'no secret and no kubeconfig is in the files; what is secret comes from a group of variables',
    holds: (sources) => {
      const text = Object.values(sources).join('\n');
      const named = [...text.matchAll(/^ *(?:- name: )?(\w*(?:token|secret|password|key)\w*): *(.*)$/gim)];
      return (
        !/-----BEGIN|kubernetesServiceConnection|kubeconfig:|DownloadSecureFile|[A-Za-z0-9+/]{60,}={0,2}(?![\w/])/.test(
          text.replace(/sha256:\w+/g, ''),
        ) &&
        named.every(([, , value = '']) => /^\$\(\w+\)$/.test(value)) &&
        !/name: \w*(?:token|secret|password)\w*\n +value:/i.test(text)
      );
    },
    breaks: [
      ['SONAR_TOKEN: $(SONAR_TOKEN)', 'SONAR_TOKEN: squ_0123456789'],
      ['  - name: cluster\n    value:', '  - name: apiToken\n    value:'],
      ['task: NodeTool@0', 'task: DownloadSecureFile@1'],
    ],
  },
  {
    promise: 'a script of several lines ends with the first command that fails',
    holds: (sources) =>
      allCommands(sources).every(
        (command) => !command.trim().includes('\n') || command.startsWith('set -eu -o pipefail\n'),
      ),
    breaks: [['set -eu -o pipefail\n              dotnet tool', 'dotnet tool']],
  },
  {
    promise: 'every script is one that bash can read',
    holds: (sources) =>
      allCommands(sources).every(
        (command) => command.startsWith('{') || spawnSync('bash', ['-n'], { input: command }).status === 0,
      ),
    breaks: [["'**/coverage.opencover.xml'", "'**/coverage.opencover.xml"]],
  },
  {
    promise: 'a release starts no further run',
    holds: (sources) => {
      const pipeline = JSON.stringify(expand(sources));
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
  test('it holds', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('and is broken where %j becomes %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});
