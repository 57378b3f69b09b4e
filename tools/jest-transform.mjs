/**
 * TypeScript for the tests, module by module and without checking types, by the compiler and with the options that the
 * service is built with. Modules stay ES modules.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { version } = require('typescript/package.json');
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const OWN = readFileSync(path('jest-transform.mjs'), 'utf8');
const CONFIG = readFileSync(path('../tsconfig.json'), 'utf8');

let compiler = null;

export default {
  /** The cache key: the source, the compiler and its options. */
  getCacheKey: (source, file) =>
    createHash('sha256').update([version, OWN, CONFIG, file, source].join('\0')).digest('hex'),

  process(source, file) {
    // Loads the compiler only when the cache has no result, as that takes longer than most tests.
    compiler ??= loadCompiler();
    const { ts, options } = compiler;
    return { code: ts.transpileModule(source, { fileName: file, compilerOptions: options }).outputText };
  },
};

function loadCompiler() {
  const ts = require('typescript');
  const { compilerOptions } = ts.parseConfigFileTextToJson('tsconfig.json', CONFIG).config;
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, path('..'));
  return {
    ts,
    options: {
      ...options,
      module: ts.ModuleKind.ESNext,
      sourceMap: false,
      inlineSourceMap: true,
      inlineSources: true,
    },
  };
}
