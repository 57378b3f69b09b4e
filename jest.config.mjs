/** One transform for all: swc, because Nest's injection needs decorator metadata and ESM stays ESM. */
export default {
  testEnvironment: 'node',
  roots: ['src', 'simulator', 'bench', 'test', 'client', 'web'].map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // Not `….json.js`: a package's own module of that name is no TypeScript of ours.
  moduleNameMapper: { '^(\\.{1,2}/.*(?<!\\.json))\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
          target: 'es2023',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  coverageProvider: 'v8',
  testTimeout: 30_000,
  maxWorkers: 2,
};
