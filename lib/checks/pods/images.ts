// Image references: their grammar (github.com/distribution/reference) and that they name one image and not a moving one.

import { isSet } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import type { Problem } from '../../model/finding/problem';

import { memoize } from '../../model/manifest/formats';
import { running } from '../examples';
import type { Rule } from '../rule';

const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const LONGEST_PATH = 255;

type Flaw = Omit<Problem, 'field' | 'value'>;
const EXAMPLE =
  'a reference such as "registry.example.com:5000/team/web:1.4.2", with a digest ("@sha256:…") if you like';
const flaw = (message: string, expected = EXAMPLE, fix?: string): Flaw => ({
  message,
  expected,
  ...(fix === undefined ? {} : { fix }),
});

/** The registry in front of the path, if there is one: the first part is a host only if it looks like one. */
function splitDomain(name: string): readonly [string | undefined, string] {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  return slash >= 0 && (first === 'localhost' || /[.:]/.test(first))
    ? [first, name.slice(slash + 1)]
    : [undefined, name];
}

function digestFlaw(digest: string): Flaw | undefined {
  const colon = digest.indexOf(':');
  const length = LENGTHS[digest.slice(0, colon)];
  const hex = digest.slice(colon + 1);
  if (DIGEST.test(digest) && length !== undefined && hex.length === length && hex === hex.toLowerCase())
    return undefined;
  return flaw(`"${digest}" is no digest`, '"sha256:" and 64 lower-case hexadecimal digits');
}

function pathFlaw(path: string): Flaw | undefined {
  const wrong = path.split('/').find((component) => !COMPONENT.test(component));
  if (path.length > LONGEST_PATH)
    return flaw(`the repository name is ${path.length} characters long`, `at most ${LONGEST_PATH}`);
  if (wrong === undefined) return undefined;
  if (path !== path.toLowerCase()) return flaw('a repository name is written in lower case', path.toLowerCase());
  return flaw(wrong === '' ? 'the repository name has an empty part' : `"${wrong}" is no part of a repository name`);
}

function judge(image: string): Flaw | undefined {
  if (image.trim() === '') return flaw('the image is empty');
  if (image !== image.trim()) return flaw('there is white space around the image', image.trim());
  const [named = '', digest, ...more] = image.split('@');
  if (more.length > 0) return flaw('an image has at most one digest');
  const [domain, rest] = splitDomain(named);
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (domain !== undefined && !DOMAIN.test(domain)) return flaw(`"${domain}" is no registry`);
  if (domain === undefined && /^[a-f0-9]{64}$/.test(image)) return flaw('this is an image id, and no name');
  const wrongPath = pathFlaw(path);
  if (wrongPath !== undefined) return wrongPath;
  if (tag !== undefined && !TAG.test(tag))
    return flaw(`"${tag}" is no tag`, 'at most 128 letters, digits, "_", "." and "-", not starting with "." or "-"');
  if (digest !== undefined) return digestFlaw(digest);
  if (tag === undefined)
    return flaw('the image has neither tag nor digest, which means "latest"', 'a tag that never moves, or a digest');
  if (tag === 'latest')
    return flaw('the tag "latest" is another image tomorrow', 'a tag that never moves, or a digest');
  return undefined;
}

const flawOf = memoize((image) => ({ flaw: judge(image) }));

const imageReference: Rule = {
  id: 'image-reference',
  what: 'Every container names one image: a well-formed reference with a tag other than "latest", or with a digest.',
  why: 'The kubelet answers InvalidImageName, or pods of one workload run different versions and nothing can be rolled back.',
  severity: 'error',
  judge:
    'API server: image is required; kubelet: reference.ParseNormalizedNamed; kube-score container-image-tag, kube-linter latest-tag',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const { value, pointer } of containers) {
        const { image } = value;
        const where = `${pointer}/image`;
        if (typeof image === 'string') {
          const found = flawOf(image).flaw;
          if (found !== undefined) report(entry, where, { ...found, value: image });
        } else {
          report(entry, where, {
            ...flaw(isSet(image) ? 'the image is no text' : 'the image is missing'),
            value: image ?? null,
          });
        }
      }
    }
  },
  examples: {
    pass: [running({ image: 'localhost:5000/team/web:1.4.2' }), running({ image: `web@sha256:${'a'.repeat(64)}` })],
    fail: [
      running({ image: 'registry.example.com/Team/web:1.4.2' }),
      running({ image: 'web' }),
      running({ image: 'web:latest' }),
    ],
  },
};

export const imageRules: readonly Rule[] = [imageReference];
