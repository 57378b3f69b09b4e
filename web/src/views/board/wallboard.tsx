import { useComputed, useSignal } from '@preact/signals';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { totalsOf } from '../../data/totals.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { numberText, words } from '../../i18n/i18n.js';
import { claims } from '../../state/access.js';
import { ADDRESS } from '../../state/address.js';
import { Board } from '../../state/board.js';
import { CallDialog } from '../call-dialog.js';
import { Header } from '../header.js';
import { AgentDialog } from './agent-dialog.js';
import { AgentsPanel } from './agents.js';
import { Callbacks } from './callbacks.js';
import { Calls } from './calls.js';
import { Chart } from './chart.js';
import { Feed } from './feed.js';
import { Queues } from './queues.js';
import { Sound } from './sound.js';
import { Sources } from './sources.js';
import { Announcer, ExpiryBanner, StaleBanner, Standing } from './standing.js';
import { Tabs } from './tabs.js';
import { Tiles } from './tiles.js';

const VIEWS = ['overview', 'calls', 'events'] as const;
type View = (typeof VIEWS)[number];

/** The wallboard: what burns on top, and below it the floor, the live calls or the events. */
export function Wallboard() {
  const [board] = useState(() => new Board());
  const opened = useSignal<string | null>(null);
  const openedAgent = useSignal<string | null>(null);
  const view = useSignal<View>(viewOf(location.hash));
  useEffect(() => () => board.close(), [board]);
  // The same function and the same string as long as possible, so that components that take them render only on a change.
  const open = useCallback((callId: string) => {
    opened.value = callId;
  }, []);
  const openAgent = useCallback((extension: string) => {
    openedAgent.value = extension;
  }, []);
  const freshness = useComputed(() => board.freshness.value.state);
  return (
    <div
      class="board"
      data-freshness={freshness.value}
      data-standing={board.standing.value}
      data-kiosk={ADDRESS.kiosk}
    >
      <Header
        current="wallboard"
        tenant={board.tenant.value ?? claims.value.tenant}
        title={ADDRESS.title}
        isBare={ADDRESS.kiosk}
      >
        <Sound />
        <Standing board={board} />
      </Header>
      <aside class="banners">
        <StaleBanner board={board} />
        <Sources />
        <ExpiryBanner />
        <Scope />
      </aside>
      <Announcer board={board} />
      <main id="content" tabIndex={-1}>
        <Tiles board={board} />
        {!ADDRESS.kiosk && <Views board={board} view={view} />}
        <div
          id="view"
          class="view"
          data-view={view.value}
          {...(ADDRESS.kiosk ? {} : { role: 'tabpanel', 'aria-labelledby': `tab-${view.value}` })}
        >
          {view.value === 'overview' && (
            <>
              <Queues board={board} />
              <Chart board={board} />
              <AgentsPanel board={board} open={openAgent} />
              <Callbacks board={board} />
            </>
          )}
          {view.value === 'calls' && <Calls board={board} open={open} />}
          {view.value === 'events' && <Feed board={board} open={open} />}
        </div>
      </main>
      {openedAgent.value !== null && (
        <AgentDialog
          key={openedAgent.value}
          board={board}
          extension={openedAgent.value}
          close={() => (openedAgent.value = null)}
        />
      )}
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

/** `#calls` begins with that view; a kiosk has only the overview. */
function viewOf(hash: string): View {
  return (ADDRESS.kiosk ? undefined : VIEWS.find((view) => hash === `#${view}`)) ?? 'overview';
}

function Views({ board, view }: { readonly board: Board; readonly view: { value: View } }) {
  const said = boardWords();
  const { all, talking } = board.live.counts.value;
  const day = board.desk.day.value.value;
  return (
    <Tabs<View>
      label={said.views}
      current={view.value}
      choose={(name) => {
        view.value = name;
        history.replaceState(null, '', `#${name}`);
      }}
      tabs={[
        { name: 'overview', title: said.overview },
        {
          name: 'calls',
          title: (
            <>
              {said.calls} <b data-value="live">{numberText(all)}</b>
            </>
          ),
        },
        { name: 'events', title: said.events },
      ]}
    >
      <p class="aside">
        <b data-value="talking">{numberText(talking)}</b> {words().phase.talking}
        {day !== null && (
          <>
            {' '}
            ·{' '}
            <b data-value="answered">
              {numberText(totalsOf(day.flatMap(({ queues }) => queues)).answered)}
            </b>{' '}
            {said.answeredToday}
          </>
        )}
      </p>
    </Tabs>
  );
}

/** Says which extensions and queues a narrow token shows, so that a user does not take them for the whole floor. */
function Scope() {
  const { extensions, queues } = claims.value;
  const names = [...(extensions ?? []), ...(queues ?? [])];
  return names.length === 0 ? null : <p class="banner scope">{words().scope(names.join(', '))}</p>;
}
