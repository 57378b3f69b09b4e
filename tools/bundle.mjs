/**
 * Packs the compiled service and the packages that it runs with into a few files, `dist/bridge/main.js` first: loaded from
 * 1,200 files, it takes twice as long to start.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What Nest loads where it is installed, which it is not here. */
const OPTIONAL = ['@nestjs/microservices', '@nestjs/websockets', 'class-transformer', 'class-validator'];

rmSync(`${root}dist/bridge`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['dist/src/main.js'],
  outdir: 'dist/bridge',
  bundle: true,
  // What is imported only where it is configured stays a file of its own, and unread.
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Nest, logs and errors say the names of classes.
  keepNames: true,
  // pino and socket.io look for files of their own, beside their code; traces are seldom exported.
  external: ['pino', 'socket.io', '@opentelemetry/*', ...OPTIONAL],
  // For the packages that are CommonJS.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
