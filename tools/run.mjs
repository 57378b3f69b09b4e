/**
 * `node tools/run.mjs bridge/main ARGS...`: builds, if anything has changed, and then is that program. It runs in this very
 * process, so that signals from its parent process reach it, and needs no shell, so that it works on Windows too.
 */
import { fileURLToPath } from 'node:url';
import './build.mjs';

const program = new URL(`../dist/${process.argv[2]}.js`, import.meta.url);
// As if it had been started itself.
process.argv.splice(1, 2, fileURLToPath(program));
await import(program.href);
