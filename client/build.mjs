/**
 * Builds the package into `dist`: ES modules with their types, and in `dist/cjs` the same files for `require`, with types of
 * their own, because TypeScript takes a declaration's format from the package.json above it.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const dist = `${folder}dist`;

rmSync(dist, { recursive: true, force: true });
const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: folder,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

const files = readdirSync(dist);
mkdirSync(`${dist}/cjs`);
writeFileSync(`${dist}/cjs/package.json`, '{ "type": "commonjs" }\n');
for (const file of files.filter((name) => name.endsWith('.d.ts')))
  copyFileSync(`${dist}/${file}`, `${dist}/cjs/${file}`);
await build({
  entryPoints: files.filter((name) => name.endsWith('.js')).map((name) => `${dist}/${name}`),
  outdir: `${dist}/cjs`,
  // File by file: a class is the same one for both entries.
  bundle: false,
  format: 'cjs',
  target: 'es2022',
  define: { 'import.meta.url': 'undefined' },
  logLevel: 'warning',
});
