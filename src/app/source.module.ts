import { Module } from '@nestjs/common';
import { provide } from '../base/inject.js';
import { RegistrationLookup } from '../source/registration-lookup.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';
import { STORAGE, StorageModule } from './storage.module.js';
import { TRACING, TracingModule } from './tracing.module.js';
import { Upstream } from './upstream.js';

/** The connections to the tenants' PBXes, and registration look-ups beside the polls. */
@Module({
  imports: [StorageModule, TracingModule],
  providers: [
    provide(
      Upstream,
      [CONFIG, STORAGE, LOGGER, TRACING],
      (config, { clock: time }, log, { tracer }) => new Upstream({ config, time, log, tracer }),
    ),
    provide(
      RegistrationLookup,
      [Upstream, STORAGE],
      ({ connections }, { clock: time }) => new RegistrationLookup({ connections, time }),
    ),
  ],
  exports: [Upstream, RegistrationLookup],
})
export class SourceModule {}
