// Who reaches whom: tries every pair, from inside the network of the one to the address of the other.
import { join } from 'node:path';
import { command } from '../process/command';
import { FOLDER } from '../process/paths';

/** Where tries come from. */
export interface Source {
  /** Name by which `evenkeel connections` calls it. */
  readonly name: string;
  /** Options of nsenter that enter its network. */
  readonly network: readonly string[];
  /** Address that it uses. @default the one of its route */
  readonly localAddress?: string;
  /** Whether a target is left out for it. @default none is */
  skips?(target: Target): boolean;
}

/** What is tried. */
export interface Target {
  /** Name by which `evenkeel connections` calls it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Port by which `evenkeel connections` calls it, where a Service has another one. */
  readonly podPort: number;
  /** Whether the address is that of a Service. @default false */
  readonly isService?: true;
  /** Name that the server is asked for. @default none: a connection of TCP is tried */
  readonly ask?: string;
}

export interface Try {
  readonly from: Source;
  readonly to: Target;
  readonly isAnswered: boolean;
}

const KNOCK = join(FOLDER, 'measure', 'knock.mjs');

/** The outcome of every pair. */
export async function tryAll(sources: readonly Source[], targets: readonly Target[]): Promise<Try[]> {
  const tries = sources.map(async (from) => {
    const others = targets.filter((target) => from.skips?.(target) !== true);
    const knocks = others.map(({ address, port, ask: name }) => ({ address, port, name, from: from.localAddress }));
    const line = [...from.network, '--', process.execPath, KNOCK, JSON.stringify(knocks)];
    const answers: readonly boolean[] = JSON.parse(await command('nsenter', line));
    return others.map((to, index) => ({ from, to, isAnswered: answers[index] === true }));
  });
  return (await Promise.all(tries)).flat();
}

export const describeTry = ({ from, to, isAnswered }: Try): string =>
  `${from.name} ${isAnswered ? 'reaches' : 'does not reach'} ${to.name} at ${to.address}:${to.port}`;
