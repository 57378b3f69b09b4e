import { Redis } from 'ioredis';
import { type ScriptedPbx, startPbx } from '../support/pbx.js';
import { freePort, startRedis, type TestRedis } from '../support/redis.js';
import { runToItsEnd, type RunningService, spawnService } from '../support/service.js';

/** Without INFO the bridge could not notice a fail-over, and every claim would fail: it says so, once, and ends. */
describe('a Redis without INFO', () => {
  let pbx: ScriptedPbx;
  let server: TestRedis | null = null;
  let service: RunningService | null = null;

  beforeEach(async () => {
    pbx = await startPbx();
  });
  afterEach(async () => {
    await service?.stop('SIGKILL');
    service = null;
    await server?.stop();
    server = null;
    await pbx.close();
  });

  const environment = (port: number, more: Record<string, string> = {}) => ({
    PITEL_BASE_URL: pbx.url,
    PITEL_TOKEN: 't',
    HOST: '127.0.0.1',
    PORT: '0',
    AUTH_MODE: 'none',
    REDIS_URL: `redis://127.0.0.1:${port}`,
    ...more,
  });
  const user = { REDIS_USERNAME: 'bridge', REDIS_PASSWORD: 'a-password' };

  async function withUser(port?: number): Promise<TestRedis> {
    server = await startRedis({
      ...(port !== undefined && { port }),
      args: ['--user', 'bridge', 'on', '>a-password', '~*', '&*', '+@all', '-info'],
    });
    return server;
  }

  it('as its user may not run it is refused at the start, in words that say what to do', async () => {
    const { port } = await withUser();
    const { code, stdout, stderr } = await runToItsEnd(environment(port, user));
    expect(code).toBe(1);
    expect(stderr).toContain(
      'The bridge could not start: the user of the bridge may not run INFO at Redis: add +info to its rights; it shows restarts and fail-overs',
    );
    expect(stdout).not.toContain('the bridge is listening');
    expect(stdout + stderr).not.toContain('a-password');
    expect(pbx.asked.monitor).toBe(0);
  });

  it('under another name is refused at the start', async () => {
    server = await startRedis({ args: ['--rename-command', 'INFO', ''] });
    const { code, stderr } = await runToItsEnd(environment(server.port));
    expect([code, stderr]).toEqual([1, expect.stringContaining('Redis has no command INFO')]);
  });

  it('that was away at the start ends the bridge when it comes', async () => {
    const port = await freePort();
    service = spawnService(environment(port, user));
    await service.line(({ msg }) => msg === 'the bridge is listening');
    await withUser(port);
    const line = await service.line(({ level }) => level === 'fatal');
    expect(line.msg).toMatch(/^bridge crashed: the user of the bridge may not run INFO/);
    expect(await service.stop()).toBe(1);
  });

  it('is no reason not to start where the user may run it and little else', async () => {
    const { url, port } = await withUser();
    const admin = new Redis(url);
    await admin.call('ACL', 'SETUSER', 'bridge', '+info');
    admin.disconnect();
    service = spawnService(environment(port, user));
    await service.line(({ msg }) => msg === 'the bridge is listening');
  });
});
