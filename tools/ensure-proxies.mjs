/**
 * Makes sure that the tests find the reverse proxies for which the documentation has configuration files. It prints nothing when
 * they are there, and installs them on a Debian machine as root, without their system services. Where it cannot do that, it says
 * what is missing and lets the other tests run: those of the proxies then fail, and say the same.
 */
import { installDebian, runs } from './install-debian.mjs';

/** By the package of Debian. */
const PROXIES = {
  nginx: () => runs('nginx', '-v'),
  haproxy: () => runs('haproxy', '-v'),
  apache2: () => runs('apache2', '-v'),
  caddy: () => runs('caddy', 'version'),
};

if (missing().length > 0) {
  installDebian(missing());
  if (missing().length > 0) {
    console.error(
      `The tests of the reverse proxies need ${missing().join(', ')}: install the packages of that name.`,
    );
  }
}

function missing() {
  return Object.keys(PROXIES).filter((name) => !PROXIES[name]());
}
