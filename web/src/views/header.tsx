import type { ComponentChildren } from 'preact';
import { words } from '../i18n/i18n.js';
import { access, signOut } from '../state/access.js';
import { language, type Theme, theme } from '../state/preferences.js';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** The same on every page: the pages, the state of the connection, theme, language and sign-out. */
export function Header({
  current,
  tenant = null,
  children,
}: {
  readonly current: 'wallboard' | 'screenPop';
  readonly tenant?: string | null;
  readonly children?: ComponentChildren;
}) {
  const said = words();
  const other = language.value === 'vi' ? 'en' : 'vi';
  const page = (name: 'wallboard' | 'screenPop' | 'docs', address: string) => (
    <a href={address} aria-current={name === current ? 'page' : undefined}>
      {said[name]}
    </a>
  );
  return (
    <header class="top">
      <a class="skip" href="#content">
        {said.skip}
      </a>
      <p class="brand">
        <span class="logo" aria-hidden="true" />
        <strong>Pitel</strong> {tenant ?? ''}
      </p>
      <nav aria-label={said.pages}>
        {page('wallboard', './')}
        {page('screenPop', './pop')}
        {page('docs', './docs')}
      </nav>
      <div class="standing">{children}</div>
      <div class="controls">
        <label>
          <span class="unseen">{said.theme}</span>
          <select
            value={theme.value}
            onChange={(event) => (theme.value = event.currentTarget.value as Theme)}
          >
            {THEMES.map((name) => (
              <option key={name} value={name}>
                {said.theme}: {said.themes[name]}
              </option>
            ))}
          </select>
        </label>
        <button type="button" lang={other} onClick={() => (language.value = other)}>
          {said.otherLanguage}
        </button>
        {access.value.state === 'signed-in' && (
          <button type="button" onClick={signOut}>
            {said.signOut}
          </button>
        )}
      </div>
    </header>
  );
}
