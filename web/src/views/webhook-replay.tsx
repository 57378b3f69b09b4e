import { useRef } from 'preact/hooks';
import { instantOf } from '../data/local-time.js';
import { webhookWords } from '../i18n/webhook-i18n.js';
import { zone } from '../state/zone.js';

/** Asks since when events are to be sent again. */
export function ReplaySince({
  id,
  isBusy,
  replay,
}: {
  readonly id: string;
  readonly isBusy: boolean;
  /** An instant as in RFC 3339. */
  readonly replay: (since: string) => void;
}) {
  const hooks = webhookWords();
  const field = useRef<HTMLInputElement>(null);
  return (
    <form
      class="replay"
      onSubmit={(event) => {
        event.preventDefault();
        // What the browser gives has no zone: it is meant as the times of the page are shown.
        if (!isBusy) replay(new Date(instantOf(field.current!.value, zone.value)).toISOString());
      }}
    >
      <label for={`since-${id}`}>{hooks.redeliverSince}</label>
      <input
        ref={field}
        id={`since-${id}`}
        type="datetime-local"
        step={1}
        required
        aria-describedby={`since-${id}-hint`}
      />
      <button type="submit" aria-disabled={isBusy}>
        {hooks.redeliver}
      </button>
      <p id={`since-${id}-hint`} class="hint">
        {hooks.redeliverHint}
      </p>
    </form>
  );
}
