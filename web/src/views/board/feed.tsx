import type { BridgeEvent, CallView, OfferView } from '@pitel-event-bridge/client';
import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { isCallEvent } from '../../data/call-event.js';
import { type FeedKind, filterFeed } from '../../data/feed.js';
import { secondText, words } from '../../i18n/i18n.js';
import type { Board } from '../../state/board.js';
import { queueName } from '../../state/queue-names.js';
import { CustomerNumber } from '../customer-number.js';
import { customerText } from '../customer-text.js';
import { Panel } from '../panel.js';

const KINDS: readonly FeedKind[] = [
  'calls',
  'offers',
  'callbacks',
  'queues',
  'registrations',
  'sources',
  'webhooks',
];
/** More than fits on a wall. Older events are found by narrowing the filter. */
const MOST = 60;

/** The events, newest first. The list can be held, because on a busy floor it moves faster than a person reads. */
export function Feed({ board, open }: { readonly board: Board; readonly open: (callId: string) => void }) {
  const said = words();
  const kinds = useSignal<ReadonlySet<FeedKind>>(new Set());
  const text = useSignal('');
  const held = useSignal<readonly BridgeEvent[] | null>(null);
  const shown = useComputed(() =>
    filterFeed(held.value ?? board.feed.value, { kinds: kinds.value, text: text.value }, MOST),
  );
  const isFiltered = kinds.value.size > 0 || text.value !== '';
  const toggle = (kind: FeedKind) => {
    const next = new Set(kinds.peek());
    if (!next.delete(kind)) next.add(kind);
    kinds.value = next;
  };
  return (
    <Panel
      name="feed"
      title={said.events}
      note={
        <button
          type="button"
          aria-pressed={held.value !== null}
          onClick={() => (held.value = held.peek() === null ? board.feed.peek() : null)}
        >
          {held.value === null ? said.pause : said.resume}
        </button>
      }
    >
      <div class="filters">
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="toggle"
            aria-pressed={kinds.value.has(kind)}
            onClick={() => toggle(kind)}
          >
            {said.kinds[kind]}
          </button>
        ))}
        <input
          type="search"
          aria-label={said.searchEvents}
          placeholder={said.searchEvents}
          value={text.value}
          onInput={({ currentTarget: { value } }) => (text.value = value)}
        />
      </div>
      {held.value !== null && <Held board={board} held={held.value} />}
      {shown.value.length === 0 ? (
        <p class="empty">{isFiltered ? said.noEventsFound : said.noEvents}</p>
      ) : (
        <ol class="feed scroll" tabIndex={0} aria-labelledby="feed-title">
          {shown.value.map((event) => (
            <Item key={event.id} event={event} open={open} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Held({ board, held }: { readonly board: Board; readonly held: readonly BridgeEvent[] }) {
  const newest = held[0];
  const newer = newest === undefined ? board.feed.value.length : board.feed.value.indexOf(newest);
  // The newest held event may have left the feed meanwhile: then every event in the feed is newer.
  return <p class="held">{words().paused(newer === -1 ? board.feed.value.length : newer)}</p>;
}

function Item({ event, open }: { readonly event: BridgeEvent; readonly open: (callId: string) => void }) {
  const said = words();
  const { type, time } = event;
  const title = said.eventTypes[type] ?? type;
  const isCall = isCallEvent(event);
  return (
    <li data-event={event.id} data-type={type}>
      <time dateTime={time}>{secondText(Date.parse(time))}</time>
      <span class="what">{title}</span>
      {isCall ? (
        <button type="button" onClick={() => open(event.data.callId)}>
          <CustomerNumber text={customerText(event.data)} />
        </button>
      ) : (
        <b title={reasonOf(event)}>{subjectOf(event)}</b>
      )}
      {isCall && <small>{about(event.data)}</small>}
    </li>
  );
}

/** What it is about, as people call it. */
function subjectOf({ subject, data }: BridgeEvent): ComponentChildren {
  if ('callback' in data) return <CustomerNumber text={customerText(data.callback)} />;
  if ('limit' in data) return queueName(data.queue.name);
  if ('lastCompleteAt' in data) return words().endpoint[data.endpoint];
  return subject;
}

/** What failed, in the words of those who operate it. */
function reasonOf({ data }: BridgeEvent): string | undefined {
  return 'callback' in data || !('reason' in data) ? undefined : (data.reason ?? undefined);
}

function about({ offer, agent, queue, outcome, observed }: CallView & { offer?: OfferView }): string {
  const said = words();
  const extension = offer?.extension ?? agent?.extension;
  return [
    typeof extension === 'string' ? `→ ${extension}` : queue === null ? null : queueName(queue.name),
    outcome === null ? null : (said.outcomes[outcome] ?? outcome),
    observed.certainty === 'inferred' ? said.certainty.inferred : null,
  ]
    .filter(Boolean)
    .join(' · ');
}
