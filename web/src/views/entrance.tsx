import { type ComponentChildren, Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { words } from '../i18n/i18n.js';
import { access, scope } from '../state/access.js';
import { Header, type PageName } from './header.js';
import { SignIn } from './sign-in.js';

/**
 * Shows the page to a user who may see it, and asks other users for a token. When a new token shows other calls than the
 * one before, the page begins again; when it shows the same calls, the page goes on.
 */
export function Entrance({ title, children }: { title: PageName; children: () => ComponentChildren }) {
  const said = words();
  const { value } = access;
  useEffect(() => {
    document.title = `${said[title]} · ${said.product}`;
  }, [said, title]);
  if (scope.value !== null) return <Fragment key={scope.value}>{children()}</Fragment>;
  return (
    <>
      <Header current={title} />
      <main id="content" class="entrance" tabIndex={-1}>
        {value.state === 'sign-in' ? <SignIn reason={value.reason} /> : <p role="status">{said.checking}</p>}
      </main>
    </>
  );
}
