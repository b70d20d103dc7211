// A chart whose `toJson()`, which cdk8s' Testing.synth calls, returns the objects that synth writes.

import { Chart } from 'cdk8s';
import { findingText } from '../../model/finding/finding';
import type { JsonObject } from '../../model/manifest/json';
import { isWithin } from '../../model/manifest/origin';
import { synthesize } from '../../synth/synthesize';
import { WRITTEN } from '../../synth/tree/ignored';

/** Base of our charts. cdk8s alone would leave out overrides, and what follows from other objects: quotas, rights of deployers. */
export abstract class FinalChart extends Chart {
  /**
   * The final objects of the chart, in the order of the files. Rules about objects, and promises to survive, are not checked: `synth` does.
   * @throws the errors that constructs of the app report, all of them in one message
   */
  override toJson(): JsonObject[] {
    const { objects, findings } = synthesize(this.node.root, () => [], { verifies: false });
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(errors.map(findingText).join('\n'));
    return objects.flatMap(({ entry }) => (isWithin(entry.origin.construct, this.node.path) ? [entry.manifest] : []));
  }
}

Object.assign(FinalChart.prototype.toJson, { [WRITTEN]: true });
