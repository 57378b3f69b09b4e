import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { provide, token } from '../base/inject.js';

export const LOGGER = token<Logger>('LOGGER');

/** Provides the process's only logger to every module. */
@Module({})
export class LoggerModule {
  static forRoot(log: Logger): DynamicModule {
    return {
      module: LoggerModule,
      global: true,
      providers: [provide(LOGGER, [], () => log)],
      exports: [LOGGER],
    };
  }
}
