import { useComputed, useSignal } from '@preact/signals';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { words } from '../i18n/i18n.js';
import { claims } from '../state/access.js';
import { Board } from '../state/board.js';
import { AgentsPanel } from './agents.js';
import { CallDialog } from './call-dialog.js';
import { Calls } from './calls.js';
import { Chart } from './chart.js';
import { Feed } from './feed.js';
import { Header } from './header.js';
import { Queues } from './queues.js';
import { Settings } from './settings.js';
import { Sources } from './sources.js';
import { Announcer, ExpiryBanner, PastBanner, StaleBanner, Standing } from './standing.js';
import { Tiles } from './tiles.js';

/** The wallboard: the whole floor on one screen. */
export function Wallboard() {
  const [board] = useState(() => new Board());
  const opened = useSignal<string | null>(null);
  useEffect(() => () => board.close(), [board]);
  // The same function and the same string as long as possible, so that components that take them render only on a change.
  const open = useCallback((callId: string) => {
    opened.value = callId;
  }, []);
  const freshness = useComputed(() => board.freshness.value.state);
  return (
    <div class="board" data-freshness={freshness.value}>
      <Header current="wallboard" tenant={board.tenant.value ?? claims.value.tenant}>
        <Standing board={board} />
        <Settings />
      </Header>
      <aside class="banners">
        <StaleBanner board={board} />
        <PastBanner board={board} />
        <ExpiryBanner />
        <Scope />
      </aside>
      <Announcer board={board} />
      <main id="content" tabIndex={-1}>
        <Tiles board={board} />
        <Calls board={board} open={open} />
        <Queues board={board} />
        <AgentsPanel board={board} open={open} />
        <Sources />
        <Chart board={board} />
        <Feed board={board} open={open} />
      </main>
      {opened.value !== null && (
        <CallDialog
          key={opened.value}
          board={board}
          callId={opened.value}
          close={() => (opened.value = null)}
        />
      )}
    </div>
  );
}

/** Says which extensions and queues a narrow token shows, so that a user does not take them for the whole floor. */
function Scope() {
  const { extensions, queues } = claims.value;
  const names = [...(extensions ?? []), ...(queues ?? [])];
  return names.length === 0 ? null : <p class="banner scope">{words().scope(names.join(', '))}</p>;
}
