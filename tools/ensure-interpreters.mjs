/**
 * Makes sure that the tests find the languages of docs/tokens.md: PHP, Python and, for C#, Mono. It prints nothing when they
 * are there, and installs what is missing on a Debian machine as root. Where it cannot do that, it says what is missing and
 * lets the other tests run: that of the page then fails.
 */
import { installDebian, runs } from './install-debian.mjs';

/** By the command; its package of Debian. */
const PACKAGES = { php: 'php-cli', python3: 'python3', mcs: 'mono-mcs', mono: 'mono-runtime' };

if (missing().length > 0) {
  installDebian(packagesOf(missing()));
  const still = missing();
  if (still.length > 0) {
    const packages = packagesOf(still).join(' ');
    console.error(
      `The test of docs/tokens.md needs ${still.join(', ')} (Debian: apt-get install ${packages}).`,
    );
  }
}

function missing() {
  return Object.keys(PACKAGES).filter((command) => !runs(command, '--version'));
}

function packagesOf(commands) {
  return commands.map((command) => PACKAGES[command]);
}
