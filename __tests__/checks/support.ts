// Turns plain manifests into the entries that the checks get, as the synthesizer would.

import { check, rules } from '../../lib/checks';
import type { Finding } from '../../lib/model/finding/finding';
import { isJsonObject, type Json, type JsonObject } from '../../lib/model/manifest/json';
import type { ApiEntry } from '../../lib/model/manifest/object';
import type { SourceLine } from '../../lib/model/manifest/origin';

export interface Made {
  readonly cluster?: string;
  readonly construct?: string;
  readonly source?: () => SourceLine | undefined;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export function entry(manifest: JsonObject, made: Made = {}): ApiEntry {
  const apiVersion = text(manifest.apiVersion);
  const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {};
  const namespace = text(metadata.namespace);
  const name = text(metadata.name);
  return {
    identity: {
      group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
      kind: text(manifest.kind),
      ...(namespace === '' ? {} : { namespace }),
      name,
    },
    manifest,
    cluster: made.cluster ?? 'production',
    origin: { construct: made.construct ?? `app/${name}`, source: made.source ?? (() => undefined) },
  };
}

export const entries = (manifests: readonly JsonObject[]): ApiEntry[] => manifests.map((manifest) => entry(manifest));

/** The findings of one rule about an app. */
export function findings(id: string, ...manifests: readonly JsonObject[]): Finding[] {
  const rule = rules.find((it) => it.id === id);
  if (rule === undefined) throw new Error(`no rule "${id}"`);
  return check(entries(manifests), [rule]);
}

/** The fields that one rule reports. */
export const fields = (id: string, ...manifests: readonly JsonObject[]): (string | undefined)[] =>
  findings(id, ...manifests).map(({ field }) => field);
