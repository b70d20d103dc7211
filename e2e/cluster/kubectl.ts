// kubectl, the client that our users have.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { command } from '../process/command';

export interface Watch {
  stop(): void;
}

export class Kubectl {
  constructor(
    private readonly program: string,
    readonly kubeconfig: string,
  ) {}

  /** Standard output of `kubectl …`. */
  run(args: readonly string[], input?: string): Promise<string> {
    return command(this.program, this.all(args), input === undefined ? {} : { input });
  }

  /** Creates or changes fixtures: objects of ours that no manifest under proof holds. */
  apply(objects: readonly object[]): Promise<string> {
    return this.run(['apply', '-f', '-'], list(objects));
  }

  /** Deletes such fixtures again. */
  delete(objects: readonly object[]): Promise<string> {
    return this.run(['delete', '-f', '-'], list(objects));
  }

  /** Deletes fixtures that nothing holds: each is gone with the answer, and kubectl need not look for it, a fifth of a second each. */
  deleteAtOnce(objects: readonly object[]): Promise<string> {
    return this.run(['delete', '--wait=false', '-f', '-'], list(objects));
  }

  /** Creates fixtures in one request each: for many of them, none of which exists yet. */
  create(objects: readonly object[]): Promise<string> {
    return this.run(['create', '-f', '-'], list(objects));
  }

  /** The named object, or the list of a kind. The caller says which shape the kind has. */
  async get<Shape>(args: readonly string[]): Promise<Shape> {
    const shape: Shape = JSON.parse(await this.run(['get', ...args, '-o', 'json']));
    return shape;
  }

  /** Waits until definitions are served: all of them, or what is read from `input`. One that is new has no conditions, on which kubectl fails. */
  async established(input?: string): Promise<void> {
    const definitions = ['--timeout=60s', ...(input === undefined ? ['crd', '--all'] : ['-f', '-'])];
    await this.run(['wait', '--for=jsonpath={.status.conditions}', ...definitions], input);
    await this.run(['wait', '--for=condition=Established', ...definitions], input);
  }

  /** The fields at these paths, for every change of the objects, until it is stopped. Lists come joined by commas. */
  watch(args: readonly string[], paths: readonly string[], onChange: (values: string[]) => void): Watch {
    // Not JSONPath, with which a watch prints the first state only.
    const columns = `custom-columns=${paths.map((path) => `-:${path}`).join(',')}`;
    const child = spawn(this.program, this.all(['get', ...args, '--watch', '--no-headers', '-o', columns]), {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => onChange(line.trim().split(/\s+/)));
    return { stop: () => void child.kill() };
  }

  private all(args: readonly string[]): string[] {
    return [`--kubeconfig=${this.kubeconfig}`, ...args];
  }
}

function list(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
