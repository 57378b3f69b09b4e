import { Controller, Get, Header, Inject } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { Readiness } from './readiness.js';

/** For orchestrators, without a token: `live` shows that the process runs, `ready` why it should get no traffic. */
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.#indicate('store', this.readiness.store()),
      () => this.#warn('memory', this.readiness.storeWarning()),
      () => this.#warn('clock', this.readiness.clockWarning()),
      () => this.#indicate('polling', this.readiness.polling()),
      () => this.#tenants(),
      () => this.#warn('sources', this.readiness.sourcesWarning()),
      () => this.#warn('webhooks', this.readiness.webhooksWarning()),
      () => this.#warn('delivery', this.readiness.deliveryWarning()),
      () => this.#warn('clients', this.readiness.clientsWarning()),
      () => this.#keys(),
      () => this.#warn('log', this.readiness.logWarning()),
      () => this.#indicate('running', this.readiness.running()),
    ]);
  }

  async #indicate(
    name: string,
    reason: string | null | Promise<string | null>,
  ): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    const why = await reason;
    return why === null ? indicator.up() : indicator.down({ reason: why });
  }

  /**
   * Never a reason to get no traffic: another replica would see no more of the PBX and no more room in Redis, and reach no
   * other receiver of a webhook; clients that load this one would load that one next, and a corrected clock or a log that is
   * not read changes nothing for either.
   */
  #warn(name: string, warning: string | null): HealthIndicatorResult {
    const indicator = this.indicators.check(name);
    return warning === null ? indicator.up() : indicator.up({ warning });
  }

  /**
   * A reason to get no traffic only where no client could be let in: another replica may still have the keys, and those that
   * replace it in a rolling update wait until they have them.
   */
  #keys(): HealthIndicatorResult {
    const reason = this.readiness.keys();
    if (reason !== null) return this.indicators.check('keys').down({ reason });
    return this.#warn('keys', this.readiness.keysWarning());
  }

  /**
   * Never a reason to get no traffic: tenants known before a refused file, and tenants with a readable state, are
   * served.
   */
  #tenants(): HealthIndicatorResult {
    const warning = this.readiness.tenantsWarning();
    const unserved = this.readiness.unserved();
    const indicator = this.indicators.check('tenants');
    if (unserved !== null) return indicator.degraded({ unserved, ...(warning === null ? {} : { warning }) });
    return warning === null ? indicator.up() : indicator.up({ warning });
  }
}
