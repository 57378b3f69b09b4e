import type { DeskEvent } from './judge-desk-report.js';

/** When the bridge said that a source is not up. */
export class WatchedTimes {
  readonly #spells: { readonly from: number; readonly to: number }[] = [];

  constructor(events: readonly DeskEvent[]) {
    const down = new Map<string, number>();
    for (const { type, recordedtime, data } of events) {
      if (!type.startsWith('source-')) continue;
      const { endpoint } = data as { readonly endpoint: string };
      const at = Date.parse(recordedtime);
      if (type !== 'source-up') down.set(endpoint, Math.min(at, down.get(endpoint) ?? Infinity));
      else if (down.has(endpoint)) {
        this.#spells.push({ from: down.get(endpoint)!, to: at });
        down.delete(endpoint);
      }
    }
    for (const from of down.values()) this.#spells.push({ from, to: Infinity });
  }

  isUp(at: number): boolean {
    return !this.#spells.some(({ from, to }) => from <= at && at < to);
  }

  /** All the time from the one to the other. */
  wasUp(from: number, to: number): boolean {
    return !this.#spells.some((spell) => spell.from < to && from < spell.to);
  }
}
