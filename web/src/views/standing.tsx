import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { clockText } from '../data/duration.js';
import { secondText, words } from '../i18n/i18n.js';
import { claims } from '../state/access.js';
import type { Board } from '../state/board.js';
import { currentTime, tick } from '../state/clock.js';
import { SignIn } from './sign-in.js';

/** One word for whether the numbers are current. */
export function Standing({ board }: { readonly board: Board }) {
  const said = words();
  const { state } = board.freshness.value;
  return (
    <>
      <p class="pill" data-state={state}>
        {said.connection[state]}
      </p>
      <Clock />
    </>
  );
}

function Clock() {
  return <time class="clock">{secondText(tick.value)}</time>;
}

/** Says why the numbers are not current, and from when they are. */
export function StaleBanner({ board }: { readonly board: Board }) {
  const said = words();
  const { state, reason, asOf } = board.freshness.value;
  const status = board.status.value;
  if (state !== 'stale' || reason === null) return null;
  const refusal =
    status.state === 'refused' ? (said.refusals[status.code] ?? said.refusedOtherwise(status.code)) : null;
  return (
    <div class="banner stale">
      <strong>{asOf === null ? said.staleTitleUnknown : said.staleTitle(secondText(asOf))}</strong>
      <span>{refusal ?? said.staleReasons[reason]}</span>
    </div>
  );
}

export function PastBanner({ board }: { readonly board: Board }) {
  const said = words();
  const past = board.past.value;
  if (past !== 'failed') return null;
  return (
    <div class="banner">
      <span>{said.pastFailed}</span>
      <button type="button" onClick={() => void board.readDay()}>
        {said.retry}
      </button>
    </div>
  );
}

/** How long ahead the banner appears: long enough to make a new token before the old one expires. */
const AHEAD_MS = 10 * 60_000;

export function ExpiryBanner() {
  const said = words();
  const dialog = useRef<HTMLDialogElement>(null);
  const renewing = useSignal(false);
  const { expiresAt } = claims.value;
  const left = expiresAt === null ? null : expiresAt - tick.value;
  if (left === null || left > AHEAD_MS) return null;
  return (
    <div class="banner">
      <span>{said.expiresIn(clockText(left))}</span>
      <button
        type="button"
        onClick={() => {
          renewing.value = true;
          dialog.current?.showModal();
        }}
      >
        {said.renew}
      </button>
      <dialog ref={dialog} aria-label={said.renew} onClose={() => (renewing.value = false)}>
        {renewing.value && <SignIn reason={null} done={() => dialog.current?.close()} />}
        <button type="button" class="shut" onClick={() => dialog.current?.close()}>
          {said.close}
        </button>
      </dialog>
    </div>
  );
}

/** Waiting callers are announced at most this often: more often, a screen reader would never be silent. */
const ANNOUNCE_MS = 30_000;

/** Announces to screen readers when the numbers stop being current, when they are again, and how many callers wait. */
export function Announcer({ board }: { readonly board: Board }) {
  const text = useSignal('');
  const last = useRef({ state: 'connecting', count: 0, at: 0 });
  useSignalEffect(() => {
    const said = words();
    const { state, reason, asOf } = board.freshness.value;
    const count = board.counts.value.waiting;
    const now = currentTime();
    const before = last.current;
    if (state !== before.state) {
      last.current = { ...before, state, at: now };
      if (state === 'stale' && reason !== null) {
        const title = asOf === null ? said.staleTitleUnknown : said.staleTitle(secondText(asOf));
        text.value = `${title} ${said.staleReasons[reason]}`;
      } else if (before.state === 'stale') text.value = said.backAgain;
      return;
    }
    if (state !== 'fresh' || count === before.count || now - before.at < ANNOUNCE_MS) return;
    last.current = { state, count, at: now };
    const [longest] = board.waiting.value;
    text.value = said.announceWaiting(
      count,
      longest === undefined ? '' : clockText(now - longest.longestSince),
    );
  });
  return (
    <p class="unseen" role="status">
      {text}
    </p>
  );
}
