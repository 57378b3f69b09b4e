import { Module } from '@nestjs/common';
import { provide, token } from '../base/inject.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';
import { openStorage, type Storage } from './storage.js';

export const STORAGE = token<Storage>('STORAGE');

@Module({
  providers: [provide(STORAGE, [CONFIG, LOGGER], openStorage)],
  exports: [STORAGE],
})
export class StorageModule {}
