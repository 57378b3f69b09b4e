import type { AddressInfo } from 'node:net';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { desksOf, noPbx, SECRET, silent, TENANTS, vietnamese } from '../../../test/support/delivery.js';
import { HealthController } from '../../health/health.controller.js';
import { Readiness } from '../../health/readiness.js';
import { problem } from '../../schema/body-schemas.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { DeliverModule } from '../deliver.module.js';

describe('the problem document of another part of the service', () => {
  let app: INestApplication;
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 10 });
    const readiness = new Readiness({
      store,
      whyAway: () => null,
      whyIdle: () => 'waiting for the lease',
      refusedProblems: () => 0,
      watchedFile: () => 'tenants',
      quarantined: () => 0,
      unserved: () => ({ 'unreadable-entry': 0, 'newer-format': 0 }),
      troubles: () => [],
      sources: () => ({ degraded: 0, down: 0 }),
      storeStatus: () => ({ full: null, isClockOff: false, clockErrorMs: 0 }),
      whyNotTrimmed: () => null,
      isLogBlocked: () => false,
      limits: () => [],
      keys: () => null,
      webhooks: () => ({ failing: 0, paused: 0, disabled: 0 }),
    });
    const deliver = DeliverModule.registerAsync({
      useFactory: () => ({
        store,
        ...desksOf(store),
        logger: silent,
        askRegistration: noPbx,
        readNumber: vietnamese,
        options: { tenants: TENANTS, auth: { mode: 'jwt', secret: SECRET } as const, corsOrigins: [] },
      }),
    });
    @Module({
      imports: [deliver, TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [{ provide: Readiness, useValue: readiness }],
    })
    class TestModule {}
    app = await NestFactory.create(TestModule, { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterEach(async () => {
    await app.close();
    await store.close();
  });

  it('has the status of the answer, and beside it what that part says', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
    const body = (await response.json()) as object;
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(problem.safeParse(body).error?.issues).toBeUndefined();
    const down = { polling: { status: 'down', reason: 'waiting for the lease' } };
    const isUp = { status: 'up' };
    const up = {
      store: isUp,
      memory: isUp,
      clock: isUp,
      tenants: isUp,
      sources: isUp,
      webhooks: isUp,
      delivery: isUp,
      clients: isUp,
      keys: isUp,
      log: isUp,
      running: isUp,
    };
    expect(body).toEqual({
      type: 'urn:pitel-event-bridge:problem:service-unavailable',
      title: 'Service Unavailable',
      status: 503,
      detail: 'Service Unavailable',
      instance: '/health/ready',
      code: 'service-unavailable',
      info: up,
      error: down,
      details: { ...up, ...down },
    });
  });
});
