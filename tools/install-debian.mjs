import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether the program is there, and answers. */
export function runs(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore', env: withSystemPrograms() }).status === 0;
}

/** Installs packages where this is Debian and root, without starting their services: tests start their own servers. */
export function installDebian(packages) {
  if (process.getuid?.() !== 0 || !runs('apt-get', '--version')) return;
  console.error(`Installing ${packages.join(', ')} for the tests ...`);
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
    spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

/** Debian keeps servers where the PATH of people other than root does not lead. */
function withSystemPrograms() {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin` };
}
