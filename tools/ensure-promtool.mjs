/**
 * Makes sure that the tests find Prometheus' promtool, with which they check and try the alert rules. It prints nothing
 * when promtool is there; otherwise it takes it out of Debian's package into a cache of this checkout, without installing
 * anything, so that no service starts. Where it cannot do that, it says what is missing and lets the other tests run: those
 * of the rules then fail, and say the same.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../node_modules/.cache/pitel-promtool/', import.meta.url));
const CACHED = join(CACHE, 'promtool');

if (!found()) {
  if (runs('apt-get', '--version') && runs('dpkg', '--version')) unpack();
  if (!found()) {
    console.error(
      'The tests of the alert rules need promtool: install Prometheus (Debian: apt-get install prometheus) and have it on the PATH.',
    );
  }
}

function found() {
  return runs('promtool', '--version') || runs(CACHED, '--version');
}

function runs(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function unpack() {
  console.error("Fetching promtool out of Debian's package prometheus for the tests ...");
  const folder = mkdtempSync(join(tmpdir(), 'pitel-promtool-'));
  try {
    const quiet = { cwd: folder, stdio: 'ignore', timeout: 300_000 };
    const download = () => spawnSync('apt-get', ['download', '-qq', 'prometheus'], quiet).status === 0;
    if (!download()) {
      // A fresh machine has no lists of packages yet; only root may fetch them.
      spawnSync('apt-get', ['update', '-qq'], quiet);
      if (!download()) return;
    }
    const [archive] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    if (archive === undefined || spawnSync('dpkg', ['-x', archive, 'out'], quiet).status !== 0) return;
    mkdirSync(CACHE, { recursive: true });
    copyFileSync(join(folder, 'out/usr/bin/promtool'), CACHED);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
