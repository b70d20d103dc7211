// For tests of charts: one system, synthesized as synth does it. Its errors are an exception, as synth prints them.
import type { IConstruct } from 'constructs';
import { check } from './checks';
import { Platform, type SystemClass } from './constructs/platform/platform';
import { System } from './constructs/system/system';
import { type ClusterDescription, isDescription } from './model/cluster/cluster';
import { type Finding, findingOf } from './model/finding/finding';
import { fields, findSchemaProblems, like, optional } from './model/finding/schema';
import { isJsonObject, type JsonObject } from './model/manifest/json';
import type { ApiEntry } from './model/manifest/object';
import type { EnvironmentProps } from './model/platform/environment';
import type { Images } from './model/platform/target';
import { conformant } from './model/providers/conformant';
import { findingsAsText } from './report/output';
import { synthesize } from './synth/synthesize';

/** Where and with what a test synthesizes a system. */
export interface TestProps<Settings> {
  /** The system's settings, as a placement gives them. */
  readonly settings: Settings;
  /** Where it runs. @default a conformant cluster of three zones with metrics-server */
  readonly cluster?: ClusterDescription;
  /** What it must survive, and where its images come from. @default one that survives the loss of a zone, with the registry `registry.example` */
  readonly environment?: EnvironmentProps;
}

/** What synth makes of a system. */
export interface TestSynthesis {
  /** The manifests as synth writes them, in one text: for a snapshot. */
  readonly yaml: string;
  /** Warnings and notes. Errors are thrown. */
  readonly findings: readonly Finding[];
  /**
   * The manifest of one object, for focused assertions.
   * @throws with the names that exist, if there is none
   */
  readonly object: (kind: string, name: string) => JsonObject;
}

/** What the environment is in itself, the platform checks. */
const PROPS = fields<TestProps<object>>({
  settings: like('settings: { … }, as a placement has them', isJsonObject),
  cluster: optional(like("a cluster as gke({ … }) or another provider's function makes it", isDescription)),
  environment: optional(like('{ survives, registry, access }', isJsonObject)),
});

/** The cluster and the environment have this name, so that the system's namespace is `<system>-test`. */
const NAME = 'test';

const CLUSTER = conformant({
  kubernetes: '1.36',
  zones: ['zone-1', 'zone-2', 'zone-3'],
  capabilities: ['metrics-server'],
  ingressSource: { cidrs: ['192.0.2.0/24'] }, // a documentation range (RFC 5737)
});

const ENVIRONMENT: EnvironmentProps = {
  survives: { zones: 1, regions: 0 },
  registry: { external: 'registry.example' },
};

/**
 * Synthesizes one system for a test.
 *
 * @example
 * expect(synthesizeForTest(Shop, { settings }).yaml).toMatchSnapshot();
 * expect(() => synthesizeForTest(Shop, { settings: { host: 'shop' } })).toThrow(/host/);
 *
 * @throws the errors that synth would print, all of them in one message
 */
export function synthesizeForTest<Settings extends object>(
  system: SystemClass<Settings>,
  props: TestProps<Settings>,
): TestSynthesis {
  refuse(findSchemaProblems(PROPS, props, '').map((problem) => findingOf('input', problem)));
  const { cluster = CLUSTER, environment = ENVIRONMENT, settings } = props;
  const build = (images: Images) =>
    new Platform({ home: NAME, clusters: { [NAME]: cluster }, environments: { [NAME]: environment }, images })
      .place(system, { [NAME]: { on: NAME, settings } })
      .app();
  const { files, findings, entries } = synthesize(build(imagesOf(build({}))), check);
  refuse(findings.filter(({ severity }) => severity === 'error'));
  const manifests = [...files].filter(([path]) => path.endsWith('.yaml'));
  return {
    yaml: manifests.map(([path, text]) => `# ${path}\n${text}`).join('\n'),
    findings,
    object: (kind, name) => {
      const ofKind = entries.filter(({ identity }) => identity.kind === kind);
      const found = ofKind.find(({ identity }) => identity.name === name);
      if (found !== undefined) return found.manifest;
      const known = ofKind.length > 0 ? ofKind.map(nameOf) : new Set(entries.map(({ identity }) => identity.kind));
      throw new Error(`${system.name} has no ${kind} '${name}': it has ${[...known].join(', ')}`);
    },
  };
}

/** A tag for the images that the systems ask for: their names are known once they are built. */
function imagesOf(app: IConstruct): Images {
  const asking = System.allIn(app).filter(({ images }) => images.size > 0);
  return Object.fromEntries(asking.map(({ system }) => [system, { [NAME]: '1' }]));
}

const nameOf = ({ identity }: ApiEntry): string => identity.name;

/** @throws an error that points at the test's own line, if there are findings */
function refuse(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const error = new Error(findingsAsText(findings));
  Error.captureStackTrace(error, synthesizeForTest);
  throw error;
}
