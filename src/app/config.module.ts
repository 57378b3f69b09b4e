import { type DynamicModule, Module } from '@nestjs/common';
import { provide, token } from '../base/inject.js';
import type { Config } from '../config/config.js';
import { TenantDirectory } from '../config/tenants/tenant-directory.js';

export const CONFIG = token<Config>('CONFIG');

/** Provides the configuration and the current tenants to every module. */
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        provide(CONFIG, [], () => config),
        provide(TenantDirectory, [], () => new TenantDirectory(config.tenants)),
      ],
      exports: [CONFIG, TenantDirectory],
    };
  }
}
