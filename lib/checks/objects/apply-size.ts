// Sizes that client-side apply cannot take: kubectl keeps the object that it applied in an annotation of it.

import { isJsonObject, type JsonObject } from '../../model/manifest/json';
import type { Rule } from '../rule';

/** What the annotations of an object may have together (ValidateAnnotationsSize). */
const MAX_BYTES = 262_144;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

// Go escapes each of these in JSON as six bytes: <, > and & have one of their own, U+2028 and U+2029 three.
const ESCAPED = /[<>&\u2028\u2029]/g;

/** The bytes of all annotations of the object after `kubectl apply`. */
function annotationBytes(manifest: JsonObject): number {
  const json = textOf(manifest);
  // Far below the limit, whatever must be escaped.
  if (json.length * 6 < MAX_BYTES / 2) return json.length;
  const { annotations } = isJsonObject(manifest.metadata) ? manifest.metadata : {};
  const own = isJsonObject(annotations) ? Object.entries(annotations) : [];
  const stated = own.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)), 0);
  const added = annotations === undefined ? ',"annotations":{}'.length : 0;
  const escaped = [...json.matchAll(ESCAPED)].reduce((sum, [char]) => sum + 6 - Buffer.byteLength(char), 0);
  return stated + LAST_APPLIED.length + Buffer.byteLength(json) + escaped + added + 1;
}

// A plain call is several times faster, and refuses only integers beyond 2^53.
function textOf(manifest: JsonObject): string {
  try {
    return JSON.stringify(manifest);
  } catch {
    return JSON.stringify(manifest, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  }
}

const applySize: Rule = {
  id: 'apply-size',
  what: 'An object is small enough for client-side apply, which keeps a copy of it in an annotation of at most 256 KiB.',
  why: 'Client-side `kubectl apply -f dist` fails for it with "metadata.annotations: Too long"; with `--server-side` it works, up to the limit of its kind.',
  severity: 'warning',
  judge: 'API server: ValidateAnnotationsSize, of what client-side kubectl apply sends',
  check: (entries, report) => {
    for (const entry of entries) {
      const bytes = annotationBytes(entry.manifest);
      if (bytes <= MAX_BYTES) continue;
      report(entry, '/metadata/annotations', {
        message: `client-side apply would make annotations of ${bytes} bytes`,
        expected: `at most ${MAX_BYTES} bytes, or kubectl apply --server-side`,
        fix: 'split it, or apply it with --server-side: Argo CD has ServerSideApply=true, and Flux does so anyway',
      });
    }
  },
  examples: {
    pass: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'x'.repeat(200_000) } }],
    fail: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'x'.repeat(MAX_BYTES) } }],
  },
};

export const applySizeRules: readonly Rule[] = [applySize];
