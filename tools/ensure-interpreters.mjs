/**
 * Makes sure that the tests find the languages of docs/tokens.md and examples/: PHP, Python and, for C#, Mono, with the
 * packages that the examples use. It prints nothing when they are there, and installs what is missing on a Debian machine as
 * root. Where it cannot do that, it says what is missing and lets the other tests run: those of the page and of the examples
 * then fail. `--missing` only prints the packages that are missing, one a line.
 */
import { existsSync, readdirSync } from 'node:fs';
import { installDebian, runs } from './install-debian.mjs';

const MONO_JSON = '/usr/lib/mono/4.5/System.Runtime.Serialization.dll';
const LARAVEL = '/usr/share/php/Illuminate/autoload.php';

const phpHas = (extension) => runs('php', '-r', `exit(extension_loaded('${extension}') ? 0 : 1);`);
const hasPhpFpm = () =>
  existsSync('/usr/sbin') && readdirSync('/usr/sbin').some((name) => name.startsWith('php-fpm'));
/** Debian's Python, also where another one comes first on the PATH. */
const pythonHas = (module) =>
  ['python3', '/usr/bin/python3'].some((python) => runs(python, '-c', `import ${module}`));

/** What shows that each package of Debian is there. */
const PACKAGES = {
  'php-cli': () => runs('php', '--version'),
  'php-fpm': hasPhpFpm,
  'php-redis': () => phpHas('redis'),
  'php-sqlite3': () => phpHas('pdo_sqlite'),
  'php-laravel-framework': () => existsSync(LARAVEL),
  python3: () => runs('python3', '--version'),
  'python3-aiohttp': () => pythonHas('aiohttp'),
  'python3-redis': () => pythonHas('redis'),
  'python3-socketio': () => pythonHas('socketio'),
  'mono-mcs': () => runs('mcs', '--version'),
  'mono-runtime': () => runs('mono', '--version'),
  'libmono-system-runtime-serialization4.0-cil': () => existsSync(MONO_JSON),
};

if (process.argv.includes('--missing')) {
  for (const name of missing()) console.log(name);
} else if (missing().length > 0) {
  installDebian(missing());
  const still = missing().join(' ');
  if (still !== '')
    console.error(
      `The tests of docs/tokens.md and examples/ need ${still} (Debian: apt-get install ${still}).`,
    );
}

function missing() {
  return Object.keys(PACKAGES).filter((name) => !PACKAGES[name]());
}
