// `evenkeel gitops`: writes the objects with which Argo CD or Flux applies `dist/`, and compares the committed ones.
import { dirname, relative, resolve, sep } from 'node:path';
import { Command } from 'commander';
import { argoFiles } from '../analysis/gitops/argo';
import { fluxFiles } from '../analysis/gitops/flux';
import { namespacesWithState } from '../analysis/gitops/kept';
import { findOwnerProblems } from '../analysis/gitops/owners';
import type { ObjectFiles, Paths } from '../analysis/gitops/place';
import { type Delivery, deliveriesOf, withoutAccount } from '../analysis/gitops/stages';
import { plural } from '../model/finding/derivation';
import { type Finding, findingOf } from '../model/finding/finding';
import { isProblem } from '../model/finding/problem';
import { isJsonObject, type JsonObject } from '../model/manifest/json';
import { describeIdentity, groupOf } from '../model/manifest/object';
import { entriesOf } from '../model/platform/entries';
import { GITOPS, type GitOps } from '../model/platform/gitops';
import { type Output, printFindings } from '../report/output';
import { type Files, INVENTORY, renderInventory } from '../synth/output/inventory';
import { compareFiles, OutputError, writeFiles } from '../synth/output/write';
import type { Synthesis } from '../synth/synthesize';
import { stringifyDocuments } from '../synth/text/yaml';
import { findTop } from './changes/git';
import { appName } from './project/app-name';
import { loadObjects } from './project/objects';
import type { Context, ExitCode } from './project/project';
import { DEFAULT_OUTDIR, findOutdirProblems } from './project/upgrade';

interface Options {
  readonly check?: true;
  readonly outdir: string;
  readonly dist?: string;
}

/** The verb. */
export function gitopsCommand({ load, output, finish, entry }: Context): Command {
  return new Command('gitops')
    .description('write the objects with which Argo CD or Flux applies dist/ on each cluster')
    .option('--check', 'write nothing; exit 2 and list the files that differ')
    .option('--outdir <directory>', 'where to write', 'gitops')
    .option('--dist <directory>', 'where synth wrote (default: CDK8S_OUTDIR, else dist)')
    .addHelpText('after', EXAMPLES)
    .action(async ({ check, outdir, dist = process.env.CDK8S_OUTDIR ?? DEFAULT_OUTDIR }: Options) => {
      const loaded = await loadObjects(load, output);
      if (loaded === undefined) return finish(1);
      const [settings] = entriesOf(loaded.app, GITOPS);
      if (settings === undefined) return finish(refuse(output, [withoutSettings()]));
      const app = appName(entry());
      const paths = pathsOf(dist, outdir);
      const { deliveries, findings } = deliveriesOf(loaded.synthesis.objects, settings);
      const problems = [
        ...findOutdirProblems(outdir, true),
        ...findDistProblems(dist, loaded.synthesis, app),
        ...(isProblem(paths) ? [paths] : []),
        ...findings,
      ];
      // owners do not depend on paths: all mistakes are reported at once
      const made = makeFiles(
        deliveries,
        loaded.synthesis,
        settings,
        isProblem(paths) ? { dist: '', gitops: '' } : paths,
      );
      const all = [...problems, ...made.findings];
      if (all.length > 0) return finish(refuse(output, all));
      finish(deliver(output, { outdir, files: made.files, app, deliveries, checks: check === true }));
    });
}

const EXAMPLES = `
What it writes follows from gitops of the platform in charts/platform.ts:
  gitops: { controller: 'flux', repository: 'https://git.example.com/platform.git' }

Examples:
  evenkeel gitops
  evenkeel gitops --check || echo 'run npm run gitops and commit gitops/'`;

function withoutSettings(): Finding {
  return findingOf('gitops-settings', {
    field: 'gitops',
    message: 'the platform does not say which controller applies dist/',
    expected:
      "gitops: { controller: 'flux', repository: 'https://git.example.com/platform.git' } in new Platform({ … })",
  });
}

/** Both directories from the top of their repository; without one, from the folder that has the objects. */
function pathsOf(dist: string, outdir: string): Paths | Finding {
  const top = findTop(outdir) ?? dirname(resolve(outdir));
  const below = (directory: string) => relative(top, resolve(directory)).split(sep).join('/');
  const paths = { dist: below(dist), gitops: below(outdir) };
  const isBelow = (one: string, other: string) => `${resolve(one)}${sep}`.startsWith(`${resolve(other)}${sep}`);
  if (isBelow(outdir, dist) || isBelow(dist, outdir)) {
    return findingOf('gitops-dist', {
      field: '--outdir',
      value: outdir,
      message: `${outdir} and ${dist} are one directory, or one is in the other`,
      expected: 'a directory beside dist, such as gitops',
    });
  }
  const isOutside = paths.dist.startsWith('..') || (findTop(dist) ?? top) !== top;
  if (!isOutside) return paths;
  return findingOf('gitops-dist', {
    field: '--dist',
    value: dist,
    message: `${dist} is not in the repository of ${outdir}: the controller reads one repository`,
    expected: 'both directories in one repository',
  });
}

/** Files that the controller would look for in `dist/`, or no longer: their content is the business of `synth --check`. */
function findDistProblems(dist: string, { files }: Synthesis, app: string): Finding[] {
  try {
    const { missing, stale } = compareFiles(dist, files, { app });
    const names = [...missing, ...stale];
    if (names.length === 0) return [];
    const isAbsent = missing.length === files.size;
    const message = isAbsent
      ? `${dist} does not exist, or has no manifests`
      : `${dist} is not what the code would write: ${names.join(', ')}`;
    return [findingOf('gitops-dist', { field: '--dist', value: dist, message, expected: 'npm run synth first' })];
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    return [findingOf('output', { message: error.what, expected: error.expected, field: error.path })];
  }
}

function makeFiles(
  deliveries: readonly Delivery[],
  { entries }: Synthesis,
  settings: GitOps,
  paths: Paths,
): { readonly files: Files; readonly findings: readonly Finding[] } {
  const hasState = namespacesWithState(entries);
  const made = deliveries.map((delivery) => ({
    delivery,
    files:
      settings.controller === 'flux'
        ? fluxFiles(delivery, settings, paths, hasState)
        : argoFiles(delivery, settings, paths),
  }));
  const findings = made.flatMap(({ delivery, files }) => findOwnerProblems(delivery, namedIn(files)));
  const objects = new Map(made.flatMap(({ files }) => [...files]));
  const files = new Map([...objects].map(([path, documents]) => [path, stringifyDocuments(documents)]));
  const listed = [...objects].map(([path, documents]) => [path, documents.flatMap(identity)] as const);
  return { files: files.set(INVENTORY, renderInventory(new Map(listed))), findings };
}

const namedIn = (files: ObjectFiles): JsonObject[] =>
  [...files.values()].flat().filter((one) => identity(one).length > 0);

/** The identity of an object; none of a file for kustomize, which is not one. */
function identity({ apiVersion, kind, metadata }: JsonObject): string[] {
  if (!isJsonObject(metadata)) return [];
  const { name, namespace } = metadata;
  return [
    describeIdentity({
      group: groupOf(apiVersion),
      kind: String(kind),
      name: String(name),
      namespace: String(namespace),
    }),
  ];
}

interface Written {
  readonly outdir: string;
  readonly files: Files;
  readonly app: string;
  readonly deliveries: readonly Delivery[];
  readonly checks: boolean;
}

function deliver(output: Output, { outdir, files, app, deliveries, checks }: Written): ExitCode {
  try {
    if (checks) {
      const { changed, missing, stale } = compareFiles(outdir, files, { app });
      const lines = [
        ...changed.map((path) => `changed  ${outdir}/${path}\n`),
        ...missing.map((path) => `missing  ${outdir}/${path}\n`),
        ...stale.map((path) => `stale    ${outdir}/${path}\n`),
      ];
      output.out(lines.join(''));
      return lines.length === 0 ? 0 : 2;
    }
    const { changed, added, removed } = writeFiles(outdir, files, { app });
    for (const path of [...changed, ...added].sort()) output.out(`${outdir}/${path}: written\n`);
    for (const path of removed) output.out(`${outdir}/${path}: removed\n`);
    for (const delivery of deliveries) printAccounts(output, delivery);
    return 0;
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    return refuse(
      output,
      [findingOf('output', { message: error.what, expected: error.expected, field: error.path })],
      error.state,
    );
  }
}

function printAccounts(output: Output, delivery: Delivery): void {
  const names = withoutAccount(delivery).map(({ name }) => name);
  if (names.length === 0) return;
  output.err(
    `note: on ${delivery.cluster} the controller applies ${names.join(', ')} by its own account: no ServiceAccount is their deployer\n`,
  );
}

function refuse(output: Output, findings: readonly Finding[], state = 'nothing written'): ExitCode {
  printFindings(output, findings);
  output.err(`${plural(findings.length, 'error')}, ${state}\n`);
  return 1;
}
