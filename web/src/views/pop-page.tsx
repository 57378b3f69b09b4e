import type { BridgeStatus } from '@pitel-event-bridge/client';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { words, secondText } from '../i18n/i18n.js';
import { type Card, cards, clearCards, dismissCard, type Happening, happenings } from '../pop/cards.js';
import { popFor } from '../pop/ten-lines.js';
import source from '../pop/ten-lines.js?raw';
import { BASE, claims, refused, token } from '../state/access.js';
import { popExtension } from '../state/preferences.js';
import { customerText } from './calls.js';
import { Header } from './header.js';
import { Panel } from './panel.js';
import { Timer } from './timer.js';

/** Shows what an agent's page does when the extension rings, and the code that does it. */
export function PopPage() {
  const said = words();
  const extension = useSignal<string | null>(popExtension.peek() || null);
  const status = useSignal<BridgeStatus>({ state: 'connecting' });
  useEffect(() => {
    if (extension.value === null) return undefined;
    const { bridge, stop } = popFor(extension.value, BASE, () => token.peek() ?? '');
    bridge.on('status', (now) => {
      if (now.state !== 'refused' || !refused(now.code)) status.value = now;
    });
    return () => {
      void stop();
      clearCards();
    };
  }, [extension.value]);
  const { state } = status.value;
  const shown = state === 'live' ? 'fresh' : state === 'connecting' ? 'connecting' : 'stale';
  return (
    <div class="pop-page">
      <Header current="screenPop" tenant={claims.value.tenant}>
        {extension.value !== null && (
          <p class="pill" role="status" data-state={shown}>
            {said.connection[shown]}
          </p>
        )}
      </Header>
      <main id="content" tabIndex={-1}>
        <h1>{said.screenPop}</h1>
        <Choice extension={extension} />
        <div class="cards" aria-live="assertive">
          {cards.value.map((card) => (
            <CardView key={card.call.callId} card={card} />
          ))}
          {extension.value !== null && cards.value.length === 0 && <p class="empty">{said.popNothing}</p>}
        </div>
        {happenings.value.length > 0 && <Log />}
        <Code />
      </main>
    </div>
  );
}

function Choice({ extension }: { readonly extension: { value: string | null } }) {
  const said = words();
  const field = useRef<HTMLInputElement>(null);
  const allowed = claims.value.extensions;
  return (
    <form
      class="choice-form"
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = extension.value === null ? field.current!.value.trim() : null;
        popExtension.value = chosen ?? '';
        extension.value = chosen;
      }}
    >
      <p>{extension.value === null ? said.popIntro : said.watching(extension.value)}</p>
      {extension.value === null && (
        <>
          <label for="extension">{said.extension}</label>
          <input
            ref={field}
            id="extension"
            required
            pattern="\S+"
            inputMode="numeric"
            autocomplete="off"
            list="extensions"
            defaultValue={allowed?.[0] ?? ''}
          />
          <datalist id="extensions">
            {allowed?.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
      <button type="submit" class="primary">
        {extension.value === null ? said.start : said.stop}
      </button>
    </form>
  );
}

function CardView({ card }: { readonly card: Card }) {
  const said = words();
  const { call, isAnswered } = card;
  return (
    <article class="card" data-call={call.callId} data-answered={isAnswered}>
      <p class="badge" data-phase={isAnswered ? 'talking' : 'ringing'}>
        {isAnswered ? said.popAnswered : said.popRinging}
      </p>
      <h2>{customerText(call)}</h2>
      <p>
        {[said.direction[call.direction], call.queue?.name, call.hotline?.raw].filter(Boolean).join(' · ')}
      </p>
      <p>
        <Timer since={Date.parse(call.startedAt)} />
      </p>
      <button type="button" onClick={() => dismissCard(card)}>
        {said.dismiss}
      </button>
    </article>
  );
}

function Log() {
  const said = words();
  return (
    <Panel name="pop-log" title={said.popLog}>
      <ol class="pop-log">
        {happenings.value.map((one) => (
          <li key={one.key} data-kind={one.kind}>
            <time>{secondText(one.at)}</time> <b>{customerText(one.call)}</b> {happened(one)}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function happened({ kind, reason }: Happening): string {
  const said = words();
  switch (kind) {
    case 'opened':
      return said.popOpened;
    case 'answered':
      return said.popAnswered;
    case 'closed':
      return said.popClosed(said.outcomes[reason ?? 'ended'] ?? String(reason));
    case 'elsewhere':
      return said.popElsewhere;
  }
}

/** How long the button says what it has done. */
const SAID_MS = 2_000;

function Code() {
  const said = words();
  const code = useRef<HTMLElement>(null);
  const word = useSignal<'copy' | 'copied' | 'selected'>('copy');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(source);
      word.value = 'copied';
    } catch {
      // Browsers give the clipboard to https and localhost alone.
      getSelection()?.selectAllChildren(code.current!);
      word.value = 'selected';
    }
    setTimeout(() => (word.value = 'copy'), SAID_MS);
  };
  return (
    <Panel
      name="code"
      title={said.popCode}
      note={
        <button type="button" onClick={() => void copy()}>
          <span role="status">{said[word.value]}</span>
        </button>
      }
    >
      <pre tabIndex={0} role="group" aria-label={said.popCode}>
        <code ref={code}>{source.trim()}</code>
      </pre>
      <p class="hint">{said.popCodeHint}</p>
    </Panel>
  );
}
