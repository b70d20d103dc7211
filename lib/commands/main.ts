// The command line: verbs, options, exit codes. One file a verb beside this one.
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { guardIncludes } from '../constructs/foreign/include';
import { type Finding, findingOf } from '../model/finding/finding';
import { type Output, printFindings } from '../report/output';
import { accessCommand } from './access';
import { compareCommand } from './compare';
import { connectionsCommand } from './connections';
import { gitopsCommand } from './gitops';
import { imageCommand } from './image';
import { initCommand } from './init';
import { pictureCommand } from './picture';
import { planCommand } from './plan';
import { previewCommand } from './preview';
import { findNpmOptions } from './project/npm-options';
import type { ExitCode, Load } from './project/project';
import { terminal } from './project/terminal';
import { proveCommand } from './prove';
import { secretsCommand } from './secrets';
import { synthCommand } from './synth';
import { trafficCommand } from './traffic';

/** Runs the command line and returns its exit code. */
export async function main(args: readonly string[], load: Load, output: Output = terminal()): Promise<ExitCode> {
  guardIncludes();
  let code: ExitCode = 0;
  const finish = (result: ExitCode) => {
    code = result;
  };
  const program = new Command('evenkeel')
    .description('Kubernetes manifests from typed TypeScript classes, checked before they are written.')
    .version(version, '--version', 'print the version')
    .option('--app <file>', 'the file that exports the app', 'main.ts')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err });
  const entry = () => resolve(program.opts<{ readonly app: string }>().app);
  for (const command of [
    initCommand,
    synthCommand,
    secretsCommand,
    accessCommand,
    compareCommand,
    connectionsCommand,
    gitopsCommand,
    imageCommand,
    pictureCommand,
    planCommand,
    previewCommand,
    proveCommand,
    trafficCommand,
  ]) {
    program.addCommand(withSettingsOf(program, command({ load, output, finish, entry })));
  }
  const taken = findTaken(program, args);
  if (taken !== undefined) {
    printFindings(output, [taken]);
    return 1;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? 0 : 1;
  }
  const lost = await output.flush?.();
  if (lost === undefined) return code;
  const expected = 'a file or device with room, or a pipe';
  printFindings(output, [
    findingOf('output', { message: `what is printed cannot be written (${lost.code})`, expected }),
  ]);
  return 1;
}

/** `command` and its subcommands with the settings of `parent`: commander copies them only to commands that it creates. */
function withSettingsOf(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent);
  for (const subcommand of command.commands) withSettingsOf(command, subcommand);
  return command;
}

/** The finding for options of the verb in `args` that npm took for itself. */
function findTaken(program: Command, args: readonly string[]): Finding | undefined {
  const verbs: Command[] = [];
  for (const arg of args) {
    const verb = (verbs.at(-1) ?? program).commands.find((command) => command.name() === arg);
    if (verb !== undefined) verbs.push(verb);
  }
  const options = verbs.flatMap((verb) =>
    verb.options.map((option) => ({ name: option.name(), takesValue: option.required })),
  );
  const names = verbs.map((verb) => verb.name());
  return findNpmOptions(names, options, process.env);
}

const EXAMPLES = `
Examples:
  evenkeel init                   write a new repository into an empty folder
  evenkeel synth                  write dist/
  evenkeel synth --check          exit 2 and list the files in dist/ that the code would change
  evenkeel secrets                list the Secrets that the manifests refer to
  evenkeel access                 list who may do what in which namespace
  evenkeel connections            list who may talk to whom
  evenkeel compare providers      compare all providers, and show what the real placement changes
  evenkeel compare environments   compare the environments of each system
  evenkeel prove                  show what each system survives, and by how much
  evenkeel picture shop           draw a system from its final objects
  evenkeel preview feature/x      give a branch an environment of its own
  evenkeel gitops                 write the objects with which Argo CD or Flux applies dist/
  evenkeel plan                   show the nodes, addresses and headroom that each cluster needs
  evenkeel traffic                show what DNS must say, and the steps of a move to another cluster

Exit codes: 0 clean, 1 error (nothing is written), 2 differs.`;
