// Whether a row is linear: each measure as a whole, and each function.
import { type Grown, isLinear, MEASURES, type Measure } from './growth';

/** Sentences about what grows faster than linear; none where nothing does. */
export function faster({ measures, steep }: Grown): string[] {
  const ofMeasures = (Object.keys(MEASURES) as Measure[]).flatMap((measure) => {
    const growth = measures[measure];
    const { counts, ratio, step } = growth;
    const said = `${measure} ${counts.join(', ')}: ratio ${ratio.toFixed(2)}, step ${step.toFixed(2)}`;
    return isLinear(growth) ? [] : [`${said} is more than linear`];
  });
  const ofFunctions = steep.map(({ name, counts, step }) => `${name} ${counts.join(', ')}: step ${step.toFixed(2)}`);
  return [...ofMeasures, ...ofFunctions];
}
