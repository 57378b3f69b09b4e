/**
 * Makes sure that the tests find a Redis to start, `redis-server` or `valkey-server`, and `openssl` for its certificate.
 * It prints nothing when they are there, installs them on a Debian machine as root, without the system service, and
 * otherwise prints one sentence and exits with code 1.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';

if (!found()) {
  if (process.getuid?.() === 0 && runs('apt-get', '--version')) install();
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

function runs(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function install() {
  console.error('Installing redis-server and openssl for the tests ...');
  // Keeps Debian from starting the package's service, as the tests start their own servers.
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
    spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'redis-server', 'openssl'],
      quiet,
    );
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}
