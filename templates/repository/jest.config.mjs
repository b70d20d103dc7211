// Jest: @swc/jest compiles TypeScript. The same with and without "type": "module" in package.json.
export default {
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
};
