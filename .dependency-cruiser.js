// Which room may know which, and which folder of a room may know which: the tables of docs/architecture.md, enforced by `npm run lint`.
const only = (room, ...known) => ({
  name: `${room.replaceAll('/', '-')}-knows-only`,
  severity: 'error',
  // The applications of the proofs are written as a user's are.
  from: { path: `^${room}/`, ...(room === 'e2e' ? { pathNot: '^e2e/apps/' } : {}) },
  to: {
    path: '^(lib|charts|imports|main|dist|__tests__|bench|bin|e2e|templates|examples)',
    pathNot: [room, ...known].map((name) => `^${name}(/|\\.)`),
  },
});

const packages = (room, ...allowed) => ({
  name: `${room.replaceAll('/', '-')}-uses-only`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer'], pathNot: allowed.map((name) => `node_modules/${name}/`) },
});

// The folders of each room, lowest first: a folder knows those before it. Files at the room's root come last.
const FOLDERS = {
  'lib/model': [
    'kinds',
    'manifest',
    'finding',
    'pods',
    'capacity',
    'services',
    'exposure',
    'secrets',
    'backups',
    'cluster',
    'providers',
    'platform',
    'nodes',
  ],
  'lib/analysis': [
    'objects',
    'scheduling',
    'survival',
    'access',
    'network',
    'traffic',
    'nodes',
    'comparison',
    'changes',
    'picture',
    'gitops',
  ],
  'lib/checks': [
    'network',
    'exposure',
    'objects',
    'capacity',
    'pods',
    'workloads',
    'scaling',
    'relations',
    'secrets',
    'access',
    'changes',
  ],
  'lib/constructs': [
    'tree',
    'network',
    'pod',
    'nodes',
    'system',
    'foreign',
    'services',
    'scaling',
    'exposure',
    'cluster',
    'storage',
    'component',
    'postgres',
    'jobs',
    'backups',
    'parts',
    'platform',
    'load-test',
  ],
  'lib/parts': ['part', 'metrics', 'logs', 'traces', 'configuration', 'backups'],
  'lib/synth': ['tree', 'output', 'text', 'object'],
  'lib/report': ['picture'],
  'lib/commands': ['changes', 'project', 'comparison', 'data', 'picture'],
  e2e: [
    'process',
    'programs',
    'manifests',
    'images',
    'cluster',
    'outside',
    'world',
    'measure',
    'scheduling',
    'apps',
    'proofs',
    'runner',
  ],
};

// What the rules of every folder are made of.
const SHARED = ['lib/checks/rule.ts', 'lib/checks/examples.ts'];

const inOrder = Object.entries(FOLDERS).flatMap(([room, folders]) =>
  folders.map((folder, index) => ({
    name: `${room.replaceAll('/', '-')}-${folder}-knows-only-lower-folders`,
    severity: 'error',
    from: { path: `^${room}/${folder}/` },
    to: {
      path: `^${room}/`,
      pathNot: [
        ...folders.slice(0, index + 1).map((lower) => `^${room}/${lower}/`),
        ...SHARED.map((file) => `^${file}$`),
      ],
    },
  })),
);

const unlisted = Object.entries(FOLDERS).map(([room, folders]) => ({
  name: `${room.replaceAll('/', '-')}-has-no-other-folder`,
  severity: 'error',
  from: {},
  to: { path: `^${room}/[^/]+/`, pathNot: `^${room}/(${folders.join('|')})/[^/]+$` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^\\.\\./build/' } },
    ...inOrder,
    ...unlisted,
    {
      name: 'files-only-at-the-edges',
      comment:
        'Only the output directory, the project that a command works on, included manifests and the launcher touch the file system.',
      severity: 'error',
      from: {
        path: '^lib/',
        pathNot: '^lib/(synth/output|commands/(changes|project|data|picture)|constructs/foreign)/',
      },
      to: { path: '^(node:)?fs(/promises)?$', dependencyTypes: ['core'] },
    },
    // as a user's repository: the package by its name, which is lib/index.ts here
    only('charts', 'lib/index', 'imports'),
    only('templates', 'lib/index'),
    only('examples', 'lib/index'),
    only('lib/model'),
    only('lib/analysis', 'lib/model'),
    // toJson() of a chart, which cdk8s' Testing.synth calls, returns what is written
    only('lib/constructs', 'lib/model', 'lib/analysis', 'imports', 'lib/synth/synthesize', 'lib/synth/tree/ignored'),
    only('lib/parts', 'lib/constructs', 'lib/model'),
    {
      name: 'only-the-package-knows-parts',
      comment: 'A part is written as a user would write it: nothing depends on one.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(parts/|index\\.)' },
      to: { path: '^lib/parts/' },
    },
    only('lib/synth', 'lib/model'),
    only('lib/checks', 'lib/model', 'lib/analysis'),
    only('lib/report', 'lib/model', 'lib/analysis', 'lib/synth'),
    only('lib/commands', 'lib'),
    only('e2e', 'lib/model', 'lib/analysis'),
    only('e2e/apps', 'lib/constructs', 'lib/model', 'lib/parts'),
    packages('lib/model', 'valibot'),
    packages('lib/analysis'),
    packages('lib/checks'),
    packages('lib/report'),
    packages('lib/constructs', 'cdk8s', 'cdk8s-plus-27', 'constructs', 'yaml'),
    packages('lib/parts', 'constructs', 'yaml'),
    packages('lib/synth', 'cdk8s', 'constructs', 'yaml'),
    packages('lib/commands', 'commander', 'constructs', 'elkjs'),
    packages('e2e', 'commander', 'constructs', 'esbuild', 'yaml'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
