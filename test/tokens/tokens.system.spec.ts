import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeJwt, SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';
import { KeyServer, type ProviderKey, providerKey } from '../support/key-server.js';
import { type ScriptedPbx, startPbx } from '../support/pbx.js';
import { ROOT } from '../support/root.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';
import { blockOf } from './document.js';

const run = promisify(execFile);

/** Tokens as operators and CRMs make them, at a bridge as it is shipped, with several tenants and no service-wide key. */
const ACME = 'the-signing-key-of-acme-made-by-openssl-rand';
const ACME_NEXT = 'the-next-signing-key-of-acme-by-openssl-rand';
const GLOBEX = 'the-signing-key-of-globex-by-openssl-rand-48';

describe('a token', () => {
  let dir: string;
  let pbx: ScriptedPbx;
  let provider: KeyServer;
  let key: ProviderKey;
  let bridge: Service;
  const sockets: Socket[] = [];
  const environment = () => ({
    TENANTS_FILE: join(dir, 'tenants.json'),
    PITEL_TOKEN: '',
    STORE: 'memory',
    AUTH_MODE: 'jwt',
    LOG_LEVEL: 'debug',
    JWKS_MAX_STALE: '20s',
  });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pitel-tokens-'));
    pbx = await startPbx();
    [provider, key] = await Promise.all([KeyServer.start(), providerKey('k1')]);
    provider.keys = [key.jwk];
    const tenant = { baseUrl: pbx.url, token: 't' };
    const tenants = [
      { id: 'acme', ...tenant, signingKeyFile: ['next.key', 'acme.key'] },
      { id: 'globex', ...tenant, signingKey: GLOBEX },
      { id: 'initech', ...tenant, jwksUrl: provider.url },
    ];
    await writeFile(join(dir, 'acme.key'), `${ACME}\n`);
    await writeFile(join(dir, 'next.key'), ACME_NEXT);
    await writeFile(join(dir, 'tenants.json'), JSON.stringify({ tenants }));
    bridge = await startService(environment());
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await bridge.stop('SIGKILL');
    provider.stop();
    await pbx.close();
    await rm(dir, { recursive: true, force: true });
  });

  const get = (path: string, token: string) =>
    fetch(bridge.url + path, { headers: { authorization: `Bearer ${token}` } });

  /** What the first message of a socket with this token is, or why it was refused. */
  async function opens(token: string): Promise<{ readonly heard: string; readonly socket: Socket }> {
    const socket = io(bridge.url, {
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    sockets.push(socket);
    const heard = await new Promise<string>((resolve) => {
      socket.once('connect_error', (error) =>
        resolve(String((error as { data?: { code?: string } }).data?.code)),
      );
      socket.onAny((name: string) => resolve(name));
    });
    return { heard, socket };
  }

  const LANGUAGES: readonly Language[] = [
    { name: 'php', file: 'token.php', commands: [['php', 'token.php']] },
    { name: 'python', file: 'token.py', commands: [['python3', 'token.py']] },
    {
      name: 'csharp',
      file: 'Token.cs',
      commands: [
        ['mcs', '-out:Token.exe', 'Token.cs'],
        ['mono', 'Token.exe'],
      ],
    },
    { name: 'js', file: 'token.mjs', commands: [[process.execPath, 'token.mjs']] },
  ];

  it.each(LANGUAGES)(
    'that is signed as the page shows in $name opens the bridge',
    async ({ name, file, commands }) => {
      await writeFile(join(dir, file), blockOf(name));
      let output = '';
      for (const [command, ...args] of commands) {
        const env = { PATH: process.env.PATH, HOME: dir, BRIDGE_SIGNING_KEY: ACME };
        ({ stdout: output } = await run(command, args, { cwd: dir, env }));
      }
      const token = output.trim();
      const { exp, iat, ...claims } = decodeJwt(token);
      expect(claims).toEqual({ tenant: 'acme', sub: 'an.nguyen', extensions: ['107'] });
      expect(exp! - iat!).toBe(8 * 3600);
      expect((await get('/v1/calls', token)).status).toBe(200);
      expect((await opens(token)).heard).toBe('snapshot');
    },
  );

  async function issue(...args: string[]) {
    const command = fileURLToPath(new URL('dist/src/cli/token-cli.js', ROOT));
    const env = { PATH: process.env.PATH, ...environment() };
    return run(process.execPath, [command, ...args], { cwd: dir, env }).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
  }

  it('by npm run token is signed with the tenant’s key, and refused for a tenant that is not configured', async () => {
    for (const tenant of ['acme', 'globex']) {
      const { stdout } = await issue('--tenant', tenant, '--extension', '107');
      expect((await get('/v1/calls', stdout.trim())).status).toBe(200);
    }
    expect(await issue('--tenant', 'berlin')).toMatchObject({
      stdout: '',
      stderr: '--tenant berlin is not configured: TENANTS_FILE has acme, globex, initech\n',
    });
    const { stderr } = await issue('--tenant', 'initech');
    expect(stderr).toMatch(/^the tenant's jwksUrl is set: tokens come from the identity provider/);
  });

  it('that is refused says why: to the client by a code, over HTTP in words, to the operator in the log', async () => {
    const { stdout: good } = await issue('--tenant', 'globex');
    const [head, payload] = good.trim().split('.');
    const claims = { ...decodeJwt(good.trim()), tenant: 'acme' };
    const [, , signature] = (await key.sign({})).split('.');
    const wrong = `${head}.${payload}.${signature}`;
    const answer = await get('/v1/calls', wrong);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'bad-signature']);
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="pitel", error="invalid_token", error_description="the token is not signed with a key of its tenant"',
    );
    const sign = (given: object, secret = GLOBEX) =>
      new SignJWT({ ...given }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
    const named = await get('/v1/calls', await sign({ ...claims, tenant: 'globex', extensions: '107' }));
    expect(await named.json()).toMatchObject({
      code: 'unauthorized',
      detail: 'the claim extensions must be a list of texts or whole numbers; left out, it means all',
    });
    expect((await opens(await sign(claims))).heard).toBe('tenant-mismatch');
    expect((await opens(await sign({ ...claims, exp: 1 }, ACME))).heard).toBe('token-expired');
    expect((await opens(wrong)).heard).toBe('bad-signature');
    expect((await opens(await sign({ ...claims, extensions: [107] }, ACME))).heard).toBe('snapshot');
    await bridge.line(
      (line) =>
        (line as { claim?: string }).claim === 'extensions' &&
        line.level === 'debug' &&
        line.tenant === 'globex',
    );
    for (const text of [ACME, ACME_NEXT, GLOBEX, good.trim().split('.')[2]!, signature!])
      expect(bridge.output).not.toContain(text);
  });

  it('opens nothing any more, and its connections end, when its key is taken away', async () => {
    const old = await signAs('acme', ACME);
    const next = await signAs('acme', ACME_NEXT);
    const [one, other] = await Promise.all([opens(old), opens(next)]);
    expect([one.heard, other.heard]).toEqual(['snapshot', 'snapshot']);
    const closing = new Promise((resolve) => one.socket.once('closing', resolve));
    const stream = await get('/v1/events/stream', old);
    const file = join(dir, 'tenants.json');
    const { tenants } = JSON.parse(await readFile(file, 'utf8')) as { tenants: object[] };
    const rotated = [{ ...tenants[0], signingKeyFile: 'next.key' }, ...tenants.slice(1)];
    await writeFile(file, JSON.stringify({ tenants: rotated }));
    bridge.signal('SIGHUP');
    expect(await closing).toEqual({ code: 'bad-signature' });
    expect(await stream.text()).toContain('event: closing\ndata: {"code":"bad-signature"}');
    expect((await get('/v1/calls', old)).status).toBe(401);
    expect((await get('/v1/calls', next)).status).toBe(200);
    expect(other.socket.connected).toBe(true);
    const line = await bridge.line(({ msg }) => msg.startsWith('tenants changed'));
    expect(line).toMatchObject({
      msg: 'tenants changed: 0 added, 0 removed, 0 altered, 1 rekeyed',
      rekeyed: ['acme'],
    });
  });

  it('of a key set is accepted while the set is away, and after a restart without it readiness says why not', async () => {
    const good = () => key.sign({ tenant: 'initech' });
    expect((await opens(await good())).heard).toBe('snapshot');
    provider.goAway();
    await bridge.line(({ msg }) => msg === 'key set not read: status 503; the keys known before are used');
    expect((await opens(await good())).heard).toBe('snapshot');
    expect(await keysOf(bridge)).toMatchObject({
      status: 'up',
      warning: expect.stringMatching(/: 1; their keys/),
    });

    const restarted = await startService(environment());
    try {
      await restarted.line(({ msg }) => msg === 'key set not read: status 503; its tokens are refused');
      const answer = await fetch(`${restarted.url}/v1/calls`, {
        headers: { authorization: `Bearer ${await good()}` },
      });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        503,
        'auth-unavailable',
      ]);
      const warning = expect.stringMatching(/without usable keys: 1; tenants whose tokens are refused: 1 /);
      expect(await keysOf(restarted)).toMatchObject({ status: 'up', warning });
      provider.comeBack();
      await restarted.line(({ msg }) => msg === 'key set recovered');
      const again = await fetch(`${restarted.url}/v1/calls`, {
        headers: { authorization: `Bearer ${await good()}` },
      });
      expect(again.status).toBe(200);
    } finally {
      await restarted.stop('SIGKILL');
      provider.comeBack();
    }
    await until(async () => !('warning' in (await keysOf(bridge))));
  });

  it('of no tenant can be verified after a restart without the only key set: not ready, and why', async () => {
    provider.goAway();
    const alone = await startService({
      PITEL_BASE_URL: pbx.url,
      STORE: 'memory',
      AUTH_MODE: 'jwt',
      AUTH_JWKS_URL: provider.url,
    });
    try {
      const response = await fetch(`${alone.url}/health/ready`);
      expect(response.status).toBe(503);
      const { error } = (await response.json()) as { error: object };
      expect(error).toMatchObject({
        keys: { status: 'down', reason: expect.stringMatching(/^no key set can be read/) },
      });
      provider.comeBack();
      await until(async () => (await fetch(`${alone.url}/health/ready`)).status === 200);
    } finally {
      await alone.stop('SIGKILL');
      provider.comeBack();
    }
  });
});

interface Language {
  readonly name: string;
  readonly file: string;
  readonly commands: readonly (readonly [command: string, ...args: string[]])[];
}

async function keysOf({ url }: Service): Promise<object> {
  const { details } = (await (await fetch(`${url}/health/ready`)).json()) as { details: { keys: object } };
  return details.keys;
}

async function signAs(tenant: string, secret: string): Promise<string> {
  return new SignJWT({ tenant })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(Buffer.from(secret));
}
