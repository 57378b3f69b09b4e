import { isReached, parseCursor } from './position.js';

/**
 * Where the cursor is kept between connections and page loads. A store of your own (a row in a database) may be
 * asynchronous: the next event waits until `save` is done. What `save` throws is reported to `on('error')` and goes no further.
 */
export interface CursorStore {
  /** Null when there is none yet. */
  load(): string | null | Promise<string | null>;
  save(cursor: string): void | Promise<void>;
}

/** Lasts as long as the object: across reconnects, not across page loads or restarts. */
export function memoryCursor(cursor: string | null = null): CursorStore {
  let kept = cursor;
  return {
    load: () => kept,
    save: (next) => {
      kept = next;
    },
  };
}

/**
 * One position for all tabs and visits: a page goes on from where the furthest of them got, so what any tab has handled is
 * not repeated to a page loaded later. Within an epoch it never moves backwards, however late a slow tab saves.
 */
export function localStorageCursor(key: string): CursorStore {
  return webStorageCursor('localStorage', key);
}

/** One position for each tab: it survives a reload and ends with the tab. Every tab gets every event exactly once. */
export function sessionStorageCursor(key: string): CursorStore {
  return webStorageCursor('sessionStorage', key);
}

/** Looks the storage up at each use; where it is blocked, the cursor is missing and the page works all the same. */
function webStorageCursor(name: 'localStorage' | 'sessionStorage', key: string): CursorStore {
  return {
    load: () => {
      try {
        return globalThis[name].getItem(key);
      } catch {
        return null;
      }
    },
    save: (cursor) => {
      const storage = globalThis[name];
      const kept = storage.getItem(key);
      const position = parseCursor(cursor);
      if (kept !== null && position !== null && isReached(position, parseCursor(kept))) return;
      storage.setItem(key, cursor);
    },
  };
}
