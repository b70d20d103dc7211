// What cdk8s lets an app set, and synth does not follow: each is said, since it would have no effect without a word.

import { Chart, YamlOutputType } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { Json } from '../../model/manifest/json';

/** On a `toJson` of a chart: it returns what is written. */
export const WRITTEN = Symbol('written');

const RULE = 'ignored-option';

interface Option {
  /** Its name in AppProps. */
  readonly name: string;
  /** Its value if no one sets it. */
  readonly usual: () => unknown;
  readonly expected: string;
}

const OPTIONS: readonly Option[] = [
  {
    name: 'outdir',
    usual: () => process.env['CDK8S_OUTDIR'] ?? 'dist',
    expected: 'evenkeel synth --outdir …, or the variable CDK8S_OUTDIR',
  },
  { name: 'outputFileExtension', usual: () => '.k8s.yaml', expected: 'no such option: files end in .yaml' },
  {
    name: 'yamlOutputType',
    usual: () => YamlOutputType.FILE_PER_CHART,
    expected: 'no such option: synth writes the files of a chart by who applies them',
  },
  {
    name: 'recordConstructMetadata',
    usual: () => false,
    expected: 'no such option, and no variable CDK8S_RECORD_CONSTRUCT_METADATA: findings name constructs',
  },
];

/** The options of an app that have no effect. */
export function findIgnoredOptions(app: IConstruct): Finding[] {
  return OPTIONS.flatMap(({ name, usual, expected }) => {
    const value: unknown = Reflect.get(app, name);
    if (value === undefined || value === usual()) return [];
    const problem = {
      field: name,
      value: value as Json,
      message: `the option ${name} of the App has no effect`,
      expected,
    };
    return [findingOf(RULE, problem, 'warning')];
  });
}

/** A toJson() of a chart's own: what it returns would be lost. */
export function findIgnoredHooks(construct: IConstruct): Finding[] {
  if (!(construct instanceof Chart) || WRITTEN in construct.toJson || construct.toJson === stockToJson(construct))
    return [];
  return [
    findingOf(RULE, {
      field: 'toJson',
      message: `the toJson() of the chart ${construct.node.path} has no effect: objects are rendered one by one`,
      expected: 'labels of the chart, a resolver of the App, override(…), or a toJson() of a class of ApiObject',
    }),
  ];
}

/** That of Chart, in any copy of cdk8s. */
function stockToJson(chart: Chart): unknown {
  let found: unknown;
  for (let type: object | null = chart; type !== null; type = Object.getPrototypeOf(type)) {
    if (Object.hasOwn(type, 'toJson')) found = Reflect.get(type, 'toJson');
  }
  return found;
}
