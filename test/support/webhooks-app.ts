import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { provide } from '../../src/base/inject.js';
import type { DeliverOptions } from '../../src/deliver/access/options.js';
import { Delivery, DeliverModule } from '../../src/deliver/deliver.module.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { WEBHOOKS_CONTROL, WebhooksController } from '../../src/webhooks/http/webhooks.controller.js';
import {
  desksOf,
  LONG_KEPT_MS,
  LogWriter,
  ManualClock,
  noPbx,
  SECRET,
  silent,
  TENANTS,
  vietnamese,
} from './delivery.js';
import type { ScriptedWebhooks } from './webhooks-control.js';

export interface WebhooksApp {
  readonly url: string;
  close(): Promise<void>;
}

/** The addresses under `/v1` of a bridge whose webhooks a test moves by hand. `serve` adds to the application before it listens. */
export async function startWebhooksApp(
  webhooks: ScriptedWebhooks,
  {
    clock,
    serve,
    ...options
  }: Partial<DeliverOptions> & {
    readonly clock?: ManualClock;
    readonly serve?: (app: NestExpressApplication) => void;
  } = {},
): Promise<WebhooksApp> {
  const store = new MemoryStore({ maxEvents: 10 });
  // Pages sign in by asking for the sources, which are known once the tenant was claimed.
  await (await new LogWriter(store).claim('e1')).commit();
  const deliver = DeliverModule.registerAsync({
    useFactory: () => ({
      store,
      ...desksOf(store),
      logger: silent,
      askRegistration: noPbx,
      readNumber: vietnamese,
      ...(clock === undefined ? {} : { clock }),
      options: {
        tenants: TENANTS,
        auth: { mode: 'jwt', secret: SECRET },
        corsOrigins: [],
        // The clock of a test may be far from that of this machine, by which tokens are made.
        maxTokenLifeMs: 10 * 365 * 86_400_000,
        idleTimeoutMs: LONG_KEPT_MS,
        ...options,
      },
    }),
  });
  @Module({
    imports: [deliver],
    controllers: [WebhooksController],
    providers: [provide(WEBHOOKS_CONTROL, [], () => webhooks)],
  })
  class TestModule {}
  const app = await NestFactory.create<NestExpressApplication>(TestModule, {
    logger: false,
    forceCloseConnections: true,
  });
  serve?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const drained = app.get(Delivery).drain();
      clock?.advance(10_000);
      await drained;
      await app.close();
      await store.close();
    },
  };
}
