import { availableParallelism } from 'node:os';

/**
 * Tiers, by a file's name. `*.system.spec.ts` needs something outside of its own process: Redis, a browser,
 * another process, or the build. `*.long.spec.ts` takes minutes, or measures in real time: `npm run test:long`
 * (`jest.long.config.mjs`). Every other `*.spec.ts` is a unit test and runs from the sources alone: where it runs,
 * `node:child_process` throws.
 */
const SYSTEM = '\\.system\\.spec\\.ts$';
export const LONG = '\\.long\\.spec\\.ts$';

export const shared = {
  testEnvironment: 'node',
  roots: ['src', 'simulator', 'bench', 'test', 'client', 'web'].map((folder) => `<rootDir>/${folder}`),
  extensionsToTreatAsEsm: ['.ts'],
  // Not `….json.js`: a package's own module of that name is no TypeScript of ours.
  moduleNameMapper: { '^(\\.{1,2}/.*(?<!\\.json))\\.js$': '$1' },
  transform: { '^.+\\.ts$': '<rootDir>/tools/jest-transform.mjs' },
};

const unit = {
  ...shared,
  displayName: 'unit',
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', SYSTEM, LONG],
  moduleNameMapper: {
    ...shared.moduleNameMapper,
    '^(node:)?child_process$': '<rootDir>/test/support/no-processes.cjs',
  },
};

const system = { ...shared, displayName: 'system', testRegex: [SYSTEM] };

export default {
  projects: [unit, system],
  testSequencer: './test/support/slow-first.mjs',
  coverageProvider: 'v8',
  // It says that something is stuck, also on a busy machine, and not that it was slow. Past what `until` waits for, which
  // says what for.
  testTimeout: 180_000,
  // The system tests wait more than they compute.
  maxWorkers: availableParallelism() * 2,
};
