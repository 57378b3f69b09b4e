import { useSignal } from '@preact/signals';
import { callbackWords } from '../../i18n/callback-i18n.js';
import type { CallbackDeeds } from '../../state/callback-deeds.js';
import type { Callbacks } from '../../state/callbacks.js';
import { CallbackRow } from './callback-row.js';

/** As many as people work through before they ask for more; ten thousand rows at once would hold up the page. */
const STEP = 100;

/** The list, in the order that was chosen. */
export function OpenCallbacks({
  callbacks,
  deeds,
  openCall,
}: {
  readonly callbacks: Callbacks;
  readonly deeds: CallbackDeeds;
  readonly openCall: (callId: string) => void;
}) {
  const texts = callbackWords();
  const most = useSignal(STEP);
  const standing = callbacks.standing.value;
  const rows = callbacks.rows.value;
  if (standing === 'reading') return <p role="status">{texts.reading}</p>;
  return (
    <>
      {standing === 'failed' && (
        <p class="notice warns" role="alert">
          {texts.failed}{' '}
          <button type="button" onClick={() => void callbacks.read()}>
            {texts.retry}
          </button>
        </p>
      )}
      {rows.length === 0 && standing === 'shown' && (
        <p class="empty">{callbacks.queue.value === null ? texts.noneOpen : texts.noneOfQueue}</p>
      )}
      {rows.length > 0 && (
        <table class="callbacks" aria-label={texts.open} role="table">
          <thead role="rowgroup">
            <tr role="row">
              {[texts.customer, texts.since, texts.missed, texts.tried, texts.onIt, texts.action].map(
                (title) => (
                  <th key={title} scope="col" role="columnheader">
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.slice(0, most.value).map((entry) => (
              <CallbackRow
                key={entry.id}
                entry={entry}
                callbacks={callbacks}
                deeds={deeds}
                said={deeds.said.value.get(entry.id)}
                openCall={openCall}
              />
            ))}
          </tbody>
        </table>
      )}
      {rows.length > most.value && (
        <button type="button" class="more" onClick={() => (most.value += STEP)}>
          {texts.moreCount(Math.min(STEP, rows.length - most.value))}
        </button>
      )}
    </>
  );
}
