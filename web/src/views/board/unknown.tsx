import { type Reading, stateOf } from '../../data/reading.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { secondText } from '../../i18n/i18n.js';
import { tick } from '../../state/clock.js';

/** Why a number is not there; null where it is. */
export function whyUnknown(reading: Reading<unknown>, hidden: string): string | null {
  const said = boardWords();
  const why = { hidden, reading: said.reading, away: said.away, known: null, aged: null };
  return why[stateOf(reading, tick.peek())];
}

/** How old numbers are that could not be read for a while. */
export function Aged({ reading }: { readonly reading: Reading<unknown> }) {
  if (reading.at === null || stateOf(reading, tick.value) !== 'aged') return null;
  return <span class="aged">{boardWords().asOf(secondText(reading.at))}</span>;
}
