import { inspect } from 'node:util';
import { pino } from 'pino';
import { parseConfig } from '../parse-config.js';
import { describeProblems } from '../settings/environment.js';
import { Secret } from './secret.js';
import { VARIABLE_NAMES } from '../settings/variables.js';

/** No fragment of five letters of a secret may be seen, so that a message that shows only its beginning is found. */
function fragments(secret: string): string[] {
  return Array.from({ length: secret.length - 4 }, (_, start) => secret.slice(start, start + 5));
}

function expectNothingOf(secrets: readonly string[], text: string): void {
  for (const secret of secrets) {
    expect(fragments(secret).filter((fragment) => text.includes(fragment))).toEqual([]);
  }
}

describe('a secret', () => {
  it('shows only a mask, however it is printed', () => {
    const value = new Secret('Qx7hunter2');
    let logged = '';
    pino({}, { write: (line: string) => (logged += line) }).info({ value, nested: { value } }, String(value));
    const shown = [
      String(value),
      [value, value].join(),
      JSON.stringify({ value }),
      inspect({ value }, { showHidden: true, depth: 9 }),
      Object.keys(value).join(),
      logged,
    ];
    expectNothingOf(['Qx7hunter2'], shown.join('\n'));
    expect(value.reveal()).toBe('Qx7hunter2');
  });

  it('is in no problem, whichever variable it was put into', () => {
    const secret = (name: string) =>
      `zQ9~${name.toLowerCase().replace(/[a-z_]{2}/g, (two) => `${two[0] ?? ''}7X`)}~J4w kV`;
    // Every variable holds a secret that is malformed there, so every message that exists for a format is provoked.
    const env = {
      ...Object.fromEntries(VARIABLE_NAMES.map((name) => [name, secret(name)])),
      AUTH_JWT_SECRET: 'sH0rt-jwt',
      // A password may be almost anything, but not two lines.
      REDIS_PASSWORD: 'tW0-lines\nR3dis',
      REDIS_SENTINEL_PASSWORD: 'tW0-lines\nS3ntry',
    } as Record<string, string>;
    const result = parseConfig(env, () => {
      throw Object.assign(new Error(`open ${env.TENANTS_FILE ?? ''}`), { code: 'ENOENT' });
    });
    if (result.ok) throw new Error('accepted');
    const message = describeProblems(result.problems);
    expect(result.problems.length).toBeGreaterThanOrEqual(VARIABLE_NAMES.length);
    for (const name of VARIABLE_NAMES) expect(message).toContain(name);
    expectNothingOf(Object.values(env), message);
  });

  it('is in no problem when it is well-formed and everything around it is wrong', () => {
    const secrets = {
      PITEL_TOKEN: 'wellformed.Tk7Jq.token',
      PITEL_API_KEY: 'wellformed-Ak8Zv-key',
      REDIS_URL: 'redis://Us3rNx:Pw5Hy@Hst9.example:6379/0',
      AUTH_JWT_SECRET: 'Wf2Gx6Lm8Pq1Rt4Vy7Zb0Cd3Ef5Hj9Kn',
    };
    const result = parseConfig({
      ...secrets,
      AUTH_JWKS_URL: 'https://Bn4Us:Qz6Pw@id.example/',
      REDIS_CLUSTER_NODES: 'Xk2Us:Yp3Pw@node',
      PITEL_BASE_URL: 'https://Lm5Us:Rw8Pw@pbx.example',
      NODE_ENV: 'production',
      PORT: '-1',
    });
    if (result.ok) throw new Error('accepted');
    const shown = [...Object.values(secrets), 'Bn4Us:Qz6Pw', 'Xk2Us:Yp3Pw', 'Lm5Us:Rw8Pw'];
    // `redis://` and `.example` stand in explanations too; the rest of the address may not.
    expectNothingOf(
      shown.flatMap((text) =>
        text.split(/redis:\/\/|\.example|wellformed|:6379|[.-]token|-key/).filter((part) => part.length > 4),
      ),
      describeProblems(result.problems),
    );
  });

  it('is in no warning and not in the printed configuration', () => {
    const secrets = [
      'Tk7Jq.Yy3-ok8',
      'rediss://u@h:1',
      'Pw5Hyabc-apart',
      'Wf2Gx6Lm8Pq1Rt4Vy7Zb0Cd3Ef5Hj9Kn',
      'Ty9poVal',
    ];
    const result = parseConfig({
      PITEL_BASE_URL: 'http://pbx.example',
      PITEL_TOKEN: secrets[0],
      REDIS_URL: secrets[1],
      REDIS_PASSWORD: secrets[2],
      AUTH_JWT_SECRET: secrets[3],
      PITEL_TOKENS: secrets[4],
    });
    if (!result.ok) throw new Error(result.problems.join('\n'));
    expect(result.warnings).toHaveLength(2);
    const shown = [
      ...result.warnings,
      JSON.stringify(result.config),
      inspect(result.config, { depth: 9 }),
    ].join('\n');
    expectNothingOf(
      secrets.map((text) => text.replace('rediss://u', '')),
      shown,
    );
  });
});
