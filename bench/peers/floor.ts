// The floor: the same objects as JSON, written by plain Node. No tool that starts Node can be faster.
import { writeFileSync } from 'node:fs';
import { manifests, parameters } from '../apps/content';

const [objects, file] = process.argv.slice(2);
const texts = parameters(Number(objects))
  .flatMap(manifests)
  .map((manifest) => JSON.stringify(manifest));
writeFileSync(file ?? 'out.json', `${texts.join('\n')}\n`);
