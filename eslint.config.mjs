import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const noClock = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'core has no clock: instants are passed in as numbers',
};

/** Whether `>` or `>=` is meant at equal ends is decided once, by a function with a name. */
const noWindowEnds = [
  'BinaryExpression[operator=/^[<>]=?$/]',
  "CallExpression[callee.object.name='Math'][callee.property.name=/^(min|max)$/]",
].map((comparison) => ({
  selector: `${comparison} Identifier[name=/^(after|by|earliest|latest|lastPresent|firstAbsent)$/]`,
  message:
    'only window.ts, honest-time.ts and pbx-clock.ts of src/core/parts, and day/known-time.ts, compare the ends of a bracket in time: use a function of them, or add one',
}));

/** A folder may import itself and what is listed; the direction of the data is a rule, not a habit. */
const core = {
  files: ['src/core/**/*.ts'],
  rules: {
    'no-restricted-globals': [
      'error',
      { name: 'process', message: 'core knows no process' },
      { name: 'setTimeout', message: 'core does not wait' },
      { name: 'console', message: 'core does not print' },
    ],
    'no-restricted-syntax': ['error', noClock, ...noWindowEnds],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'core has no clock: instants are passed in as numbers' },
      { object: 'Math', property: 'random', message: 'core has no randomness: pass it in' },
    ],
  },
};

const windows = {
  files: [
    'src/core/parts/window.ts',
    'src/core/parts/honest-time.ts',
    'src/core/parts/pbx-clock.ts',
    'src/core/day/known-time.ts',
  ],
  rules: { 'no-restricted-syntax': ['error', noClock] },
};

/** What the operator chose is checked as a whole, once, and then passed in. */
const environment = {
  files: ['src/**/*.ts', 'client/src/**/*.ts', 'simulator/**/*.ts'],
  ignores: [
    'src/config/settings/environment.ts',
    'simulator/main.ts',
    'simulator/demo.ts',
    'simulator/demo-bridge.ts',
  ],
  rules: {
    'no-restricted-syntax': [
      'error',
      {
        selector: "MemberExpression[object.name='process'][property.name='env']",
        message:
          'only src/config/settings/environment.ts reads the environment; take what you need as an argument',
      },
      {
        selector: "VariableDeclarator[init.name='process'] Property[key.name='env']",
        message:
          'only src/config/settings/environment.ts reads the environment; take what you need as an argument',
      },
    ],
    'no-restricted-imports': [
      'error',
      {
        paths: ['process', 'node:process'].map((name) => ({
          name,
          importNames: ['env'],
          message: 'only src/config/settings/environment.ts reads the environment',
        })),
      },
    ],
  },
};

/** What searches a PBX's or a client's text must take time that grows with its length, not with the square of it. */
const linear = {
  files: ['src/**/*.ts', 'client/src/**/*.ts'],
  plugins: { regexp },
  rules: {
    'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: true }],
  },
};

/** The rules of this house: which code may do what. What is wrong in any house, types included, oxlint finds (`.oxlintrc.json`). */
export default tseslint.config(
  { ignores: ['**/*.spec.ts'] },
  {
    files: ['src/**/*.ts', 'client/src/**/*.ts', 'simulator/**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    // Which rules are switched off, and whether in vain, is for oxlint: here half of them are not known.
    linterOptions: { reportUnusedDisableDirectives: 'off' },
  },
  environment,
  core,
  windows,
  linear,
);
