/**
 * Compiles, unless nothing has changed since the last time: `npm start` and `npm run demo` begin at once then.
 * What decides is the age of the sources, as with make.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}dist/.tsbuildinfo`;
const inputs = [
  'src',
  'simulator',
  'bench',
  'test',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = (path) => {
  const own = changedAt(path);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return own;
  return Math.max(own, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
};

if (changedAt(stamp) <= Math.max(...inputs.map((input) => newest(root + input)))) {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
  // A compiler that found nothing to write leaves the stamp as old as it was.
  if (status === 0 && existsSync(stamp)) utimesSync(stamp, new Date(), new Date());
}
