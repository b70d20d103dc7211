// cdk8s' own `app.synth()`, which writes: while a verb loads a program, only the verb may write.

import { App } from 'cdk8s';
import { captureTrace, type Trace } from '../../model/manifest/origin';

/** What the program calls meanwhile. */
export interface QuietSynth {
  /** Where it called `synth` first. */
  readonly trace: () => Trace | undefined;
  /** From now on it writes again. */
  readonly end: () => void;
}

/** From now on `app.synth()` writes nothing. */
export function silenceSynth(): QuietSynth {
  const { synth } = App.prototype;
  let trace: Trace | undefined;
  App.prototype.synth = () => {
    trace ??= captureTrace();
  };
  return {
    trace: () => trace,
    end: () => {
      App.prototype.synth = synth;
    },
  };
}
