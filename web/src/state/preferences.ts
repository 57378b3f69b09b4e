import { effect, type Signal, signal } from '@preact/signals';

/** The user's choices, kept in this browser. Where the browser's storage is blocked, each page begins with the defaults. */
export type Language = 'vi' | 'en';
export type Theme = 'system' | 'light' | 'dark';

const LANGUAGES: readonly Language[] = ['vi', 'en'];

export const language = kept<Language>('language', preferred(), LANGUAGES);
export const theme = kept<Theme>('theme', 'system', ['system', 'light', 'dark']);
/** Whether a threshold that is crossed is heard. */
export const sound = kept<'on' | 'off'>('sound', 'off', ['on', 'off']);
export const popExtension = keptText('pop-extension');

effect(() => {
  document.documentElement.lang = language.value;
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

/** `?lang=vi` is a choice like one by the button: no hand presses one on a wall. */
const named = LANGUAGES.find((one) => one === new URLSearchParams(location.search).get('lang'));
if (named !== undefined) language.value = named;

/** The address then names none any more: a reload would undo the choice. */
export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  const address = new URL(location.href);
  if (!address.searchParams.has('lang')) return;
  address.searchParams.delete('lang');
  history.replaceState(null, '', address);
}

function preferred(): Language {
  return navigator.language.startsWith('vi') ? 'vi' : 'en';
}

function kept<Value extends string>(name: string, usual: Value, allowed: readonly Value[]): Signal<Value> {
  return stored(name, usual, (text) => allowed.find((value) => value === text) ?? usual);
}

function keptText(name: string): Signal<string> {
  return stored(name, '', (text) => text);
}

function stored<Value extends string>(
  name: string,
  usual: Value,
  parse: (text: string) => Value,
): Signal<Value> {
  const key = `pitel-${name}`;
  const text = readStorage(localStorageOrNull(), key);
  const value = signal(text === null ? usual : parse(text));
  let first = true;
  effect(() => {
    const now = value.value;
    // Only a language that the user chose is kept: otherwise the page follows the browser's.
    if (!first) writeStorage(localStorageOrNull(), key, now);
    first = false;
  });
  return value;
}

export function localStorageOrNull(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export function readStorage(storage: Storage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

export function writeStorage(storage: Storage | null, key: string, value: string | null): void {
  try {
    if (value === null) storage?.removeItem(key);
    else storage?.setItem(key, value);
  } catch {
    // The storage is full or forbidden: the choice holds until the page is left.
  }
}
