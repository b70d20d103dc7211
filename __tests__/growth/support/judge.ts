// Whether a row grows as it may: linear, or no faster than the list of what is known says.
import type { Known } from '../known';
import { type Grown, isLinear, LINEAR, MEASURES, type Measure, type Steep } from './growth';

/** A part of a listed number that it may be surpassed by: rounding, and work that has only been moved. */
const TOLERANCE = 1.02;

/** Sentences about what does not hold; none where all does. */
export function surpassing({ measures, steep }: Grown, known: Known | undefined): string[] {
  const sentences = (Object.keys(MEASURES) as Measure[]).flatMap((measure) => {
    const { counts, ratio, step } = measures[measure];
    const [maxRatio, maxStep] = known?.[measure] ?? [LINEAR.ratio, LINEAR.step];
    const listed = known?.[measure] !== undefined;
    const said = `${measure} ${counts.join(', ')}: ratio ${ratio.toFixed(2)}, step ${step.toFixed(2)}`;
    if (listed && isLinear(measures[measure])) return [`${said} is linear now: take ${measure} from the list`];
    const isMore = ratio > maxRatio * (listed ? TOLERANCE : 1) || step > maxStep * (listed ? TOLERANCE : 1);
    return isMore ? [`${said} is more than ratio ${maxRatio}, step ${maxStep}`] : [];
  });
  return [...sentences, ...ofFunctions(steep, known?.steep)];
}

function ofFunctions(steep: readonly Steep[], known: number | undefined): string[] {
  if (known !== undefined && steep.length === 0) return ['no function grows faster than linear now: take steep from the list'];
  if (steep.length <= (known ?? 0)) return [];
  return [
    `${steep.length} functions grow faster than linear, ${known ?? 0} are known`,
    ...steep.map(({ name, counts, step }) => `  ${name} ${counts.join(', ')}: step ${step.toFixed(2)}`),
  ];
}
