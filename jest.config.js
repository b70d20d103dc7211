// Tests: `*.process.test.ts` start processes, or profile their own (npm run test:processes); all others run within jest (npm test).
/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' }],
  },
  moduleNameMapper: { '^evenkeel$': '<rootDir>/lib/index.ts' },
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  // Jest's own choice leaves a core to itself: on two cores, one worker would do all the work.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
