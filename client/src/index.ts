/** The public API of the package; everything else is internal. */
export * from './contract.js';
export type { Bridge, BridgeListeners, BridgeOptions } from './bridge.js';
export { createBridge } from './create-bridge.js';
export { type CursorStore, localStorageCursor, memoryCursor, sessionStorageCursor } from './cursor-store.js';
export { HistoryError, type HistoryOptions } from './history.js';
export type { LiveCalls } from './live-calls.js';
export type { Found, Known, LookedUp } from './lookup.js';
export { type Problem, type ProblemCode, ProblemError } from './problem.js';
export {
  type CloseReason,
  type Pop,
  type ScreenPop,
  type ScreenPopOptions,
  screenPop,
} from './screen-pop.js';
export type { BridgeStatus } from './status.js';
export type { Subscription } from './subscription.js';
export type { TokenOption } from './token-keeper.js';
export type { TokenUrl } from './token-url.js';
