// Image references: their grammar (github.com/distribution/reference), and that they name one fixed image.

import { isSet } from '../../analysis/objects/read-json';
import { unsetInImage } from '../../analysis/objects/unset';
import { workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { memoize } from '../../model/manifest/formats';
import { running } from '../examples';
import type { ObjectProblem, Rule } from '../rule';

const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const LONGEST_PATH = 255;

type ImageProblem = Omit<ObjectProblem, 'value'>;
const EXAMPLE =
  'a reference such as "registry.example.com:5000/team/web:1.4.2", optionally with a digest ("@sha256:…")';
const problem = (message: string, expected = EXAMPLE, fix?: string): ImageProblem => ({
  message,
  expected,
  ...(fix === undefined ? {} : { fix }),
  cannotWork: true,
});

/** A well-formed reference that may be another image tomorrow. */
const moving = (message: string): ImageProblem => ({ message, expected: 'a tag that never moves, or a digest' });

/** The registry before the path, if there is one: the first part is a host only if it looks like one. */
function splitDomain(name: string): readonly [string | undefined, string] {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  return slash >= 0 && (first === 'localhost' || /[.:]/.test(first))
    ? [first, name.slice(slash + 1)]
    : [undefined, name];
}

function findDigestProblem(digest: string): ImageProblem | undefined {
  const colon = digest.indexOf(':');
  const length = LENGTHS[digest.slice(0, colon)];
  const hex = digest.slice(colon + 1);
  if (DIGEST.test(digest) && length !== undefined && hex.length === length && hex === hex.toLowerCase())
    return undefined;
  return problem(`"${digest}" is not a valid digest`, '"sha256:" and 64 lower-case hexadecimal digits');
}

function findPathProblem(path: string): ImageProblem | undefined {
  const invalid = path.split('/').find((component) => !COMPONENT.test(component));
  if (path.length > LONGEST_PATH)
    return problem(`the repository name has ${path.length} characters`, `at most ${LONGEST_PATH}`);
  if (invalid === undefined) return undefined;
  if (path !== path.toLowerCase()) return problem('the repository name must be in lower case', path.toLowerCase());
  return problem(
    invalid === '' ? 'the repository name has an empty part' : `"${invalid}" is not a valid part of a repository name`,
  );
}

function findProblem(image: string): ImageProblem | undefined {
  if (image.trim() === '') return problem('the image is empty');
  if (image !== image.trim()) return problem('the image has leading or trailing white space', image.trim());
  const word = unsetInImage(image);
  if (word !== undefined) {
    const message = `'${word}' in the image: a value that it is made of is not set`;
    return problem(message, 'the image with that value, such as its tag');
  }
  const [named = '', digest, ...more] = image.split('@');
  if (more.length > 0) return problem('the image has more than one digest');
  const [domain, rest] = splitDomain(named);
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (domain !== undefined && !DOMAIN.test(domain)) return problem(`"${domain}" is not a valid registry`);
  if (domain === undefined && /^[a-f0-9]{64}$/.test(image)) return problem('the image is an ID, not a name');
  const pathProblem = findPathProblem(path);
  if (pathProblem !== undefined) return pathProblem;
  if (tag !== undefined && !TAG.test(tag))
    return problem(
      `"${tag}" is not a valid tag`,
      'at most 128 letters, digits, "_", "." and "-", not starting with "." or "-"',
    );
  if (digest !== undefined) return findDigestProblem(digest);
  if (tag === undefined) return moving('the image has no tag or digest, which means "latest"');
  if (tag.toLowerCase() === 'latest') return moving(`the tag "${tag}" moves to another image`);
  return undefined;
}

const problemOf = memoize((image) => ({ problem: findProblem(image) }));

const imageReference: Rule = {
  id: 'image-reference',
  what: 'Every container has one fixed image: a well-formed reference with a tag other than "latest", or with a digest.',
  why: 'The kubelet reports InvalidImageName, or pods of one workload run different versions and cannot be rolled back.',
  severity: 'error',
  judge:
    'API server: image is required; kubelet: reference.ParseNormalizedNamed; kube-score container-image-tag, kube-linter latest-tag',
  reason: reasonKey('image-reference'),
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const { value, pointer } of containers) {
        const { image } = value;
        const where = `${pointer}/image`;
        if (typeof image === 'string') {
          const found = problemOf(image).problem;
          if (found !== undefined) report(entry, where, { ...found, value: image });
        } else {
          report(entry, where, {
            ...problem(isSet(image) ? 'the image must be a string' : 'the image is missing'),
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
      running({ image: 'registry.example.com/team/web:undefined' }),
      running({ image: 'web:LATEST' }),
    ],
  },
};

export const imageRules: readonly Rule[] = [imageReference];
