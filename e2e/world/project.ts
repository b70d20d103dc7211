// The project as its users have it: a copy of the checkout in which a proof may release and change things by the public command.
import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../process/command';
import { PROJECT } from '../process/paths';

const PARTS = ['bin', 'charts', 'e2e/apps', 'imports', 'lib', 'main.ts', 'package.json', 'tsconfig.json'];

/** A Secret that must be there: what `evenkeel secrets --json` prints. */
export interface SecretNeed {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly keys: readonly string[];
  /** Object of the cluster that makes it; absent where it is created by hand. */
  readonly madeBy?: string;
}

/** What a group may do: `rights` of what `evenkeel access --json` prints. */
export interface Right {
  readonly cluster: string;
  readonly subject: { readonly kind: string; readonly name: string };
  /** Absent where it holds in the whole cluster. */
  readonly namespace?: string;
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly names?: readonly string[];
}

/** A field that is not the same in two environments: an item of `evenkeel compare environments --json`. */
export interface Difference {
  readonly kind: string;
  readonly pointer: string;
  /** What of an environment explains it. */
  readonly aspect?: string;
}

/** What a placement survives: an item of `evenkeel prove --json`. */
export interface Survival {
  readonly environment: string;
  readonly cells: readonly {
    readonly event: string;
    readonly results: readonly {
      readonly component: string;
      /** Pods that serve while it goes on. */
      readonly left: { readonly fewest: number };
      /** Pods that have a place in the end. */
      readonly placed: { readonly fewest: number };
      /** Until all is well again, at most; absent where it never is. */
      readonly seconds?: number;
    }[];
  }[];
}

/** Traffic that the policies let through: an item of `evenkeel connections --json`. */
export interface Connection {
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  readonly port: string;
}

export class Project {
  private constructor(private readonly folder: string) {}

  static create(folder: string): Project {
    mkdirSync(folder, { recursive: true });
    for (const part of PARTS) cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    return new Project(folder);
  }

  /** Sets the tag of a system's images in an environment, as a pipeline does. */
  async setImage(systemAndEnvironment: string, tag: string): Promise<void> {
    await this.evenkeel('image', systemAndEnvironment, tag);
  }

  /** Changes a user's file by hand. */
  edit(file: string, from: string, to: string): void {
    const path = join(this.folder, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold '${from}' exactly once`);
    writeFileSync(path, text.replace(from, to));
  }

  /** Adds lines at the end of a user's file. */
  append(file: string, text: string): void {
    appendFileSync(join(this.folder, file), text);
  }

  /** Writes the manifests to a folder of that name and gives its path. */
  async synthesize(name: string, ...options: string[]): Promise<string> {
    const output = join(this.folder, name);
    await this.evenkeel('synth', '--quiet', '--outdir', output, ...options);
    return output;
  }

  /** Writes the objects of the GitOps controller to gitops/; `dist/` must be there. */
  async gitops(): Promise<void> {
    await this.evenkeel('gitops');
  }

  /** Begins, changes or ends a preview of a branch. */
  async preview(...args: string[]): Promise<void> {
    await this.evenkeel('preview', ...args);
  }

  async secrets(...options: string[]): Promise<SecretNeed[]> {
    const secrets: SecretNeed[] = JSON.parse(await this.evenkeel('secrets', '--json', ...options));
    return secrets;
  }

  async access(): Promise<{ readonly rights: readonly Right[] }> {
    const found: { readonly rights: readonly Right[] } = JSON.parse(await this.evenkeel('access', '--json'));
    return found;
  }

  async prove(...options: string[]): Promise<readonly Survival[]> {
    const rows: readonly Survival[] = JSON.parse(await this.evenkeel('prove', '--json', ...options));
    return rows;
  }

  async connections(): Promise<readonly Connection[]> {
    const found: readonly Connection[] = JSON.parse(await this.evenkeel('connections', '--json'));
    return found;
  }

  /** How two environments differ; fails where nothing explains a difference. */
  async compareEnvironments(first: string, second: string): Promise<readonly Difference[]> {
    const pairs: readonly { readonly differences: readonly Difference[] }[] = JSON.parse(
      await this.evenkeel('compare', 'environments', '--json', first, second),
    );
    return pairs.flatMap(({ differences }) => differences);
  }

  private evenkeel(...args: string[]): Promise<string> {
    return command(process.execPath, [join('bin', 'evenkeel.js'), ...args], { cwd: this.folder });
  }
}
