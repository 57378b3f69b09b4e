import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parseConfig } from '../parse-config.js';
import { describeProblems, readEnvironment } from './environment.js';
import { VARIABLE_NAMES } from './variables.js';

describe('the environment', () => {
  it('is filled in from .env, and what is really set wins, even when it is empty', () => {
    const file = () => 'PORT=4000\nHOST="::1" # own machine\nPITEL_API_KEY=from-file\n';
    expect(readEnvironment({ PORT: '5000', PITEL_API_KEY: '' }, file)).toEqual({
      ok: true,
      env: { PORT: '5000', HOST: '::1', PITEL_API_KEY: '' },
    });
  });

  it('is enough without a .env', () => {
    expect(readEnvironment({ PORT: '1' }, undefined, join(tmpdir(), 'no-such-file.env'))).toEqual({
      ok: true,
      env: { PORT: '1' },
    });
  });

  it('is refused when there is a .env that cannot be read', () => {
    // A directory cannot be read as a file, not even by root.
    const folder = mkdtempSync(join(tmpdir(), 'bridge-env-'));
    try {
      expect(readEnvironment({}, undefined, folder)).toEqual({
        ok: false,
        problems: ['.env: cannot be read (EISDIR)'],
      });
      const file = join(folder, '.env');
      writeFileSync(file, 'PORT=1\n');
      expect(readEnvironment({}, undefined, file)).toEqual({ ok: true, env: { PORT: '1' } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does not become part of process.env', () => {
    readEnvironment({}, () => 'CONFIG_SPEC_MARK=1');
    expect(process.env.CONFIG_SPEC_MARK).toBeUndefined();
  });
});

describe('the message about problems', () => {
  it('lists all of them at once', () => {
    expect(describeProblems(['A: is bad', 'B: is worse'])).toBe(
      'The configuration has 2 problems:\n  - A: is bad\n  - B: is worse\nSee .env.example and docs/configuration.md.',
    );
    expect(describeProblems(['A: is bad'])).toMatch(/^The configuration has a problem:/);
  });
});

describe('.env.example', () => {
  const example = readFileSync('.env.example', 'utf8');
  const commentedIn = parseEnv(example.replace(/^#(?=[A-Z_]+=)/gm, ''));
  const required = {
    PITEL_BASE_URL: 'https://pbx.example',
    PITEL_TOKEN: 'token',
    REDIS_URL: 'redis://127.0.0.1:6379',
    AUTH_JWT_SECRET: 'x'.repeat(32),
  };

  it('explains every variable and no other', () => {
    expect(Object.keys(commentedIn).sort()).toEqual([...VARIABLE_NAMES].sort());
  });

  it('shows the real defaults', () => {
    const shown = Object.fromEntries(Object.entries(commentedIn).filter(([, text]) => text !== ''));
    expect(parseConfig({ ...shown, ...required })).toEqual(parseConfig(required));
  });

  it('can be copied as it is: it sets no secret, and the start then names what is missing', () => {
    const copied = parseConfig(parseEnv(example));
    expect(copied.ok ? [] : copied.problems.map((problem) => problem.split(':')[0])).toEqual([
      'PITEL_BASE_URL',
      'PITEL_TOKEN or PITEL_API_KEY',
      'AUTH_JWT_SECRET or AUTH_JWKS_URL',
    ]);
  });

  it('is repeated in full by the page for operators', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    expect(VARIABLE_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
