import type { CallbackEntry } from '../../data/callbacks.js';
import { callbackWords } from '../../i18n/callback-i18n.js';
import { dayText } from '../../i18n/i18n.js';
import { queueName } from '../../state/queue-names.js';
import { whenText } from './callback-texts.js';

/** Who did what, and the calls that were missed. */
export function CallbackDetails({
  entry,
  openCall,
}: {
  readonly entry: CallbackEntry;
  readonly openCall: (callId: string) => void;
}) {
  const texts = callbackWords();
  const { deeds, parts, probable } = entry;
  return (
    <div class="details">
      {probable && <p class="hint">{texts.probableHint}</p>}
      <section>
        <h2>{texts.deeds}</h2>
        <ol class="deeds">
          {deeds.map(({ what, at, by }, nth) => (
            <li key={`${at} ${nth}`}>
              <time dateTime={at}>{dayText(Date.parse(at))}</time> <b>{texts.whats[what]}</b>
              {by !== null && <span> · {by}</span>}
            </li>
          ))}
        </ol>
      </section>
      <section>
        <h2>{texts.calls}</h2>
        <ol class="missed-calls">
          {parts.map(({ queue, missed, lastAt, callIds }) => (
            <li key={queue?.id ?? ''}>
              <b>{queue === null ? texts.noQueue : queueName(queue.name)}</b> · {texts.missedTimes(missed)},{' '}
              {texts.lastMissed(whenText(Date.parse(lastAt)))}
              {callIds.toReversed().map((callId, nth) => (
                <button key={callId} type="button" onClick={() => openCall(callId)}>
                  {callIds.length === 1 ? texts.openCall : `${texts.openCall} ${callIds.length - nth}`}
                </button>
              ))}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
