export default {
  testEnvironment: 'node',
  roots: ['src', 'simulator', 'bench', 'test', 'client', 'web'].map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // Not `….json.js`: a package's own module of that name is no TypeScript of ours.
  moduleNameMapper: { '^(\\.{1,2}/.*(?<!\\.json))\\.js$': '$1' },
  transform: { '^.+\\.ts$': '<rootDir>/tools/jest-transform.mjs' },
  coverageProvider: 'v8',
  testTimeout: 30_000,
  maxWorkers: 2,
};
