// Settings at run time: types are gone by then, so a setting that is missing, and one that nothing reads, are noticed here.

import type { IConstruct } from 'constructs';
import { closest, didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import { PLACEHOLDER } from '../../model/finding/input';
import { isJsonObject } from '../../model/manifest/json';
import type { Trace } from '../../model/manifest/origin';
import { report } from '../tree/findings';

/** What a system's own schema has to offer: see standardschema.dev, which valibot and others implement. */
export interface SettingsSchema {
  /** The interface's own part. */
  readonly '~standard': {
    /** Says what is wrong with a value. */
    readonly validate: (value: unknown) => unknown;
  };
}

/** An outcome of a Standard Schema, of which only the issues are read. */
interface Validated {
  readonly issues?: readonly {
    readonly message: string;
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
  }[];
}

/** The settings that are not an object, or that the system's own schema refuses; and settings to go on with. */
export function findSettingProblems<Settings extends object>(
  { name, settings: schema }: { readonly name: string; readonly settings?: SettingsSchema },
  settings: Settings,
): { readonly settings: Settings; readonly problems: readonly Finding[] } {
  if (!isJsonObject(settings)) {
    const message = settings === undefined ? 'settings is required' : `settings cannot be ${String(settings)}`;
    const problem = findingOf('input', { field: 'settings', message, expected: `settings: { … } of ${name}` });
    return { settings: {} as Settings, problems: [problem] };
  }
  const { issues = [] } = (schema?.['~standard'].validate(settings) ?? {}) as Validated;
  const problems = issues.map(({ message, path = [] }) => {
    const keys = path.map((key) => String(typeof key === 'object' ? key.key : key));
    const expected = `what the schema ${name}.settings accepts`;
    return findingOf('input', { field: ['settings', ...keys].join('.'), message, expected });
  });
  return { settings, problems };
}

/** `settings`, calling `onRead` for every path that is read, and `onAbsent` too for one that is not given. */
export function watchSettings<Settings extends object>(
  settings: Settings,
  onRead: (path: string) => void,
  onAbsent: (path: string) => void,
): Settings {
  return watch(settings, '', onRead, onAbsent);
}

/** A key of the settings that nothing reads, and the path beside it that was read and is not given. */
interface Misspelt {
  readonly path: string;
  readonly meant: string;
}

/** The keys that were probably meant to be one of `absent`. */
export function findMisspelt(settings: object, absent: Iterable<string>, read: ReadonlySet<string>): Misspelt[] {
  return [...absent].flatMap((meant) => {
    const keys = meant.split('.');
    const parent = keys.slice(0, -1);
    const start = parent.map((key) => `${key}.`).join('');
    const beside = parent.reduce<unknown>((value, key) => (isPlain(value) ? Reflect.get(value, key) : {}), settings);
    const unread = Object.keys(Object(beside)).filter((key) => !read.has(`${start}${key}`));
    const key = closest(keys.at(-1) ?? '', unread);
    return key === undefined ? [] : [{ path: `${start}${key}`, meant }];
  });
}

/** The finding about a misspelt setting. */
export function misspeltSetting({ path, meant }: Misspelt): Finding {
  return unread(path, [meant]);
}

/** The settings with a misspelt key spelt as it was meant. */
export function respell<Settings extends object>(settings: Settings, { path, meant }: Misspelt): Settings {
  const to = meant.slice(meant.lastIndexOf('.') + 1);
  const rename = (value: object, [key, ...rest]: readonly string[]): object =>
    Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        if (name !== key) return [name, inner];
        return rest.length === 0 ? [to, inner] : [name, rename(inner, rest)];
      }),
    );
  return rename(settings, path.split('.')) as Settings;
}

/** Reads of nested objects count as well. */
function watch<Value extends object>(
  value: Value,
  path: string,
  onRead: (path: string) => void,
  onAbsent: (path: string) => void,
): Value {
  const inner = new Map<object, object>();
  return new Proxy(value, {
    get(target, name, receiver) {
      const read: unknown = Reflect.get(target, name, receiver);
      if (typeof name === 'symbol') return read;
      onRead(`${path}${name}`);
      if (read === undefined) onAbsent(`${path}${name}`);
      // a key of a nested object may be optional
      if (read === undefined && path === '') return PLACEHOLDER;
      if (!isPlain(read)) return read;
      const watched = inner.get(read) ?? watch(read, `${path}${name}.`, onRead, onAbsent);
      inner.set(read, watched);
      return watched;
    },
    has(target, name) {
      if (typeof name === 'string') onRead(`${path}${name}`);
      return Reflect.has(target, name);
    },
  });
}

/** The settings that placements gave and that no constructor of their system read. */
export class UnreadSettings {
  private readonly placements: { system: unknown; chart: IConstruct; settings: object; trace: Trace }[] = [];
  private readonly read = new Map<unknown, Set<string>>();

  /** Paths that constructors of `system` have read, in any of its placements. */
  readBy(system: unknown): Set<string> {
    const paths = this.read.get(system) ?? new Set<string>();
    this.read.set(system, paths);
    return paths;
  }

  /** Adds a placement whose chart is complete. */
  add(system: unknown, chart: IConstruct, settings: object, trace: Trace): void {
    this.placements.push({ system, chart, settings, trace });
  }

  /** Reports every setting that nothing read. */
  report(): void {
    for (const { system, chart, settings, trace } of this.placements) {
      const read = this.readBy(system);
      for (const path of unreadPaths(settings, '', read)) report(chart, unread(path, [...read]), trace);
    }
  }
}

function unread(path: string, read: readonly string[]): Finding {
  return findingOf('unread-setting', {
    field: `settings.${path}`,
    message: `nothing reads the setting '${path}'${didYouMean(path, read)}`,
    expected: read.length === 0 ? 'no settings' : `one of ${read.filter((one) => !one.includes('.')).join(', ')}`,
  });
}

/** The keys that nothing read. An object of which no key was read may have been passed on as a whole. */
function unreadPaths(value: object, start: string, read: ReadonlySet<string>): string[] {
  const keys = Object.keys(value).map((key) => `${start}${key}`);
  if (start !== '' && !keys.some((path) => read.has(path))) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = `${start}${key}`;
    if (!read.has(path)) return [path];
    return isPlain(inner) ? unreadPaths(inner, `${path}.`, read) : [];
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
