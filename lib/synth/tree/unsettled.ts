// Constructs of async functions that never come to their end: whatever such a function would still add is missing.

import { type Construct, Node } from 'constructs';
import type { Trace } from '../../model/manifest/origin';

/** An async function of the user that has not come to its end. */
export interface Unsettled {
  /** Absent where it has none. */
  readonly name?: string;
  readonly file: string;
  readonly trace: Trace;
}

/** Where constructs were made while async functions of the user were not over. */
export interface Witness {
  /** Those of the functions that made a construct. */
  makers(functions: readonly Unsettled[]): readonly Unsettled[];
  end(): void;
}

/** Notes where constructs are made as long as `isWaiting`. Every construct is added to the tree's node by the same private method. */
export function watchConstructs(isWaiting: () => boolean): Witness {
  const prototype: { addChild?: (child: Construct, name: string) => void } = Object(Node.prototype);
  const { addChild } = prototype;
  if (typeof addChild !== 'function') return { makers: () => [], end: () => {} };
  const traces: Trace[] = [];
  prototype.addChild = function (child, name) {
    if (isWaiting()) {
      const trace: Trace = {};
      Error.captureStackTrace(trace);
      traces.push(trace);
    }
    addChild.call(this, child, name);
  };
  return {
    makers: (functions) => {
      const stacks = functions.length === 0 ? [] : traces.map(({ stack = '' }) => stack.split('\n'));
      const made = functions.filter((one) => stacks.some((lines) => lines.some((line) => isFrameOf(line, one))));
      return made.filter(
        ({ name, file }, index) => made.findIndex((one) => one.name === name && one.file === file) === index,
      );
    },
    end: () => {
      prototype.addChild = addChild;
    },
  };
}

/** Whether the line of a stack is of the function: `at async load (/shop/main.ts:4:9)`, `at /shop/main.ts:4:9` without a name. */
function isFrameOf(line: string, { name, file }: Unsettled): boolean {
  const [, called, place] = /^\s*at (?:async )?(?:new )?(?:(.*?) \()?(.*?)\)?$/.exec(line) ?? [];
  if (place?.replace(/:\d+:\d+$/, '').replace(/^file:\/\//, '') !== file) return false;
  // the module itself is `Object.<anonymous>`
  return name === undefined
    ? called === undefined || called === '<anonymous>'
    : called?.split('.').at(-1) === name.split('.').at(-1);
}
