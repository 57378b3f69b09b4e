import { words } from '../i18n/i18n.js';
import { type Theme, theme } from '../state/preferences.js';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS: Readonly<Record<Theme, string>> = {
  system: 'M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1v1.7M8 13.3V15M1 8h1.7M13.3 8H15M3 3l1.2 1.2M11.8 11.8L13 13M13 3l-1.2 1.2M4.2 11.8L3 13',
  dark: 'M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z',
};

/** Goes from the system's theme to light to dark. */
export function ThemeButton() {
  const said = words();
  const text = `${said.theme}: ${said.themes[theme.value]}`;
  return (
    <button
      type="button"
      class="icon theme"
      aria-label={text}
      title={text}
      onClick={() => (theme.value = NEXT[theme.value])}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path class="line" d={ICONS[theme.value]} />
      </svg>
    </button>
  );
}
