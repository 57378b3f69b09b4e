import type { Bridge, BridgeOptions } from './bridge.js';
import { realSurroundings } from './clock.js';
import { EventBridge } from './event-bridge.js';

/** Connects at once and stays connected until `close()`. Throws a TypeError when the address is none. */
export function createBridge(options: BridgeOptions): Bridge {
  return new EventBridge(options, realSurroundings);
}
