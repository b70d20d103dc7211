// kubectl, the client that our users have.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { command } from './command';

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
    return this.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  /** The named object, or the list of a kind. The caller says which shape the kind has. */
  async get<Shape>(args: readonly string[]): Promise<Shape> {
    const shape: Shape = JSON.parse(await this.run(['get', ...args, '-o', 'json']));
    return shape;
  }

  /** One line for every change, as the JSONPath template says, until it is stopped. */
  watch(args: readonly string[], template: string, onLine: (line: string) => void): Watch {
    const output = `jsonpath=${template}{"\\n"}`;
    const child = spawn(this.program, this.all(['get', ...args, '--watch', '-o', output]), {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: child.stdout }).on('line', onLine);
    return { stop: () => void child.kill() };
  }

  private all(args: readonly string[]): string[] {
    return [`--kubeconfig=${this.kubeconfig}`, ...args];
  }
}
