import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { provide, token } from '../base/inject.js';
import type { LogOutput } from './log-output.js';

export const LOGGER = token<Logger>('LOGGER');
export const LOG_OUTPUT = token<LogOutput>('LOG_OUTPUT');

/** Provides the process's only logger to every module, and the output that it writes to. */
@Module({})
export class LoggerModule {
  static forRoot(log: Logger, output: LogOutput): DynamicModule {
    return {
      module: LoggerModule,
      global: true,
      providers: [provide(LOGGER, [], () => log), provide(LOG_OUTPUT, [], () => output)],
      exports: [LOGGER, LOG_OUTPUT],
    };
  }
}
