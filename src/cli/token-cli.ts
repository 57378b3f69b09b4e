import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { readBuiltClient } from '../app/client-bundles.js';
import { readUtf8 } from '../config/secrets/read-text.js';
import { readEnvironment } from '../config/settings/environment.js';
import { issueToken } from './token-issue.js';
import { tokenSample } from './token-sample.js';

/**
 * `npm run token` prints the token alone on standard output, so that a script can use it; or one line on standard
 * error, with exit code 1. What `--sample` asks for goes to standard error, too, and so
 * does the id of a display's token.
 */
const argv = process.argv.slice(2);
const environment = readEnvironment();
const sample = environment.ok
  ? tokenSample(argv, environment.env, () => readBuiltClient()?.newest ?? null)
  : ({ ok: false, problem: environment.problems.join('; ') } as const);
const result =
  environment.ok && sample.ok
    ? await issueToken(argv, {
        env: environment.env,
        readText: readUtf8,
        nowSeconds: Math.floor(Date.now() / 1000),
        madeUp: `token-${randomUUID()}`,
      })
    : sample;

if (result.ok) {
  process.stdout.write(`${result.value}\n`);
  const { jti } = decodeJwt(String(result.value));
  if (jti !== undefined)
    process.stderr.write(`The id of this token is ${jti}: keep it, to revoke the token (docs/tokens.md).\n`);
  if (sample.ok && sample.value !== null) process.stderr.write(`${sample.value}\n`);
} else {
  process.stderr.write(`${result.problem}\n`);
  process.exitCode = 1;
}
