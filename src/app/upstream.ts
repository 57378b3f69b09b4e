import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { adaptiveBounds } from '../config/settings/adaptive.js';
import type { Config } from '../config/config.js';
import type { TenantConfig } from '../config/tenants/tenant.js';
import { type Tracer, UNTRACED } from '../core/model/tracer.js';
import type { PolledTenant } from '../poll/poll.service.js';
import { systemClock, type Time } from '../base/clock.js';
import type { CaptureOptions } from '../source/capture/capture.js';
import { type HostStatus, UpstreamHosts } from '../source/http/upstream-hosts.js';
import type { TenantConnectionOptions } from '../source/tenant-connection.js';
import { TenantConnections } from '../source/tenant-connections.js';

/** This process' connections to the tenants' PBXes. */
export class Upstream {
  readonly #config: Config;
  readonly #hosts: UpstreamHosts;
  readonly #capture: Omit<CaptureOptions, 'policy'> | undefined;
  readonly #time: Time;
  readonly #tracer: Tracer;
  /** Shared by polls and look-ups. */
  readonly connections: TenantConnections;

  constructor({ config, time = systemClock, log, tracer = UNTRACED }: UpstreamDeps) {
    this.#config = config;
    this.#time = time;
    this.#tracer = tracer;
    this.#hosts = openHosts(config, log);
    this.#capture = captureOptions(config, log);
    this.connections = new TenantConnections(config.tenants.map((tenant) => this.#address(tenant)));
  }

  /** Changes the configuration under which these tenants' connections are opened from now on. */
  change(put: readonly TenantConfig[], removed: readonly string[]): void {
    this.connections.change(
      put.map((tenant) => this.#address(tenant)),
      removed,
    );
  }

  /** What polling has to know of the tenants. */
  polled(tenants: readonly TenantConfig[]): PolledTenant[] {
    const { poll } = this.#config;
    return tenants.map(({ id, pollIntervalMs, direction, desk }) => ({
      tenant: id,
      direction,
      desk,
      intervalMs: pollIntervalMs,
      adaptive: poll.adaptive && adaptiveBounds(poll.adaptive, pollIntervalMs),
    }));
  }

  /** The status of every current host. */
  hosts(): HostStatus[] {
    return this.#hosts.statuses();
  }

  #address({
    id,
    baseUrl,
    credential,
    timeZone,
    country,
    direction,
    proxy,
    ca,
  }: TenantConfig): TenantConnectionOptions {
    const { poll } = this.#config;
    return {
      tenant: id,
      baseUrl,
      ...(credential.kind === 'token'
        ? { token: credential.token.reveal() }
        : { apiKey: credential.apiKey.reveal() }),
      proxy: proxy?.reveal() ?? null,
      ca,
      timeZone,
      country,
      hosts: this.#hosts,
      timeoutMs: poll.timeoutMs,
      maxBodyBytes: poll.maxBodyBytes,
      time: this.#time,
      capture: this.#capture && { ...this.#capture, policy: { ...poll, direction } },
      tracer: this.#tracer,
    };
  }
}

export interface UpstreamDeps {
  readonly config: Config;
  /** By which answers are stamped; default: the system's. */
  readonly time?: Time;
  readonly log: Logger;
  readonly tracer?: Tracer;
}

function openHosts({ poll }: Config, log: Logger): UpstreamHosts {
  return new UpstreamHosts({
    concurrency: poll.hostConcurrency,
    connectTimeoutMs: poll.timeoutMs,
    time: systemClock,
    random: Math.random,
    // One line for the host; only the tenants whose requests showed it have one of their own.
    onChange: (host, down) => {
      if (down === null) log.info({ host }, `${host} answers again`);
      else log.warn({ host, reason: down }, `${host} is down: ${down}`);
    },
  });
}

function captureOptions({ capture }: Config, log: Logger): Omit<CaptureOptions, 'policy'> | undefined {
  if (capture === null) return undefined;
  return {
    ...capture,
    id: randomUUID(),
    key: randomBytes(32),
    onStopped: (tenant, reason) => log.error({ tenant, reason }, `capture stopped: ${reason}`),
  };
}
