import { Module } from '@nestjs/common';
import { provide, token } from '../base/inject.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';
import { openStorage, type Storage } from './storage.js';
import { Upkeep } from './upkeep.js';

export const STORAGE = token<Storage>('STORAGE');

@Module({
  providers: [
    provide(STORAGE, [CONFIG, LOGGER], openStorage),
    provide(Upkeep, [STORAGE, CONFIG, LOGGER], (storage, config, log) => new Upkeep(storage, config, log)),
  ],
  exports: [STORAGE, Upkeep],
})
export class StorageModule {}
