import type { CallView } from '@pitel-event-bridge/client';
import { useSignal } from '@preact/signals';
import type { EndedCall } from '../data/ended-call.js';
import { talkedOf } from '../data/participants.js';
import { callWords } from '../i18n/call-i18n.js';
import { dayText, durationText, words } from '../i18n/i18n.js';
import { queueName } from '../state/queue-names.js';
import { participantText } from './customer-text.js';

/** What is known of the call; what does not concern it is left out, and what is not known says so. */
export function CallFacts({ view }: { readonly view: CallView | EndedCall }) {
  const said = words();
  const call = callWords();
  const { state, direction, hotline, queues, waitMs, talkMs, startedAt, answeredAt, endedAt } = view;
  const isOver = state === 'ended';
  const talked = talkedOf(view);
  const facts: readonly (readonly [string, string] | null)[] = [
    [call.began, dayText(Date.parse(startedAt))],
    endedAt === null ? null : [call.ended, dayText(Date.parse(endedAt))],
    direction === 'inbound'
      ? [call.queues, queues.map(({ name }) => queueName(name)).join(' → ') || call.direct]
      : null,
    talked.length === 0 || direction === 'local' || !isOver
      ? null
      : [call.agents, talked.map(participantText).join(' → ')],
    waitMs === null && !isOver ? null : [said.wait, waitMs === null ? said.unknown : durationText(waitMs)],
    answeredAt === null || !isOver
      ? null
      : [said.talk, talkMs === null ? said.unknown : durationText(talkMs)],
    hotline === null ? null : [said.hotline, hotline.national ?? hotline.raw],
  ];
  return (
    <>
      <dl class="facts">
        {facts
          .filter((fact) => fact !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {view.customer?.masked === true && <p class="hint">{call.masked}</p>}
      {view.baseline && <p class="hint">{said.baseline}</p>}
    </>
  );
}

/** By which the call is found in the PBX's records: for those who look for it, and small. */
export function CallId({ view }: { readonly view: CallView }) {
  const said = words();
  const call = callWords();
  const isCopied = useSignal(false);
  return (
    <p class="call-id">
      <span>{said.callId}</span> <code>{view.callId}</code>{' '}
      <button
        type="button"
        aria-label={call.copyId}
        onClick={() =>
          void navigator.clipboard?.writeText(view.callId).then(
            () => (isCopied.value = true),
            () => undefined,
          )
        }
      >
        {said.copy}
      </button>
      <span role="status">{isCopied.value && call.idCopied}</span>
    </p>
  );
}
