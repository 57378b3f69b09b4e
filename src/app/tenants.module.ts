import { Module } from '@nestjs/common';
import { provide, token } from '../base/inject.js';
import { TenantDirectory } from '../config/tenants/tenant-directory.js';
import { REAL_FILES, TenantsWatch } from '../config/tenants/tenants-watch.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';

/** Null where no file names the tenants. */
export const TENANTS_WATCH = token<TenantsWatch | null>('TENANTS_WATCH');

/** Follows the file of tenants. What it finds changed is handed on by `TenantsLive`, which also starts and stops it. */
@Module({
  providers: [
    provide(TENANTS_WATCH, [CONFIG, TenantDirectory, LOGGER], ({ tenantsFile: file }, directory, log) => {
      if (file === null) return null;
      const clock = () => performance.now();
      return new TenantsWatch({ file, directory, files: REAL_FILES, clock, after, log });
    }),
  ],
  exports: [TENANTS_WATCH],
})
export class TenantsModule {}

function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
