import { PopLedger } from './pop-ledger.js';
import { RecentIds } from './recent-ids.js';

const REMEMBERED = 1_000;

/**
 * Decides which of an agent's tabs pops a call.
 *
 * Two guards, each enough where the other is missing:
 *   the ledger (IndexedDB) lets one tab pop a call once and for good, across reloads, crashes and tabs opened later;
 *   the lock (Web Locks, held while the pop is open) and a message to the other tabs (BroadcastChannel) choose one of the
 *   tabs that are open. Web Locks need https or localhost; IndexedDB can be switched off.
 * With neither, a tab that has not heard of another's pop opens its own: two pops are better than none.
 */
export class PopClaims {
  private readonly ledger = new PopLedger();
  private readonly popped = new RecentIds(REMEMBERED);
  private readonly held = new Map<string, () => void>();
  private readonly word: BroadcastChannel | null;

  constructor(private readonly channel: string) {
    this.word = typeof BroadcastChannel === 'function' ? new BroadcastChannel(channel) : null;
    this.word?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.popped.add(data);
    });
  }

  /** True: this tab pops the call, and no other does. */
  async claim(key: string): Promise<boolean> {
    if (this.popped.has(key) || !(await this.lock(key))) return false;
    const first = await this.isFirst(key);
    if (!first) {
      this.release(key);
      return false;
    }
    this.popped.add(key);
    this.word?.postMessage(key);
    return true;
  }

  /** This tab has popped it before it was reloaded: it stays this tab's while the pop is open. */
  resume(key: string): void {
    this.popped.add(key);
    void this.lock(key);
  }

  /** The pop is closed. The call remains claimed. */
  release(key: string): void {
    this.held.get(key)?.();
    this.held.delete(key);
  }

  close(): void {
    for (const key of [...this.held.keys()]) this.release(key);
    this.word?.close();
    this.ledger.close();
  }

  private async isFirst(key: string): Promise<boolean> {
    try {
      return await this.ledger.add(`${this.channel} ${key}`);
    } catch {
      // No ledger. A tab whose message arrived while this one waited for the lock has popped the call and closed it.
      return !this.popped.has(key);
    }
  }

  /** False while another tab holds it. */
  private async lock(key: string): Promise<boolean> {
    const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
    if (locks === undefined) return true;
    return new Promise<boolean>((resolve) => {
      locks
        .request(`${this.channel} ${key}`, { ifAvailable: true }, (lock) => {
          if (lock === null) return resolve(false);
          resolve(true);
          return new Promise<void>((release) => this.held.set(key, release));
        })
        // Not allowed here, for example in a sandboxed frame: treated as missing.
        .catch(() => resolve(true));
    });
  }
}
