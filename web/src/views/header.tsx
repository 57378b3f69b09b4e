import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { showsCallbacks } from '../data/callbacks.js';
import { words } from '../i18n/i18n.js';
import { access, claims, scope, signOut } from '../state/access.js';
import { chooseLanguage, language } from '../state/preferences.js';
import { ThemeButton } from './theme-button.js';

export type PageName = 'wallboard' | 'callbacks' | 'reports' | 'screenPop' | 'webhooks';

/** The same on every page: the pages, the state of the connection, theme, language and sign-out. */
export function Header({
  current,
  tenant = null,
  title = null,
  isBare = false,
  children,
}: {
  readonly current: PageName;
  readonly tenant?: string | null;
  /** In place of the product and the tenant. */
  readonly title?: string | null;
  /** A kiosk: neither links nor controls. */
  readonly isBare?: boolean;
  readonly children?: ComponentChildren;
}) {
  const said = words();
  const other = language.value === 'vi' ? 'en' : 'vi';
  const nav = useRef<HTMLElement>(null);
  // On a mobile the links go on beyond the edge: the one of this page is in view.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, []);
  const page = (name: PageName | 'docs', address: string) => (
    <a href={address} aria-current={name === current ? 'page' : undefined}>
      {said[name]}
    </a>
  );
  // To other tokens the page would only say that they show no webhooks.
  const hasWebhooks = current === 'webhooks' || access.value.state === 'open' || claims.value.webhooks;
  if (isBare) {
    return (
      <header class="top">
        <Brand title={title} tenant={tenant} />
        <div class="standing">{children}</div>
      </header>
    );
  }
  const hasCallbacks = scope.value !== null && showsCallbacks(claims.value);
  return (
    <header class="top">
      <a class="skip" href="#content">
        {said.skip}
      </a>
      <Brand title={title} tenant={tenant} />
      <nav ref={nav} aria-label={said.pages}>
        {page('wallboard', './')}
        {hasCallbacks && page('callbacks', './callbacks')}
        {scope.value !== null && page('reports', './reports')}
        {page('screenPop', './pop')}
        {hasWebhooks && page('webhooks', './webhooks')}
        {page('docs', './docs')}
      </nav>
      <div class="standing">{children}</div>
      <div class="controls">
        <ThemeButton />
        <button
          type="button"
          class="icon"
          lang={other}
          title={said.otherLanguage}
          onClick={() => chooseLanguage(other)}
        >
          <span class="unseen">{said.otherLanguage}</span>
          <span aria-hidden="true">{other.toUpperCase()}</span>
        </button>
        {access.value.state === 'signed-in' && (
          <button type="button" class="icon" title={said.signOut} onClick={signOut}>
            <span class="unseen">{said.signOut}</span>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path class="line" d="M6 2.5H3v11h3M7 8h6.5M11 5.5L13.5 8 11 10.5" />
            </svg>
          </button>
        )}
      </div>
    </header>
  );
}

function Brand({ title, tenant }: { readonly title: string | null; readonly tenant: string | null }) {
  return (
    <p class="brand">
      <span class="logo" aria-hidden="true" />
      <strong>{title ?? 'Pitel'}</strong>
      {title === null && tenant}
    </p>
  );
}
