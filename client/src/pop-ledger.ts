import { realSurroundings, within } from './clock.js';

/** How long it is remembered that a call has popped: longer than calls ring, shorter than browsers mind. */
const KEEP_MS = 24 * 3_600_000;
/** Some browsers' storage has been known to hang: then it is as good as missing. */
const OPEN_TIMEOUT_MS = 5_000;
const DATABASE = 'pitel-event-bridge';
const STORE = 'pops';

/**
 * What has popped, for all tabs of this origin and across page loads: an IndexedDB store, because adding a key is the
 * one operation that browsers decide atomically between tabs, on plain http too. `localStorage` promises no such thing.
 */
export class PopLedger {
  /** Opened with the page, because opening may take its time and a call does not wait. */
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
      // Another version of this package wants to change the store: do not stand in its way.
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
