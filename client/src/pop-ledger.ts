import { realSurroundings, within } from './clock.js';

/** How long a popped call is remembered: longer than any call rings, and short enough to keep the store small. */
const KEEP_MS = 24 * 3_600_000;
/** Some browsers' storage hangs at times: it is then treated as missing. */
const OPEN_TIMEOUT_MS = 5_000;
const DATABASE = 'pitel-event-bridge';
const STORE = 'pops';

/**
 * The calls that have popped, for all tabs of this origin and across page loads: an IndexedDB store, because adding a key is the
 * one operation that browsers decide atomically between tabs, on plain http too. `localStorage` promises no such thing.
 */
export class PopLedger {
  /** Opened with the page, because opening may be slow and the first call must not wait for it. */
  private readonly opened = within(OPEN_TIMEOUT_MS, open(), realSurroundings);

  constructor() {
    this.opened.catch(() => undefined);
  }

  /** True for exactly one caller per key, ever. Rejects when there is no IndexedDB to be had. */
  async add(key: string): Promise<boolean> {
    const database = await this.opened;
    return new Promise<boolean>((resolve, reject) => {
      const transaction = database.transaction(STORE, 'readwrite');
      const request = transaction.objectStore(STORE).add({ at: Date.now() }, key);
      let known = false;
      request.onerror = (event) => {
        known = request.error?.name === 'ConstraintError';
        if (known) event.preventDefault();
      };
      transaction.oncomplete = () => resolve(!known);
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
    });
  }

  close(): void {
    this.opened.then(
      (database) => database.close(),
      () => undefined,
    );
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE).createIndex('at', 'at');
    request.onerror = () => reject(request.error ?? new Error('no database'));
    request.onsuccess = () => {
      const database = request.result;
      // Another version of this package wants to change the store, and waits until this connection is closed.
      database.onversionchange = () => database.close();
      prune(database);
      resolve(database);
    };
  });
}

function prune(database: IDBDatabase): void {
  const old = IDBKeyRange.upperBound(Date.now() - KEEP_MS);
  const cursor = database.transaction(STORE, 'readwrite').objectStore(STORE).index('at').openCursor(old);
  cursor.onsuccess = () => {
    cursor.result?.delete();
    cursor.result?.continue();
  };
}
