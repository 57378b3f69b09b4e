import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { clockText } from '../../data/duration.js';
import type { StaleReason } from '../../data/freshness.js';
import { longestWait } from '../../data/queue-rows.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { secondText, words } from '../../i18n/i18n.js';
import { claims } from '../../state/access.js';
import type { Board } from '../../state/board.js';
import { currentTime, tick } from '../../state/clock.js';
import { SignIn } from '../sign-in.js';
import { limitText } from './tile.js';

/** One word for whether the numbers are current. */
export function Standing({ board }: { readonly board: Board }) {
  const said = words();
  const { state, reason } = board.freshness.value;
  const shown = reason === 'queue-away' ? 'partly' : state;
  return (
    <>
      <p class="pill" data-state={shown}>
        {said.connection[shown]}
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
    <div class={reason === 'queue-away' ? 'banner stale partly' : 'banner stale'}>
      <strong>{staleTitle(reason, asOf)}</strong>
      <span>{refusal ?? said.staleReasons[reason]}</span>
    </div>
  );
}

/** What is not current, and since when. */
function staleTitle(reason: StaleReason, asOf: number | null): string {
  const said = words();
  const title = said.staleTitles[reason === 'queue-away' ? 'queues' : 'all'];
  return title(asOf === null ? null : secondText(asOf));
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

/** Announces to screen readers when the numbers stop being current, when they are again, a new alarm, and how many callers wait. */
export function Announcer({ board }: { readonly board: Board }) {
  const text = useSignal('');
  const last = useRef({ standing: 'connecting', waiting: 0, alarms: '', at: 0 });
  useSignalEffect(() => {
    const said = words();
    const { state, reason, asOf } = board.freshness.value;
    const queues = board.desk.queues.value.value ?? [];
    const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
    const [alarm] = board.alarms.all.value;
    const alarms = board.alarms.all.value.map(({ key }) => key).join();
    const now = currentTime();
    const before = last.current;
    const standing = board.standing.value;
    if (standing !== before.standing) {
      last.current = { ...before, standing, at: now };
      if (state === 'stale' && reason !== null) {
        text.value = `${staleTitle(reason, asOf)} ${said.staleReasons[reason]}`;
      } else if (before.standing === 'stale' || before.standing === 'queues-stale')
        text.value = said.backAgain;
      return;
    }
    if (state !== 'fresh') return;
    if (alarms !== before.alarms) {
      last.current = { ...before, alarms, at: now };
      if (alarm !== undefined) text.value = boardWords().announceAlarm(alarm.queue.name, limitText(alarm));
      return;
    }
    if (waiting === before.waiting || now - before.at < ANNOUNCE_MS) return;
    last.current = { ...before, waiting, at: now };
    const longest = longestWait(queues);
    text.value = said.announceWaiting(waiting, longest === null ? '' : clockText(now - longest.since));
  });
  return (
    <p class="unseen" role="status">
      {text}
    </p>
  );
}
