// What every pipeline promises, of any product, those of `init` included: the shipped files keep each promise, and changes break it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import manifest from '../../package.json';
import { expand, PIPELINES, SCHEDULED, stagesBy } from '../support/pipelines/azure';
import { type Promised, type Sources, STEPS, shipped as texts } from '../support/pipelines/files';
import { readStages } from '../support/pipelines/jenkins';

const TEMPLATES = join(__dirname, '../../templates/pipelines');

/** Files of pipelines/, and those of `init` below `init/`. */
const shipped: Sources = {
  ...texts,
  ...Object.fromEntries(
    readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(TEMPLATES, path)).isFile())
      .map((path) => [`init/${path}`, readFileSync(join(TEMPLATES, path), 'utf8')]),
  ),
};

function broken(from: string, to: string): Sources {
  const changed = Object.entries(shipped).map(([path, text]) => [path, text.replaceAll(from, to)]);
  const sources: Sources = Object.fromEntries(changed);
  if (JSON.stringify(sources) === JSON.stringify(shipped)) throw new Error(`no file has ${from}`);
  return sources;
}

/** Text of all files, without comments, and with continued lines as one. */
const codeOf = (sources: Sources): string =>
  Object.values(sources)
    .join('\n')
    .replace(/(?:^|\s)(?:#|\/\/) .*/gm, '')
    .replace(/ \\\n\s+/g, ' ');
const stepsOf = (sources: Sources): [string, string][] =>
  Object.entries(sources).filter(([path]) => path.startsWith('steps/'));
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([whole, value]) => value ?? whole);

/** What may follow `||`: the gate of CodeBuild, an answer that a step reads, and a message with its exit. */
const ALTERNATIVES = [
  /^bash pipelines\/steps\/[\w-]+\.sh$/,
  /^npm (?:ci|test|run \w+)$/,
  /^status=\$\?$/,
  /^refuse "/,
  /^\[ -e "\$file" \]; then$/,
  /^az acr import /,
];

/** What a commit starts, and what the clock does. */
const ALL = [...PIPELINES, ...SCHEDULED];

const PROMISES: readonly Promised[] = [
  {
    promise: 'no step is allowed to fail',
    holds: (sources) => {
      const code = codeOf(sources);
      const lenient =
        /continueOnError|continue-on-error|allow_failure|catchError|warnError|unstable\(|returnStatus|set \+|CONTINUE|--no-fail|exit-code 0|always\(\)|failFast|(?:;|\|\||&) *(?:true|exit 0)\b|(?:;|\|\||&&) *:(?= |$)/m;
      return (
        !lenient.test(code) &&
        found(code, /\|\|\s+(.*)/g).every((rest) => ALTERNATIVES.some((allowed) => allowed.test(rest))) &&
        found(code, /exit 0/g).length === 1 &&
        found(code, /condition: (.*)/g).filter((condition) => /succeededOrFailed/.test(condition)).length === 1
      );
    },
    breaks: [
      [
        '            displayName: Unit tests, with coverage',
        '            continueOnError: true\n            displayName: Unit tests',
      ],
      ['            displayName: Scan', '            continueOnError: true\n            displayName: Scan'],
      ['--exit-code 1 /src', '--exit-code 1 /src || true'],
      ['set -eu -o pipefail', 'set +e'],
      ['- run: npm test', '- run: npm test\n        continue-on-error: true'],
      ['    - npm test', '    - npm test || exit 0'],
      ['on-failure: ABORT', 'on-failure: CONTINUE'],
      ["        sh 'npm test'", "        catchError { sh 'npm test' }"],
      ['  image: node', '  allow_failure: true\n  image: node'],
      [
        "condition: and(succeeded(), eq(variables['Build.SourceBranch']",
        "condition: and(always(), eq(variables['Build.SourceBranch']",
      ],
    ],
  },
  {
    promise:
      'no step and no job is left out: only stages have conditions, and test results are published of failed tests too',
    holds: (sources) =>
      ALL.flatMap((main) => [...stagesBy(sources, main).values()])
        .flatMap(({ jobs }) => jobs.flatMap(({ given, steps }) => [given, ...steps.map((step) => step.given)]))
        .every(
          ({ condition, enabled, task }) =>
            enabled === undefined &&
            (condition === undefined || (task === 'PublishTestResults@2' && condition === 'succeededOrFailed()')),
        ),
    breaks: [
      ['            displayName: Scan\n', '            displayName: Scan\n            enabled: false\n'],
      ['          - bash: npm test\n', '          - bash: npm test\n            condition: false\n'],
      ['      - job: images\n', "      - job: images\n        condition: ne(variables['urgent'], 'yes')\n"],
      ['condition: succeededOrFailed()', 'condition: failed()'],
    ],
  },
  {
    promise: 'releases wait for each other, have the whole history, and may push',
    holds: (sources) => {
      const releases = PIPELINES.flatMap((main) => [...stagesBy(sources, main).values()]).filter(({ commands }) =>
        commands.some((command) => command.includes('git push')),
      );
      const [, lock] = /(lockBehavior: sequential)/.exec(sources['azure-pipelines-release.yml'] ?? '') ?? [];
      return (
        lock !== undefined &&
        releases.length > 3 &&
        releases.every(({ jobs }) =>
          jobs.every(({ steps }) =>
            steps.some(
              ({ given }) =>
                given.checkout === 'self' && given.fetchDepth === '0' && given.persistCredentials === 'true',
            ),
          ),
        ) &&
        parse(sources['buildspec.yml'] ?? '').env['git-credential-helper'] === 'yes' &&
        /^ {4}disableConcurrentBuilds\(\)$/m.test(sources.Jenkinsfile ?? '')
      );
    },
    breaks: [
      ['lockBehavior: sequential', 'lockBehavior: runLatest'],
      ['persistCredentials: true', 'persistCredentials: false'],
      ['fetchDepth: 0', 'fetchDepth: 1'],
      ['git-credential-helper: yes', 'git-credential-helper: no'],
      ['    disableConcurrentBuilds()\n', ''],
    ],
  },
  {
    promise: 'a script stops at the first failing command, in a pipe and at an unset variable too',
    holds: (sources) =>
      stepsOf(sources).every(([, text]) => /^#!\/usr\/bin\/env bash\n(?:# .*\n)+set -eu -o pipefail\n/.test(text)) &&
      ALL.flatMap((main) => [...stagesBy(sources, main).values()])
        .flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.flatMap(({ script }) => script ?? [])))
        .every((script) => !script.trim().includes('\n') || script.startsWith('set -eu -o pipefail\n')) &&
      !/\bset -(?!eu -o pipefail$)/m.test(codeOf(sources)),
    breaks: [
      ['set -eu -o pipefail\n              dotnet tool', 'dotnet tool'],
      ['set -eu -o pipefail\n\nfor name', '\nfor name'],
      ['set -eu -o pipefail\n\nfor name', 'set -e\n\nfor name'],
      ['set -eu -o pipefail\n\nfor name', 'set -eu -o pipefail\nset -x\n\nfor name'],
    ],
  },
  {
    promise: 'a scan fails on a high or critical finding: of the packages with their licences, and of each image',
    holds: (sources) => {
      const calls = found(codeOf(sources), /.*"\$TRIVY".*/g);
      return (
        calls.length === 2 &&
        calls.every((call) => / --severity HIGH,CRITICAL --exit-code 1\b/.test(call)) &&
        calls.some((call) => / fs --scanners vuln,license /.test(call)) &&
        calls.some((call) => / image --input \S+ --scanners vuln /.test(call)) &&
        !/--ignore|--skip|trivyignore|head -1|SKIP_/.test(codeOf(sources))
      );
    },
    breaks: [
      ['--severity HIGH,CRITICAL --exit-code 1 /src', '--severity HIGH,CRITICAL /src'],
      ['--scanners vuln --severity HIGH,CRITICAL --exit-code 1', '--scanners vuln --severity CRITICAL --exit-code 1'],
      ['--scanners vuln,license', '--scanners license'],
      ['--scanners vuln --severity', '--ignore-unfixed --scanners vuln --severity'],
    ],
  },
  {
    promise: 'what is built is what is scanned and what is pushed: the same name, for each component',
    holds: (sources) => {
      const image = '"$REGISTRY/$SYSTEM_NAME/$name:$BUILD_NUMBER"';
      const each = /for name in \$\{IMAGES:\?[\w ]+\}; do/;
      const [build = '', scan = '', push = ''] = ['build', 'scan-images', 'push'].map(
        (name) => sources[`steps/${name}.sh`],
      );
      return (
        [build, scan, push].every((text) => each.test(text)) &&
        build.includes(`--tag ${image}`) &&
        scan.includes(`inspect --format '{{.Id}}' ${image}`) &&
        scan.includes('docker save --output "$WORK/$name.tar" "$id"') &&
        scan.includes('--input "/images/$name.tar"') &&
        push.includes('repository=$SYSTEM_NAME/$name\n') &&
        push.includes('docker push "$REGISTRY/$repository:$BUILD_NUMBER"')
      );
    },
    breaks: [
      ['--tag "$REGISTRY/$SYSTEM_NAME/$name:$BUILD_NUMBER"', '--tag "$REGISTRY/$SYSTEM_NAME/$name:$BRANCH"'],
      [
        "inspect --format '{{.Id}}' \"$REGISTRY/$SYSTEM_NAME/$name",
        "inspect --format '{{.Id}}' \"$REGISTRY/$SYSTEM_NAME/web",
      ],
      ['docker save --output "$WORK/$name.tar" "$id"', 'docker save --output "$WORK/$name.tar" alpine'],
      ['docker push "$REGISTRY/$repository:$BUILD_NUMBER"', 'docker push "$REGISTRY/$repository:dev"'],
      [':?names no component}; do\n  id=', '%% *}; do\n  id='],
    ],
  },
  {
    promise: 'F8: no latest; each image and action is pinned by digest, each tool by version',
    holds: (sources) => {
      const code = codeOf(sources);
      const images = found(code, /(?:(?:ghcr\.io|docker\.io)\/\S+|(?<=image:? '?)node:\S+)/g);
      const versions = found(sources['azure-pipelines-versions.yml'] ?? '', /_version\n +value: (\S+)/g);
      return (
        !/latest/.test(code) &&
        images.length === 5 &&
        images.every((image) => /^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}'?$/.test(image)) &&
        found(code, /uses: (\S+)/g).every((action) => /@[0-9a-f]{40}$/.test(action)) &&
        versions.length === 3 &&
        versions.every((version) => /^v?\d+\.\d+\.\d+$/.test(version)) &&
        found(JSON.stringify(ALL.map((main) => expand(sources, main))), /"task":"([^"]+)"/g).every((task) =>
          /@\d+$/.test(task),
        ) &&
        found(code, /docker run .*/g).every((call) => call.includes('"$TRIVY"')) &&
        found(code, /vmImage: (\S+)|runs-on: (\S+)/g).every((machine) => /ubuntu-\d\d\.\d\d$/.test(machine))
      );
    },
    breaks: [
      ['ubuntu-24.04', 'ubuntu-latest'],
      ['@sha256:bcc376de8d77cfe086a917230e818dc9f8528e3c852f7b1aff648949b6258d1c', ''],
      ['value: 1.36.6', 'value: stable'],
      ['task: NodeTool@0', 'task: NodeTool'],
      ['"$TRIVY" \\\n', 'aquasec/trivy \\\n'],
      ['actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683', 'actions/checkout@v4'],
      ['@sha256:8f693eaa7e0a8e71560c9a82b55fd54c2ae920a2ba5d2cde28bac7d1c01c9ba5', ''],
    ],
  },
  {
    promise: 'main and its pull requests start it',
    holds: (sources) => {
      const github = parse(sources['init/github/.github/workflows/manifests.yml'] ?? '');
      return (
        ['init/azure/azure-pipelines.yml', ...PIPELINES].every((name) => {
          const { trigger, pr } = parse(sources[name] ?? '');
          return trigger.branches?.include.join() === 'main' && pr.branches?.include.join() === 'main';
        }) &&
        Object.keys(github.on).join() === 'pull_request,push' &&
        github.on.pull_request === null &&
        github.on.push.branches.join() === 'main'
      );
    },
    breaks: [
      ['pr:\n  branches:\n    include: [main]', 'pr: none'],
      ['trigger:\n  branches:\n    include: [main]', 'trigger: none'],
      ['include: [main]\n  paths', 'include: [release]\n  paths'],
      ['  pull_request:\n', ''],
      ['    branches: [main]', '    branches: [trunk]'],
    ],
  },
  {
    promise:
      'what the clock starts releases nothing: no commit and no request starts it, and it applies, pushes and commits nothing',
    holds: (sources) => {
      const commands = SCHEDULED.flatMap((main) => [...stagesBy(sources, main).values()]).flatMap(
        (stage) => stage.commands,
      );
      const text = [...commands, ...found(sources['buildspec-drift.yml'] ?? '', /- (bash .*)/g)].join('\n');
      return (
        SCHEDULED.length > 0 &&
        SCHEDULED.every((name) => {
          const { trigger, pr, schedules } = parse(sources[name] ?? '');
          return trigger === 'none' && pr === 'none' && schedules.every(({ always }: { always?: boolean }) => always);
        }) &&
        text.includes('kubectl diff') &&
        !/kubectl (?:apply|delete|patch)|git push|git commit|docker|npm run (?:image|synth)/.test(text)
      );
    },
    breaks: [
      ['trigger: none', 'trigger: [main]'],
      ['pr: none', 'pr: [main]'],
      ['    always: true\n', ''],
      ['kubectl diff', 'kubectl apply'],
    ],
  },
  {
    promise: 'no more rights than it needs; no secret in a file, none printed',
    holds: (sources) => {
      const code = codeOf(sources);
      const named = found(code, /^ *(?:- name: )?\w*(?:token|secret|password|_key)\w*: *(.*)$/gim);
      return (
        parse(sources['init/github/.github/workflows/manifests.yml'] ?? '').permissions.contents === 'read' &&
        found(code, /^ *permissions:/gm).length === 1 &&
        !/: write|write-all/.test(code) &&
        !/-----BEGIN|kubernetesServiceConnection|DownloadSecureFile|--admin\b|[A-Za-z0-9+/]{60,}={0,2}(?![\w/])/.test(
          code.replace(/sha256:\w+/g, ''),
        ) &&
        named.every((value) => /^\$\(\w+\)$/.test(value)) &&
        !/name: \w*(?:token|secret|password)\w*\n +value:/i.test(code) &&
        !/\b(?:echo|printf|tee|cat)\b.*(?:token|secret|password)|--password(?!-stdin)|printenv|\benv\n/i.test(code)
      );
    },
    breaks: [
      ['  contents: read', '  contents: write'],
      ['permissions:\n  contents: read\n', 'permissions: write-all\n'],
      ['SONAR_TOKEN: $(SONAR_TOKEN)', 'SONAR_TOKEN: squ_0123456789'],
      ['  - name: registry\n    value:', '  - name: apiToken\n    value:'],
      ['task: NodeTool@0', 'task: DownloadSecureFile@1'],
      ['--password-stdin "$REGISTRY" <<<"$password"', '--password "$password" "$REGISTRY"'],
      ['    docker login', '    echo "$password"\n    docker login'],
      ['get-credentials --resource-group', 'get-credentials --admin --resource-group'],
    ],
  },
  {
    promise: 'certificates are verified, and nothing is forced',
    holds: (sources) =>
      !/--insecure|curl.* -k\b|tls-verify|--validate=false|--force\b|push -f|NODE_TLS|http:\/\//.test(
        codeOf(sources),
      ) && found(codeOf(sources), /curl .*/g).every((call) => / --fail /.test(call)),
    breaks: [
      ['curl --fail', 'curl --insecure --fail'],
      ['curl --fail', 'curl -k --fail'],
      ['curl --fail', 'curl'],
      ['https://', 'http://'],
      ['git push origin', 'git push --force origin'],
      ['kubectl apply', 'kubectl apply --force'],
    ],
  },
  {
    promise: 'each script that a file calls exists, and each script is called; npm scripts exist',
    holds: (sources) => {
      const files = Object.entries(sources).filter(([path]) => !path.startsWith('steps/') && !path.startsWith('init/'));
      const calls = files.flatMap(([, text]) => found(text, /\bbash pipelines\/(steps\/\S+?\.sh)/g));
      const scripts = found(codeOf(sources), /\bnpm (?:run )?(\w+)/g).filter((name) => name !== 'ci');
      return (
        [...new Set(calls)].sort().join() === STEPS.join() &&
        scripts.length > 15 &&
        scripts.every((name) => Object.keys(manifest.scripts).includes(name))
      );
    },
    breaks: [
      ['bash pipelines/steps/smoke.sh', 'bash pipelines/steps/ask.sh'],
      ['bash pipelines/steps/promote.sh', 'true'],
      ['npm run typecheck', 'npm run types'],
      ['npm run synth -- --check --strict', 'npm run diff'],
    ],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped files keep it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});

test('there is one for Azure, CodeBuild and Jenkins', () => {
  expect(PIPELINES.length).toBeGreaterThan(0);
  expect(Object.keys(parse(shipped['buildspec.yml'] ?? '').phases)).toEqual(['install', 'pre_build', 'build']);
  expect(readStages(shipped.Jenkinsfile ?? '').length).toBeGreaterThan(5);
});
