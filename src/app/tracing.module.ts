import { Module } from '@nestjs/common';
import { provide, token } from '../base/inject.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';
import { openTracing, type Tracing } from './tracing.js';

export const TRACING = token<Tracing>('TRACING');

@Module({
  providers: [provide(TRACING, [CONFIG, LOGGER], ({ tracing }, log) => openTracing(tracing, log))],
  exports: [TRACING],
})
export class TracingModule {}
