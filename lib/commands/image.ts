// `evenkeel image`: sets the tag of a system's images in one environment. The one place that a pipeline writes to.
import { Command } from 'commander';
import { printFindings } from '../report/output';
import { setTag, tagFileOf } from './data/tags';
import type { Context } from './project/project';

/** The verb. */
export function imageCommand({ output, finish, entry }: Context): Command {
  return new Command('image')
    .description("set the build number, or the digest, of a system's images in one environment")
    .argument('<system/environment[/component]>', 'as in charts/images.json: toytrex/production')
    .argument('<tag>', 'a build number (412) or a digest (sha256:…)')
    .option('--file <file>', 'the file of tags (default: charts/images.json beside the file that exports the app)')
    .addHelpText('after', EXAMPLES)
    .action((target: string, tag: string, { file }: { readonly file?: string }) => {
      const result = setTag(file ?? tagFileOf(entry()), target, tag);
      if (result !== undefined) printFindings(output, [result]);
      finish(result === undefined ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  evenkeel image toytrex/production 413
  evenkeel image shop/prod/web sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`;
