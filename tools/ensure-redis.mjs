/**
 * Makes sure that the tests find a Redis to start, `redis-server` or `valkey-server`, and `openssl` for its certificate.
 * It prints nothing when they are there, installs them on a Debian machine as root, without the system service, and
 * otherwise prints one sentence and exits with code 1.
 */
import { installDebian, runs } from './install-debian.mjs';

if (!found()) {
  installDebian(['redis-server', 'openssl']);
  if (!found()) {
    console.error(
      'The tests need redis-server or valkey-server, and openssl: install them and have them on the PATH.',
    );
    process.exit(1);
  }
}

function found() {
  const redis = runs('redis-server', '--version') || runs('valkey-server', '--version');
  return redis && runs('openssl', 'version');
}
