import js from '@eslint/js';
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
  ignores: ['**/*.spec.ts'],
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
    '**/*.spec.ts',
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
  ignores: ['**/*.spec.ts'],
  plugins: { regexp },
  rules: {
    'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: true }],
  },
};

export default tseslint.config(
  { ignores: ['**/dist/**', 'node_modules/**', 'coverage/**', 'bench/results/**', 'client/released/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: ['*.mjs', '*.cjs', 'tools/*.mjs', 'web/*.mjs', 'client/*.mjs'],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  environment,
  core,
  windows,
  linear,
  {
    files: ['**/*.mjs', '**/*.cjs', 'simulator/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    // What browsers load as it is: plain scripts, with the browser's globals and Socket.IO's.
    files: ['public/**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { sourceType: 'script' },
    rules: { 'no-undef': 'off' },
  },
  {
    // Tests hand matchers and loosely typed wire values about; the compiler's strictness is enough there.
    files: ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
