// What every Azure pipeline promises (F5, F8, P9): the shipped files keep each promise, and changes break it.
import manifest from '../../package.json';
import { broken, expand, PIPELINES, type Promised, type Sources, shipped, stagesBy } from '../support/azure-pipelines';

const allCommands = (sources: Sources): string[] =>
  PIPELINES.flatMap((main) => [...stagesBy(sources, main).values()].flatMap(({ commands }) => commands));

const PROMISES: readonly Promised[] = [
  {
    promise: 'every npm script that the pipeline names exists',
    holds: (sources) => {
      const named = allCommands(sources).flatMap((command) => [...command.matchAll(/\bnpm (?:run )?(\w+)/g)]);
      const scripts = named.map(([, script = '']) => script).filter((script) => script !== 'ci');
      return scripts.length > 5 && scripts.every((script) => Object.keys(manifest.scripts).includes(script));
    },
    breaks: [
      ['npm run typecheck', 'npm run types'],
      ['npm run synth -- --check --strict', 'npm run diff'],
    ],
  },
  {
    promise: 'F8: no latest; every image is pinned by digest or from this build; every tool has a version',
    holds: (sources) => {
      const text = JSON.stringify(PIPELINES.map((main) => expand(sources, main)));
      const values = Object.values(sources).join('\n');
      const versions = [...values.matchAll(/name: (\w*[vV]ersion|trivy)\b.*\n +value: (\S+)/g)].map(
        ([, , value = '']) => value,
      );
      const pulled = [...text.matchAll(/[\w.-]+(?:\/[\w.-]+)+:[\w.-]+(@sha256:[0-9a-f]{64})?/g)].filter(([image]) =>
        /^[\w-]+\.\w+\//.test(image),
      );
      return (
        !/latest/.test(text) &&
        pulled.length === PIPELINES.length &&
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
    promise: 'the files have no secret and no kubeconfig; secrets come from a variable group',
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
    promise: 'a script of several lines stops at the first failing command',
    holds: (sources) =>
      allCommands(sources).every(
        (command) => !command.trim().includes('\n') || command.startsWith('set -eu -o pipefail\n'),
      ),
    breaks: [['set -eu -o pipefail\n              dotnet tool', 'dotnet tool']],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped files keep it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});
