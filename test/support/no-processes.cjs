/**
 * In place of `node:child_process` where the unit tests run: they start nothing. What needs Redis, a browser or another
 * process is a system test, `*.system.spec.ts`.
 */
const NAMES = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];

const refuse = (name) => (command) => {
  throw new Error(`a unit test starts no process (${name} ${command}): name its file *.system.spec.ts`);
};

module.exports = Object.fromEntries(NAMES.map((name) => [name, refuse(name)]));
