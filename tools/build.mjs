/**
 * Compiles and packs the service, and builds the pages and what is served of the client package, each unless nothing has changed since
 * the last time: `npm start` and `npm run demo` begin at once then. It compares the ages of the sources, like make.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = (path) => {
  const own = changedAt(path);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return own;
  return Math.max(own, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
};

function build({ stamp, inputs, program, args = [] }) {
  const output = `${root}${stamp}`;
  if (changedAt(output) > Math.max(...inputs.map((input) => newest(root + input)))) return;
  const { status } = spawnSync(process.execPath, [root + program, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  // A compiler that found nothing to write leaves the stamp as old as it was.
  if (existsSync(output)) utimesSync(output, new Date(), new Date());
}

build({
  stamp: 'dist/.tsbuildinfo',
  inputs: ['src', 'simulator', 'bench', 'test', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
  program: 'node_modules/typescript/bin/tsc',
  args: ['-p', 'tsconfig.build.json', '--noCheck'],
});
build({
  stamp: 'dist/bridge/main.js',
  inputs: ['dist/src', 'tools/bundle.mjs', 'package-lock.json'],
  program: 'tools/bundle.mjs',
});
build({
  stamp: 'dist/web/index.html',
  inputs: [
    'web',
    'client/src',
    'client/tsconfig.json',
    'tools/licenses.mjs',
    'tsconfig.json',
    'package-lock.json',
  ],
  program: 'web/build.mjs',
});
build({
  stamp: 'dist/client-files/client.json',
  inputs: [
    'client/src',
    'client/released',
    'client/bundle.mjs',
    'client/package.json',
    'client/tsconfig.json',
    'tools/licenses.mjs',
    'tsconfig.json',
    'package-lock.json',
  ],
  program: 'client/bundle.mjs',
});
