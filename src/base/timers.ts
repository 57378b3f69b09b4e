/** Named timers; setting one that is set replaces it. */
export interface Timers {
  set(name: string, delayMs: number, run: () => void): void;
  clear(name: string): void;
}
