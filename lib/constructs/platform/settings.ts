// Settings at run time: types are gone by then, so that reading a setting which nobody gave is noticed here.

/** Stands for a setting that is missing, until synth refuses the chart. */
const PLACEHOLDER = 'missing-setting';

/** `settings`, telling `onMissing` of every property that is read and not there. Optional ones are read with `in` first. */
export function watchSettings<Settings extends object>(
  settings: Settings,
  onMissing: (name: string) => void,
): Settings {
  return new Proxy(settings, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof name === 'symbol' || value !== undefined) return value;
      onMissing(name);
      return PLACEHOLDER;
    },
  });
}
