/**
 * Makes sure that the tests find the languages of docs/tokens.md: PHP, Python and, for C#, Mono. It prints nothing when they
 * are there, and installs what is missing on a Debian machine as root. Where it cannot do that, it says what is missing and
 * lets the other tests run: that of the page then fails.
 */
import { spawnSync } from 'node:child_process';

const PACKAGES = { php: 'php-cli', python3: 'python3', mcs: 'mono-mcs', mono: 'mono-runtime' };

const missing = () => Object.keys(PACKAGES).filter((command) => !runs(command, '--version'));

if (missing().length > 0) {
  if (process.getuid?.() === 0 && runs('apt-get', '--version')) install(missing());
  const still = missing();
  if (still.length > 0) {
    const packages = still.map((command) => PACKAGES[command]).join(' ');
    console.error(
      `The test of docs/tokens.md needs ${still.join(', ')} (Debian: apt-get install ${packages}).`,
    );
  }
}

function runs(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function install(commands) {
  const packages = commands.map((command) => PACKAGES[command]);
  console.error(`Installing ${packages.join(', ')} for the tests ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
}
