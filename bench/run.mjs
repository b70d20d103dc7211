// `npm run bench`: compares the times of whole runs and of their parts with our peers', as Markdown tables. It asserts nothing.
import { parseArgs } from 'node:util';
import { describe } from './machine.mjs';
import { heading, paragraph, table } from './markdown.mjs';
import { earlier } from './sections/earlier.mjs';
import { emitter } from './sections/emitter.mjs';
import { engine } from './sections/engine.mjs';
import { large } from './sections/large.mjs';
import { processes } from './sections/processes.mjs';
import { shipped } from './sections/shipped.mjs';

const HELP = `node bench/run.mjs [options]

  --section <n>           only this section, 1 to 6; may be repeated
  --sizes <n,n,…>         numbers of objects, multiples of 4 (default: 100,400,1600,6400)
  --ts-node <directory>   a node_modules with ts-node 10 and typescript 5, for section 4

helm and kustomize are measured when they are on the PATH.
`;

const { values } = parseArgs({
  options: {
    section: { type: 'string', multiple: true },
    sizes: { type: 'string', default: '100,400,1600,6400' },
    'ts-node': { type: 'string' },
    help: { type: 'boolean' },
  },
});

const sizes = values.sizes.split(',').map(Number);
const sections = [
  () => processes(sizes),
  () => engine(sizes),
  () => emitter(sizes),
  () => shipped(values['ts-node']),
  earlier,
  large,
];

if (values.help) process.stdout.write(HELP);
else {
  heading('Machine and versions');
  paragraph('Other programs may have been running: compare numbers of one run only.');
  table(['', ''], describe());
  for (const [index, section] of sections.entries()) {
    if (values.section?.includes(String(index + 1)) ?? true) await section();
  }
}
