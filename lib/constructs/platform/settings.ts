// Settings at run time: types are gone by then, so reading a missing setting is noticed here.

/** Stands for a missing setting until synth refuses the chart. */
const PLACEHOLDER = 'missing-setting';

/** `settings`, calling `onMissing` for every missing property that is read. Read optional ones with `in` first. */
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
