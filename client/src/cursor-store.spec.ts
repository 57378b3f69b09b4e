import { localStorageCursor, memoryCursor, sessionStorageCursor } from './cursor-store.js';

/** A browser's storage, as far as cursors need it. */
function provide(name: 'localStorage' | 'sessionStorage', storage: object): void {
  Object.defineProperty(globalThis, name, { value: storage, configurable: true, writable: true });
}

function fakeStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe('a cursor store', () => {
  it('in memory gives back what was saved last', async () => {
    const store = memoryCursor();
    expect(store.load()).toBeNull();
    await store.save('e1:2');
    expect(store.load()).toBe('e1:2');
  });

  it('in localStorage is shared by all tabs and never goes back within an epoch', async () => {
    provide('localStorage', fakeStorage());
    const [ahead, behind] = [localStorageCursor('place'), localStorageCursor('place')];
    await ahead.save('e1:0000000000000012');
    await behind.save('e1:0000000000000009');
    expect(behind.load()).toBe('e1:0000000000000012');
    await behind.save('e2:0000000000000001');
    expect(ahead.load()).toBe('e2:0000000000000001');
  });

  it('keeps its keys apart', async () => {
    provide('sessionStorage', fakeStorage());
    await sessionStorageCursor('a').save('e1:1');
    expect(sessionStorageCursor('b').load()).toBeNull();
  });

  it('without storage has no cursor, and says so when it is to save one', () => {
    provide('localStorage', {
      getItem: () => {
        throw new Error('blocked');
      },
    });
    expect(localStorageCursor('place').load()).toBeNull();
    expect(() => localStorageCursor('place').save('e1:1')).toThrow('blocked');
  });
});
