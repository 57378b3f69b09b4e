import { randomUUID } from 'node:crypto';
import { readUtf8 } from '../config/secrets/read-text.js';
import { readEnvironment } from '../config/settings/environment.js';
import { issueToken } from './token-issue.js';

/**
 * `npm run token` prints the token alone on standard output, so that a script can use it; or one line on standard
 * error, with exit code 1.
 */
const environment = readEnvironment();
const result = environment.ok
  ? await issueToken(process.argv.slice(2), {
      env: environment.env,
      readText: readUtf8,
      nowSeconds: Math.floor(Date.now() / 1000),
      madeUp: `token-${randomUUID()}`,
    })
  : ({ ok: false, problem: environment.problems.join('; ') } as const);

if (result.ok) {
  process.stdout.write(`${result.value}\n`);
} else {
  process.stderr.write(`${result.problem}\n`);
  process.exitCode = 1;
}
