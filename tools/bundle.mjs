/**
 * Packs the compiled service and the packages that it runs with into one file, `dist/bridge/main.js`: loaded from 1,200 files, it takes
 * twice as long to start.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What Nest loads where it is installed, which it is not here. */
const OPTIONAL = ['@nestjs/microservices', '@nestjs/websockets', 'class-transformer', 'class-validator'];

await build({
  absWorkingDir: root,
  entryPoints: ['dist/src/main.js'],
  outfile: 'dist/bridge/main.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Nest, logs and errors say the names of classes.
  keepNames: true,
  // They look for files of their own, beside their code.
  external: ['pino', 'socket.io', ...OPTIONAL],
  // For the packages that are CommonJS.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
