// Paths of a host that lead to a component: prefixes by whole parts, or exact ones. The longest that fits decides.

import type { Problem } from '../finding/problem';
import { checked, either, fields, like, list, type Schema, text } from '../finding/schema';

/** A path and all below it: `/api` is `/api` and `/api/…`, not `/apis`; or one path alone: `{ exact: '/login' }`. */
export type ExposedPath = string | { readonly exact: string };

/** The whole host. */
export const WHOLE_HOST: readonly ExposedPath[] = ['/'];

const FORM = "an absolute path, such as '/api', or { exact: '/login' }";

function findPathProblems(path: string): Problem[] {
  const problem = (message: string): Problem[] => [{ message, expected: FORM, value: path }];
  if (!path.startsWith('/')) return problem(`"${path}" is not an absolute path`);
  if (path.includes('*')) return problem(`"${path}" has a wildcard, which no path has: it includes what is below it`);
  if (/[?#\s]/.test(path)) return problem(`"${path}" is more than a path`);
  const parts = path.split('/').slice(1, -1);
  // kubernetes: validateHTTPIngressPath
  if (parts.includes('') || /(?:^|\/)\.{1,2}(?:\/|$)|%2f/i.test(path)) return problem(`"${path}" is not normalized`);
  return [];
}

const PATH = checked<string>(
  like(FORM, (value) => typeof value === 'string'),
  findPathProblems,
);

/** One or more paths, each once. */
export const PATHS: Schema = checked<readonly ExposedPath[]>(
  list(
    either(
      [PATH, fields<Exclude<ExposedPath, string>>({ exact: checked<string>(text(FORM), findPathProblems) })],
      FORM,
    ),
    "a list: ['/api']",
  ),
  (paths) => {
    if (paths.length === 0)
      return [{ message: 'the list of paths is empty', expected: "paths: ['/api'], or no paths" }];
    const twice = paths.find((path, index) => paths.slice(0, index).some((other) => keyOf(other) === keyOf(path)));
    if (twice === undefined) return [];
    return [{ message: `the path ${nameOf(twice)} is listed twice`, expected: 'each path once', value: nameOf(twice) }];
  },
);

/** `/api/` is the same prefix as `/api`. */
const prefixOf = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

const keyOf = (path: ExposedPath): string =>
  typeof path === 'string' ? `below ${prefixOf(path)}` : `exact ${path.exact}`;

/** For messages. */
export const nameOf = (path: ExposedPath): string => (typeof path === 'string' ? path : `${path.exact} (exact)`);

/** Whether a path is the whole host. */
export const isWholeHost = (path: ExposedPath): boolean => path === '/';

/** The type and text of a path in an Ingress. */
export function ingressPath(path: ExposedPath): { readonly path: string; readonly pathType: 'Prefix' | 'Exact' } {
  return typeof path === 'string'
    ? { path: prefixOf(path), pathType: 'Prefix' }
    : { path: path.exact, pathType: 'Exact' };
}

/** The same in a route of the Gateway API. */
export function routePath(path: ExposedPath): { readonly type: 'PathPrefix' | 'Exact'; readonly value: string } {
  return typeof path === 'string'
    ? { type: 'PathPrefix', value: prefixOf(path) }
    : { type: 'Exact', value: path.exact };
}

/** A path of a host, with the component that it leads to. */
export interface Claimed {
  readonly path: ExposedPath;
  readonly name: string;
}

const textOf = (path: ExposedPath): string => (typeof path === 'string' ? prefixOf(path) : path.exact);

function isBelow(path: ExposedPath, above: ExposedPath): boolean {
  if (typeof above !== 'string' || keyOf(path) === keyOf(above)) return false;
  const top = prefixOf(above);
  return top === '/' || textOf(path) === top || textOf(path).startsWith(`${top}/`);
}

/** Exact paths first, then the longest: controllers that try them in this order find what the API promises. */
export function byPrecedence(a: Claimed, b: Claimed): number {
  const rank = ({ path }: Claimed) => (typeof path === 'string' ? 1 : 0);
  return (
    rank(a) - rank(b) || textOf(b.path).length - textOf(a.path).length || (textOf(a.path) < textOf(b.path) ? -1 : 1)
  );
}

/** The paths of `name` that change nothing: without them the requests would come to it as well. Each with the path that includes it. */
export function findRedundant(claims: readonly Claimed[], name: string): readonly [ExposedPath, ExposedPath][] {
  return claims
    .filter((claim) => claim.name === name)
    .flatMap(({ path }): [ExposedPath, ExposedPath][] => {
      // what another one claims as well is a clash, and said there
      if (claims.some((other) => other.name !== name && keyOf(other.path) === keyOf(path))) return [];
      const [next] = claims.filter((other) => isBelow(path, other.path)).sort(byPrecedence);
      return next?.name === name ? [[path, next.path]] : [];
    });
}
