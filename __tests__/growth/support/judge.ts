// Whether a row grows as it may: linear, or no faster than the list of known growth allows.
import type { Known } from '../known';
import { type Grown, isLinear, MEASURES, type Measure, type Steep } from './growth';

/** A part of a listed number that it may be surpassed by: rounding, and work that has only been moved. */
const TOLERANCE = 1.02;

/** Sentences about what does not hold; none where all does. */
export function surpassing({ measures, steep }: Grown, known: Known | undefined): string[] {
  const sentences = (Object.keys(MEASURES) as Measure[]).flatMap((measure) => {
    const growth = measures[measure];
    const { counts, ratio, step } = growth;
    const said = `${measure} ${counts.join(', ')}: ratio ${ratio.toFixed(2)}, step ${step.toFixed(2)}`;
    const listed = known?.[measure];
    if (listed === undefined) return isLinear(growth) ? [] : [`${said} is more than linear`];
    if (isLinear(growth)) return [`${said} is linear now: take ${measure} from the list`];
    const [maxRatio, maxStep] = listed;
    const isMore = ratio > maxRatio * TOLERANCE || step > maxStep * TOLERANCE;
    return isMore ? [`${said} is more than the list has, ratio ${maxRatio}, step ${maxStep}`] : [];
  });
  // where all calls together are more than linear, most functions are, and their number says nothing
  return known?.calls === undefined ? [...sentences, ...ofFunctions(steep, known?.steep)] : sentences;
}

function ofFunctions(steep: readonly Steep[], known: number | undefined): string[] {
  if (known !== undefined && steep.length === 0)
    return ['no function grows faster than linear now: take steep from the list'];
  if (steep.length <= (known ?? 0)) return [];
  return [
    `functions that grow faster than linear: ${steep.length}, of which the list has ${known ?? 0}`,
    ...steep.map(({ name, counts, step }) => `  ${name} ${counts.join(', ')}: step ${step.toFixed(2)}`),
  ];
}
