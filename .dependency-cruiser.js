// Which room may know which: the table of docs/architecture.md, enforced by `npm run lint`.
const only = (room, ...known) => ({
  name: `${room.replaceAll('/', '-')}-knows-only`,
  severity: 'error',
  // The applications of the proofs are written as a user's are.
  from: { path: `^${room}/`, ...(room === 'e2e' ? { pathNot: '^e2e/apps/' } : {}) },
  to: {
    path: '^(lib|charts|imports|main|dist|__tests__|bench|bin|e2e)',
    pathNot: [room, ...known].map((name) => `^${name}(/|\\.)`),
  },
});

const packages = (room, ...allowed) => ({
  name: `${room.replaceAll('/', '-')}-uses-only`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer'], pathNot: allowed.map((name) => `node_modules/${name}/`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^\\.\\./build/' } },
    only('charts', 'lib/constructs', 'lib/model', 'imports'),
    only('lib/model'),
    only('lib/analysis', 'lib/model'),
    only('lib/constructs', 'lib/model', 'lib/analysis', 'imports'),
    only('lib/synth', 'lib/model'),
    only('lib/checks', 'lib/model', 'lib/analysis'),
    only('lib/commands', 'lib'),
    only('e2e', 'lib/model', 'lib/analysis'),
    only('e2e/apps', 'lib/constructs', 'lib/model'),
    packages('lib/model'),
    packages('lib/analysis'),
    packages('lib/checks'),
    packages('lib/constructs', 'cdk8s', 'cdk8s-plus-27', 'constructs'),
    packages('lib/synth', 'cdk8s', 'constructs', 'yaml'),
    packages('lib/commands', 'commander', 'constructs'),
    packages('e2e', 'commander', 'constructs', 'esbuild', 'yaml'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
