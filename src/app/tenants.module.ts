import { Module } from '@nestjs/common';
import { provide, token } from '../base/inject.js';
import { systemClock } from '../base/clock.js';
import { TenantDirectory } from '../config/tenants/tenant-directory.js';
import { REAL_FILES, TenantsWatch } from '../config/tenants/tenants-watch.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';

/** Null where no file names tenants, or says what the single one has. */
export const TENANTS_WATCH = token<TenantsWatch | null>('TENANTS_WATCH');

/** The watch over the tenants' file, or those of the single tenant. `TenantsLive` starts and stops it, and passes its changes on. */
@Module({
  providers: [
    provide(
      TENANTS_WATCH,
      [CONFIG, TenantDirectory, LOGGER],
      ({ tenantsFile, singleTenantFiles }, directory, log) => {
        const file = tenantsFile ?? singleTenantFiles;
        if (file === null) return null;
        return new TenantsWatch({ file, directory, files: REAL_FILES, clock: systemClock, log });
      },
    ),
  ],
  exports: [TENANTS_WATCH],
})
export class TenantsModule {}
