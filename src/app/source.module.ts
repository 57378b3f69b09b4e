import { Module } from '@nestjs/common';
import { systemClock } from '../base/clock.js';
import { provide } from '../base/inject.js';
import { RegistrationLookup } from '../source/registration-lookup.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';
import { TRACING, TracingModule } from './tracing.module.js';
import { Upstream } from './upstream.js';

/** The connections to the tenants' PBXes, and registration look-ups beside the polls. */
@Module({
  imports: [TracingModule],
  providers: [
    provide(
      Upstream,
      [CONFIG, LOGGER, TRACING],
      (config, log, { tracer }) => new Upstream({ config, log, tracer }),
    ),
    provide(
      RegistrationLookup,
      [Upstream],
      ({ connections }) => new RegistrationLookup({ connections, time: systemClock }),
    ),
  ],
  exports: [Upstream, RegistrationLookup],
})
export class SourceModule {}
