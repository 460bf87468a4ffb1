import tseslint from 'typescript-eslint'

/** Time, chance, the environment and the network come as values or functions into these rooms. */
const PURE = [
  ...['src/core/**', 'src/formats/**', 'src/curation/**', 'src/publish/**'],
  ...['src/dns/wire/**', 'src/dns/tsig*.ts'],
]

const PURE_MESSAGE = 'this room is pure: take it as a value or a function (docs/architecture.md)'

const WORLD = [
  'process',
  'fetch',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'console',
]

const KEY_MAKERS = ['generateKeyPair', 'generateKeyPairSync']

const CHANCE = [
  ...KEY_MAKERS,
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'webcrypto',
]

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'var/**',
      'coverage/**',
      'scripts/bench/{data,results}/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', 'scripts/**/*.ts'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './test/tsconfig.json', './scripts/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      // A process ends by releasing what it holds: set `process.exitCode`.
      'no-restricted-properties': ['error', { object: 'process', property: 'exit' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.ts', 'scripts/**/*.ts'],
    ignores: ['src/platform/make-ed25519-key.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:crypto', 'crypto'].map((name) => ({
            name,
            importNames: KEY_MAKERS,
            message: 'may wait for ever: src/platform/make-ed25519-key.ts says why, and makes keys',
          })),
        },
      ],
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-globals': ['error', ...WORLD.map((name) => ({ name, message: PURE_MESSAGE }))],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: PURE_MESSAGE },
        { object: 'Math', property: 'random', message: PURE_MESSAGE },
        { object: 'globalThis', message: PURE_MESSAGE },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: PURE_MESSAGE,
        },
        { selector: "CallExpression[callee.name='Date']", message: PURE_MESSAGE },
        {
          selector: 'CallExpression[callee.property.name=/^toLocale|^localeCompare$/]',
          message: 'same input, same bytes: no locale',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:crypto', 'crypto'].map((name) => ({
            name,
            importNames: CHANCE,
            message: PURE_MESSAGE,
          })),
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Builders of tests are used where they are seen.
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    // Plain Node scripts, which run before anything is installed or compiled: no types to check.
    files: ['**/*.{js,mjs,cjs}'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
)
