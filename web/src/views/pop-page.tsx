import type {} from '@pitel-event-bridge/client/element';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { BridgeStatus } from '@pitel-event-bridge/client';
import { tagOf } from '../data/tag.js';
import { words, secondText } from '../i18n/i18n.js';
import { type Happening, happenings, note } from '../pop/happenings.js';
import { askServed, served } from '../pop/served.js';
import { BASE, claims, refused, token } from '../state/access.js';
import { language, popExtension } from '../state/preferences.js';
import { customerText } from './customer-text.js';
import { Header } from './header.js';
import { Panel } from './panel.js';

/** The extension that the page's address names, for a page around this one. */
const wanted = new URLSearchParams(location.search).get('extension')?.trim() ?? '';
/** In the tag, until one is chosen. */
const SAMPLE = '107';

/** Shows the tag for an extension, and the card that it makes when the extension rings. */
export function PopPage() {
  const said = words();
  const extension = useSignal<string | null>(wanted || popExtension.peek() || null);
  const status = useSignal<BridgeStatus>({ state: 'connecting' });
  useEffect(() => void askServed(), []);
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
        <Tag extension={extension.value ?? claims.value.extensions?.[0] ?? SAMPLE} />
        {happenings.value.length > 0 && <Log />}
      </main>
      {extension.value !== null && (
        <Cards extension={extension.value} onStatus={(now) => (status.value = now)} />
      )}
    </div>
  );
}

/** The element that the tag makes, with this page's token in place of one from a CRM. */
function Cards({
  extension,
  onStatus,
}: {
  readonly extension: string;
  readonly onStatus: (status: BridgeStatus) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const lang = language.value;
  useEffect(() => {
    const pop = document.createElement('pitel-pop');
    pop.setAttribute('extension', extension);
    pop.setAttribute('bridge-url', BASE);
    pop.token = () => token.peek() ?? '';
    pop.addEventListener('pitel-status', ({ detail }) => {
      if (detail.state !== 'refused' || !refused(detail.code)) onStatus(detail);
    });
    pop.addEventListener('pitel-offered', ({ detail }) => note('opened', detail.call));
    pop.addEventListener('pitel-answered', ({ detail }) => note('answered', detail.call));
    pop.addEventListener('pitel-ended', ({ detail }) => note('closed', detail.call, detail.reason));
    place.current!.append(pop);
    return () => pop.remove();
  }, [extension]);
  useEffect(() => {
    place.current!.querySelector('pitel-pop')!.setAttribute('lang', lang);
  }, [extension, lang]);
  return <div ref={place} />;
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
      return said.popClosed(
        reason === 'transferred' ? said.popTransferred : (said.outcomes[reason ?? 'ended'] ?? String(reason)),
      );
  }
}

/** How long the button says what it has done. */
const SAID_MS = 2_000;

function Tag({ extension }: { readonly extension: string }) {
  const said = words();
  const source = tagOf(BASE, extension, served.value);
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
        <code ref={code}>{source}</code>
      </pre>
      <p class="hint">{said.popCodeHint}</p>
    </Panel>
  );
}
