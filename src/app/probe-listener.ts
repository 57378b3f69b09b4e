import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { NotFoundException, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { NextFunction, Request } from 'express';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.js';
import type { Config } from '../config/config.js';
import { Connections } from '../deliver/access/connections.js';
import { FairTurns } from '../deliver/access/fair-turns.js';
import type { LimitWatch } from '../deliver/access/limit-watch.js';

/**
 * A listener of its own for `/health` and `/metrics`, where one is configured: whatever clients do to the other one, probes
 * get in here, and `/metrics` is here alone. Its few connections have the bounds of those of clients (`Connections`): one that
 * asks without end or reads nothing makes room for the next. Without it, `/metrics` is on the clients' one while only this machine reaches that
 * (`isOnClients`), and not for requests that a proxy has forwarded, behind which others are. It answers to the end of the shutdown, so that an orchestrator sees that the
 * process is not ready.
 */
export class ProbeListener implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #deps: ProbeListenerDeps;
  readonly #own = new WeakSet<IncomingMessage>();
  #server: Server | null = null;
  #connections: Connections | null = null;

  constructor(deps: ProbeListenerDeps) {
    this.#deps = deps;
  }

  /** @throws where its port cannot be listened on, which ends the start */
  async onApplicationBootstrap(): Promise<void> {
    const { listener, http, log, clock, watch } = this.#deps;
    if (listener === null) return;
    const application = http.httpAdapter.getInstance<RequestListener>();
    this.#server = createServer((request, response) => {
      this.#own.add(request);
      if (PROBES.test(request.url ?? '')) return application(request, response);
      response.writeHead(404).end();
    });
    // Nothing here is to be upgraded to.
    this.#server.on('upgrade', (_request, socket) => socket.destroy());
    this.#connections = new Connections({
      ...BOUNDS,
      clock,
      turns: new FairTurns({ clock }),
      watch: { reached: () => watch.reached('probes') },
    });
    this.#connections.attach(this.#server);
    this.#server.listen(listener.port, listener.host);
    await once(this.#server, 'listening');
    log.info({ address: this.address }, 'metrics are listening');
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#server === null) return;
    this.#connections?.stop();
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  /** Null where there is none. */
  get address(): string | null {
    if (this.#server === null) return null;
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Middleware of the application: hides the metrics from others than those who may read them. */
  readonly keepMetricsApart = (request: Request, _response: unknown, next: NextFunction): void => {
    const isHidden = !this.#own.has(request) && !(this.#deps.isOnClients && !isForwarded(request));
    next(isHidden && METRICS.test(request.path) ? new NotFoundException() : undefined);
  };
}

export interface ProbeListenerDeps {
  readonly listener: Config['metrics']['listener'];
  readonly isOnClients: boolean;
  readonly http: HttpAdapterHost;
  readonly clock: Clock;
  readonly watch: Pick<LimitWatch, 'reached'>;
  readonly log: Pick<Logger, 'info'>;
}

/** What proxies add. A client may add it too, and gets less for it. */
function isForwarded({ headers }: IncomingMessage): boolean {
  return FORWARDED.some((name) => headers[name] !== undefined);
}

const FORWARDED = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'x-forwarded-host',
  'x-forwarded-proto',
  'via',
];
const METRICS = /^\/metrics(\/|$)/i;
const PROBES = /^\/(health|metrics)([/?]|$)/i;
/** Some orchestrators and scrapers at once. Their descriptors are among those that are kept (`descriptors.ts`). */
const CONNECTIONS = 16;
const BOUNDS = {
  maxConnections: CONNECTIONS,
  maxTokenless: CONNECTIONS,
  idleTimeoutMs: 2_000,
  writeTimeoutMs: 5_000,
};
