// `evenkeel picture`: a system or a cluster as a drawing, from the final objects.
import { Command } from 'commander';
import { pictureOfCluster } from '../analysis/picture/cluster-picture';
import type { Picture } from '../analysis/picture/picture';
import { pictureOfSystem } from '../analysis/picture/system-picture';
import type { Placement } from '../analysis/survival/table';
import { previewEnvironments } from '../constructs/platform/preview';
import { placementsOf } from '../constructs/system/system';
import { didYouMean } from '../model/finding/closest';
import { type Finding, findingOf } from '../model/finding/finding';
import { isProblem } from '../model/finding/problem';
import type { ApiEntry } from '../model/manifest/object';
import { printFindings } from '../report/output';
import { draw } from '../report/picture/drawing';
import { mermaidOf } from '../report/picture/mermaid';
import { svgOf } from '../report/picture/svg';
import { loadLayout } from './picture/layout-library';
import { comparePictures, writePictures } from './picture/picture-files';
import { type LoadedObjects, loadObjects } from './project/objects';
import type { Context } from './project/project';

interface Options {
  readonly format: string;
  readonly outdir?: string;
  readonly check?: true;
}

const FORMATS = ['svg', 'mermaid'] as const;
type Format = (typeof FORMATS)[number];

const EXTENSIONS: Readonly<Record<Format, string>> = { svg: 'svg', mermaid: 'mmd' };

/** Where pictures are, unless a directory is named. */
const DIRECTORY = 'docs/systems';

/** The verb. */
export function pictureCommand({ load, output, finish }: Context): Command {
  return new Command('picture')
    .description('draw a system, or a cluster, from its final objects; without a name, write the pictures of all')
    .argument('[name]', 'the system or cluster to print (default: write all of them)')
    .option('--format <format>', FORMATS.join(' or '), 'svg')
    .option('--outdir <directory>', `where files are written or compared (default: ${DIRECTORY})`)
    .option('--check', 'write nothing; exit 2 and name the pictures that differ')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, options: Options) => {
      const refuse = (errors: readonly Finding[]): void => {
        printFindings(output, errors);
        finish(1);
      };
      const loaded = await loadObjects(load, output);
      if (loaded === undefined) return finish(1);
      const format = FORMATS.find((one) => one === options.format);
      const chosen = choosePictures(loaded, name);
      const errors = [...(format === undefined ? [unknownFormat(options.format)] : []), ...chosen.errors];
      if (errors.length > 0 || format === undefined) return refuse(errors);
      for (const left of chosen.empty) output.err(`not drawn: ${left} has no workload\n`);
      const files = await drawAll(chosen.pictures, format);
      if (isProblem(files)) return refuse([files]);
      if (name !== undefined && options.outdir === undefined && !options.check) {
        for (const text of files.values()) (output.data ?? output.out)(text);
        return finish(0);
      }
      const directory = options.outdir ?? DIRECTORY;
      const pictures = { directory, files, ...(name === undefined ? { all: EXTENSIONS[format] } : {}) };
      const found = options.check ? comparePictures(pictures) : writePictures(pictures);
      if (isProblem(found)) return refuse([found]);
      const { changed, stale } = found;
      if (options.check) {
        for (const path of changed) output.err(`${path}: differs from what would be drawn\n`);
        for (const path of stale) output.err(`${path}: no longer drawn\n`);
        return finish(changed.length + stale.length === 0 ? 0 : 2);
      }
      for (const path of changed) output.out(`${path}: written\n`);
      for (const path of stale) output.out(`${path}: removed\n`);
      finish(0);
    });
}

const EXAMPLES = `
Examples:
  evenkeel picture shop > shop.svg
  evenkeel picture shop --format mermaid
  evenkeel picture                       write docs/systems/<name>.svg for every system and cluster
  evenkeel picture --check               exit 2 and name the pictures that differ

SVG needs the layout library: npm install --save-dev elkjs. Mermaid needs nothing.`;

/** Pictures by the name of their file, without extension. */
interface Chosen {
  readonly pictures: readonly Picture[];
  /** Names of systems that have nothing to draw. */
  readonly empty: readonly string[];
  readonly errors: readonly Finding[];
}

/** A picture is committed, and a preview comes and goes: it is drawn only where its system has nothing else. */
function withoutPreviews({
  app,
  objects,
}: LoadedObjects): Pick<LoadedObjects, 'objects'> & { placements: Placement[] } {
  const all = placementsOf(app);
  const previews = previewEnvironments(app);
  const others = new Set(all.flatMap(({ system, environment }) => (previews.has(environment) ? [] : [system])));
  const isLeft = ({ system, environment }: Placement) => previews.has(environment) && others.has(system);
  const namespaces = new Set(all.filter(isLeft).map(({ cluster, namespace }) => `${cluster.name}/${namespace}`));
  return {
    placements: all.filter((one) => !isLeft(one)),
    objects: objects.filter(({ cluster, systemNamespace = '' }) => !namespaces.has(`${cluster}/${systemNamespace}`)),
  };
}

function choosePictures(loaded: LoadedObjects, name: string | undefined): Chosen {
  const { placements, objects } = withoutPreviews(loaded);
  const systems = [...new Set(placements.map(({ system }) => system))].sort();
  const clusters = [...new Set(placements.map(({ cluster }) => cluster.name))].sort();
  const known = [...systems, ...clusters];
  const asked = name === undefined ? known : [name];
  const errors = [...new Set(asked)].flatMap((one) => findNameProblems(one, systems, clusters));
  if (errors.length > 0) return { pictures: [], empty: [], errors };
  const pictures = asked.map((one) => ({ one, picture: pictureOf(objects, placements, one, systems) }));
  const empty = pictures.filter(({ picture }) => picture === undefined).map(({ one }) => one);
  return {
    pictures: pictures.flatMap(({ picture }) => picture ?? []),
    empty,
    errors: name === undefined ? [] : empty.map(nothingToDraw),
  };
}

const pictureOf = (
  objects: readonly ApiEntry[],
  placements: readonly Placement[],
  name: string,
  systems: readonly string[],
): Picture | undefined =>
  systems.includes(name) ? pictureOfSystem(objects, placements, name) : pictureOfCluster(objects, placements, name);

function findNameProblems(name: string, systems: readonly string[], clusters: readonly string[]): Finding[] {
  const known = [...systems, ...clusters];
  if (!known.includes(name)) {
    const expected = `one of ${known.join(', ')}`;
    return [problem('name', name, `no system or cluster '${name}'${didYouMean(name, known)}`, expected)];
  }
  if (!systems.includes(name) || !clusters.includes(name)) return [];
  const expected = 'another name for one of the two in charts/: each picture is a file';
  return [problem('name', name, `'${name}' is the name of a system and of a cluster`, expected)];
}

const nothingToDraw = (name: string): Finding =>
  problem('name', name, `${name} has no workload to draw`, 'a system or a cluster with at least one workload');

const unknownFormat = (format: string): Finding =>
  problem('--format', format, `unknown format '${format}'${didYouMean(format, FORMATS)}`, FORMATS.join(' or '));

const problem = (field: string, value: string, message: string, expected: string): Finding =>
  findingOf('picture-option', { field, value, message, expected });

/** The text of each picture, by the name of its file. */
async function drawAll(pictures: readonly Picture[], format: Format): Promise<ReadonlyMap<string, string> | Finding> {
  const nameOf = ({ name }: Picture) => `${name}.${EXTENSIONS[format]}`;
  if (format === 'mermaid') return new Map(pictures.map((picture) => [nameOf(picture), mermaidOf(picture)]));
  const layout = await loadLayout();
  if (typeof layout !== 'function') return layout;
  const files = new Map<string, string>();
  for (const picture of pictures) files.set(nameOf(picture), svgOf(await draw(picture, layout)));
  return files;
}
