import type { CallbackEntry } from '../../data/callbacks.js';
import { callbackWords } from '../../i18n/callback-i18n.js';
import { minuteText } from '../../i18n/i18n.js';
import type { CallbackDeeds, Said } from '../../state/callback-deeds.js';
import { endText } from './callback-texts.js';

/** What came of the last request, in plain words, and what can be done now. */
export function CallbackSaid({
  id,
  said,
  deeds,
}: {
  readonly id: string;
  readonly said: Said | undefined;
  readonly deeds: CallbackDeeds;
}) {
  const texts = callbackWords();
  const canRepeat = said?.kind === 'unanswered' || said?.kind === 'not-taken';
  return (
    <p class="said" data-said={said?.kind}>
      <span role="status">{said !== undefined && textOf(said)}</span>
      {canRepeat && (
        <button type="button" onClick={() => void deeds.ask(id, said.wish)}>
          {texts.askAgain}
        </button>
      )}
      {said !== undefined && said.kind !== 'asking' && (
        <button type="button" class="quiet" onClick={() => deeds.forget(id)}>
          {texts.understood}
        </button>
      )}
    </p>
  );
}

function textOf(said: Said): string {
  const texts = callbackWords();
  switch (said.kind) {
    case 'asking':
      return texts.asking;
    case 'unanswered':
      return texts.unanswered;
    case 'not-taken':
      return texts.notTaken;
    case 'refused':
      return refusalText(said);
  }
}

/** With who was faster, as the item itself says it. */
function refusalText({ code, entry }: Extract<Said, { kind: 'refused' }>): string {
  const texts = callbackWords();
  if (code === 'claimed-already') return claimedText(entry);
  if (code === 'done-already')
    return texts.doneAlready(entry === null || entry.done === null ? texts.closed : endText(entry.done));
  return texts.refusals[code];
}

function claimedText(entry: CallbackEntry | null): string {
  const { claimedBy = null, claimedUntil = null } = entry ?? {};
  const texts = callbackWords();
  if (claimedBy === null || claimedUntil === null) return texts.claimedBefore;
  return texts.claimedAlready(claimedBy, minuteText(Date.parse(claimedUntil)));
}
