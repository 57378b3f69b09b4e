import type { AddressInfo } from 'node:net';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { Readiness, type ReadinessParts } from './readiness.js';

describe('readiness', () => {
  let app: INestApplication | null = null;
  afterEach(() => app?.close());

  async function ready(parts: Partial<ReadinessParts>): Promise<{ status: number; body: object }> {
    const readiness = new Readiness({
      store: { ping: () => Promise.resolve() },
      whyAway: () => null,
      keys: () => null,
      whyIdle: () => null,
      refusedProblems: () => 0,
      watchedFile: () => 'tenants',
      quarantined: () => 0,
      unserved: () => ({ 'unreadable-entry': 0, 'newer-format': 0 }),
      troubles: () => [],
      sources: () => ({ degraded: 0, down: 0 }),
      webhooks: () => ({ failing: 0, paused: 0, disabled: 0 }),
      storeStatus: () => ({ full: null, isClockOff: false, clockErrorMs: 0 }),
      whyNotTrimmed: () => null,
      isLogBlocked: () => false,
      limits: () => [],
      ...parts,
    });
    @Module({
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [{ provide: Readiness, useValue: readiness }],
    })
    class TestModule {}
    app = await NestFactory.create(TestModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
    return { status: response.status, body: (await response.json()) as object };
  }

  it('is ok while every tenant is served', async () => {
    const { status, body } = await ready({});
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { tenants: { status: 'up' }, sources: { status: 'up' }, clients: { status: 'up' } },
    });
  });

  it('is ok while tenants are in quarantine: it warns, and counts them', async () => {
    const { status, body } = await ready({ quarantined: () => 2, refusedProblems: () => 3 });
    expect(status).toBe(200);
    const warning = expect.stringMatching(/problems: 3, .*; tenants not polled for a while.*: 2 /);
    expect(body).toMatchObject({ status: 'ok', details: { tenants: { status: 'up', warning } } });
  });

  it('is ok while endpoints are not observed completely: it warns, and counts them', async () => {
    const { status, body } = await ready({ sources: () => ({ degraded: 2, down: 1 }) });
    expect(status).toBe(200);
    const warning = expect.stringContaining('incompletely: 2, that do not answer: 1');
    expect(body).toMatchObject({ status: 'ok', details: { sources: { status: 'up', warning } } });
  });

  it('is ok while webhooks do not get their events: it warns, and counts them', async () => {
    const { status, body } = await ready({ webhooks: () => ({ failing: 2, paused: 1, disabled: 3 }) });
    expect(status).toBe(200);
    const warning = expect.stringContaining('webhooks that fail: 2, paused: 1, disabled: 3 (');
    expect(body).toMatchObject({ status: 'ok', details: { webhooks: { status: 'up', warning } } });
  });

  it('is ok while the log is not read: it warns', async () => {
    const { status, body } = await ready({ isLogBlocked: () => true });
    expect(status).toBe(200);
    const warning = 'standard output is not read: log lines are dropped';
    expect(body).toMatchObject({ status: 'ok', details: { log: { status: 'up', warning } } });
  });

  it('is ok while something troubles the clients: it warns, and says what', async () => {
    const { status, body } = await ready({ troubles: () => ['foreign', 'memory-full'] });
    expect(status).toBe(200);
    const warning = expect.stringMatching(/another client of the store writes .*; clients were closed/);
    expect(body).toMatchObject({ status: 'ok', details: { delivery: { status: 'up', warning } } });
  });

  it('is ok while bounds on clients are reached: it names them', async () => {
    const { status, body } = await ready({ limits: () => ['tokenless', 'bytes'] });
    expect(status).toBe(200);
    const warning = 'limits reached: tokenless, bytes (see the log)';
    expect(body).toMatchObject({ status: 'ok', details: { clients: { status: 'up', warning } } });
  });

  it.each([
    { full: 'now', said: /^Redis is full, or nearly: / },
    { full: 'lately', said: /^Redis is full now and then: / },
  ] as const)('is ok while Redis is full ($full): it warns', async ({ full, said }) => {
    const { status, body } = await ready({
      storeStatus: () => ({ full, isClockOff: false, clockErrorMs: 0 }),
    });
    expect(status).toBe(200);
    const warning = expect.stringMatching(said);
    expect(body).toMatchObject({ details: { memory: { status: 'up', warning }, clock: { status: 'up' } } });
  });

  it('is ok while the logs are not kept within their bounds: it warns, without the reason, which names rights', async () => {
    const { status, body } = await ready({ whyNotTrimmed: () => 'NOPERM hkeys' });
    expect(status).toBe(200);
    const warning = 'the event logs are not kept within their bounds (see the log)';
    expect(body).toMatchObject({ details: { memory: { status: 'up', warning } } });
  });

  it('is ok while its clock is off: it warns, and says by how much', async () => {
    const { status, body } = await ready({
      storeStatus: () => ({ full: null, isClockOff: true, clockErrorMs: 691_200_000 }),
    });
    expect(status).toBe(200);
    const warning = 'the clock of this replica is 691200.0 s off that of Redis, by which it is corrected';
    expect(body).toMatchObject({ details: { clock: { status: 'up', warning } } });
  });

  const keys = (stale: number, unusable: number, shut: number, isShut = false) => ({
    keys: () => ({ sets: { fresh: 1, stale, unusable }, shut, isShut }),
  });

  it.each([
    [keys(2, 0, 0), 'key sets that cannot be read: 2; their keys known before are used (see the log)'],
    [
      keys(2, 1, 3),
      'key sets that cannot be read: 3, of which without usable keys: 1; tenants whose tokens are refused: 3 (see the log)',
    ],
  ])('is ok while key sets are away and others are let in: it counts them', async (parts, warning) => {
    const { status, body } = await ready(parts);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', details: { keys: { status: 'up', warning } } });
  });

  it('is not ready while no client could be let in, as no key is known', async () => {
    const { status, body } = await ready(keys(0, 1, 2, true));
    expect(status).toBe(503);
    const reason = 'no key set can be read (key sets: 1, see the log), and no token be verified';
    expect(body).toMatchObject({ error: { keys: { status: 'down', reason } } });
  });

  it('is degraded, but ready for traffic, while tenants are not served: it counts them', async () => {
    const unserved = { 'unreadable-entry': 2, 'newer-format': 1 };
    const { status, body } = await ready({ unserved: () => unserved, refusedProblems: () => 3 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      details: { tenants: { status: 'degraded', unserved, warning: expect.stringContaining('problems: 3') } },
    });
  });
});
