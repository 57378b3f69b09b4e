import type { Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type CallbackEntry, DISMISSAL_REASONS, mayUndo } from '../../data/callbacks.js';
import { callbackWords } from '../../i18n/callback-i18n.js';
import { claims } from '../../state/access.js';
import type { CallbackDeeds, Wish } from '../../state/callback-deeds.js';
import type { Callbacks } from '../../state/callbacks.js';
import { tick } from '../../state/clock.js';
import { customerText } from '../customer-text.js';

interface Shown {
  readonly entry: CallbackEntry;
  readonly deeds: CallbackDeeds;
}

/** What can be done about it; nothing where the token changes nothing, which the page says once. */
export function CallbackActions({
  entry,
  callbacks,
  deeds,
  isDismissing,
}: Shown & { readonly callbacks: Callbacks; readonly isDismissing?: Signal<boolean> }) {
  const texts = callbackWords();
  const box = useRef<HTMLSpanElement>(null);
  const hadFocus = useRef(false);
  const { id, state, claimedBy } = entry;
  const isMine = claimedBy !== null && claimedBy === (claims.value.sub ?? OPEN_SUB);
  // A button that gives way to another hands the focus over, or the keyboard would begin at the top of the page again.
  useLayoutEffect(() => {
    if (hadFocus.current && document.activeElement === document.body)
      box.current?.querySelector('button')?.focus();
  }, [state, isMine]);
  if (deeds.readOnly !== null) return null;
  const ask = (wish: Wish) => void deeds.ask(id, wish);
  return (
    <span
      ref={box}
      class="buttons"
      onFocusIn={() => (hadFocus.current = true)}
      onFocusOut={({ relatedTarget }) => (hadFocus.current = relatedTarget === null)}
    >
      {state === 'done' ? (
        <>
          {mayUndo(entry, tick.value) && (
            <Act {...{ entry, deeds }} text={texts.undo} run={() => ask({ deed: 'undo' })} />
          )}
          {callbacks.isKept(id) && (
            <Act {...{ entry, deeds }} text={texts.putAway} kind="quiet" run={() => callbacks.putAway(id)} />
          )}
        </>
      ) : (
        <>
          {isMine ? (
            <Act {...{ entry, deeds }} text={texts.release} run={() => ask({ deed: 'release' })} />
          ) : (
            <Act
              {...{ entry, deeds }}
              text={texts.claim}
              kind={claimedBy === null ? 'primary' : ''}
              run={() => ask({ deed: 'claim' })}
            />
          )}
          {isDismissing !== undefined && (
            <Act
              {...{ entry, deeds }}
              text={texts.dismiss}
              kind="dismisses"
              run={() => (isDismissing.value = !isDismissing.peek())}
            />
          )}
        </>
      )}
    </span>
  );
}

/** Asks why no call is needed: a click on the reason does it. */
export function DismissalReasons({
  entry,
  deeds,
  isDismissing,
}: Shown & { readonly isDismissing: Signal<boolean> }) {
  const texts = callbackWords();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current!.querySelector('button')?.focus(), []);
  const leave = () => {
    const row = box.current!.closest('tr')?.previousElementSibling;
    isDismissing.value = false;
    row?.querySelector<HTMLElement>('.dismisses')?.focus();
  };
  return (
    <div
      ref={box}
      class="why"
      role="group"
      aria-label={texts.whyDismiss}
      onKeyDown={({ key }) => {
        if (key === 'Escape') leave();
      }}
    >
      <b>{texts.whyDismiss}</b>
      {DISMISSAL_REASONS.map((why) => (
        <Act
          key={why}
          {...{ entry, deeds }}
          text={texts.reasons[why]}
          run={() => {
            leave();
            void deeds.ask(entry.id, { deed: 'dismiss', why });
          }}
        />
      ))}
      <button type="button" class="quiet" onClick={leave}>
        {texts.cancel}
      </button>
    </div>
  );
}

/** Remains where it is while the bridge is asked, so that it keeps the focus. */
function Act({
  entry,
  deeds,
  text,
  kind = '',
  run,
}: Shown & { readonly text: string; readonly kind?: string; readonly run: () => void }) {
  const isBusy = deeds.said.value.get(entry.id)?.kind === 'asking';
  return (
    <button
      type="button"
      class={kind}
      aria-disabled={isBusy}
      aria-label={callbackWords().ofCustomer(text, customerText(entry))}
      onClick={() => {
        if (!isBusy) run();
      }}
    >
      {text}
    </button>
  );
}

/** As whom the bridge notes those who need no token. */
const OPEN_SUB = 'anyone';
