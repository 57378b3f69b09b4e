import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { adaptiveBounds } from '../config/settings/adaptive.js';
import type { Config } from '../config/config.js';
import type { TenantConfig } from '../config/tenants/tenant.js';
import { type Tracer, UNTRACED } from '../core/model/tracer.js';
import type { PolledTenant } from '../poll/poll.service.js';
import type { CaptureOptions } from '../source/capture/capture.js';
import { type HostStatus, UpstreamHosts } from '../source/http/upstream-hosts.js';

/** How this process asks the tenants' PBXes. */
export class Upstream {
  readonly #config: Config;
  readonly #hosts: UpstreamHosts;
  readonly #capture: CaptureOptions | undefined;

  readonly #tracer: Tracer;

  constructor(config: Config, log: Logger, tracer: Tracer = UNTRACED) {
    this.#config = config;
    this.#tracer = tracer;
    this.#hosts = openHosts(config, log);
    this.#capture = captureOptions(config, log);
  }

  /** For the polls, whose answers are recorded where the operator wants that. */
  polled(tenants: readonly TenantConfig[]): PolledTenant[] {
    return this.asked(tenants).map((tenant) => ({ ...tenant, capture: this.#capture }));
  }

  /** Every host at present. */
  hosts(): HostStatus[] {
    return this.#hosts.statuses();
  }

  /** For questions beside them. */
  asked(tenants: readonly TenantConfig[]): PolledTenant[] {
    const { poll } = this.#config;
    return tenants.map(({ id, baseUrl, credential, timeZone, country, pollIntervalMs }) => ({
      tenant: id,
      baseUrl,
      ...(credential.kind === 'token'
        ? { token: credential.token.reveal() }
        : { apiKey: credential.apiKey.reveal() }),
      timeZone,
      country,
      intervalMs: pollIntervalMs,
      adaptive: poll.adaptive && adaptiveBounds(poll.adaptive, pollIntervalMs),
      hosts: this.#hosts,
      timeoutMs: poll.timeoutMs,
      maxBodyBytes: poll.maxBodyBytes,
      clock: Date.now,
      tracer: this.#tracer,
    }));
  }
}

function openHosts({ poll }: Config, log: Logger): UpstreamHosts {
  return new UpstreamHosts({
    concurrency: poll.hostConcurrency,
    connectTimeoutMs: poll.timeoutMs,
    clock: () => performance.now(),
    random: Math.random,
    // One line for the host; each of its tenants says its own.
    onChange: (host, down) => {
      if (down === null) log.info({ host }, `${host} answers again`);
      else log.warn({ host, reason: down }, `${host} is down: ${down}`);
    },
  });
}

function captureOptions({ capture, poll }: Config, log: Logger): CaptureOptions | undefined {
  if (capture === null) return undefined;
  return {
    ...capture,
    id: randomUUID(),
    key: randomBytes(32),
    policy: poll,
    onStopped: (tenant, reason) => log.error({ tenant, reason }, `capture stopped: ${reason}`),
  };
}
