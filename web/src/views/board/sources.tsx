import type { SourceEntry } from '@pitel-event-bridge/client';
import { LATE_MS } from '../../data/freshness.js';
import { agoText, words } from '../../i18n/i18n.js';
import { tick } from '../../state/clock.js';
import { sources } from '../../state/contact.js';

/** One line about the PBX's endpoints, which is there only while one of them is not well. What failed is for its operator: a tooltip. */
export function Sources() {
  const said = words();
  const now = tick.value;
  if (!sources.value.some((source) => isIll(source, now))) return null;
  return (
    <ul class="sources">
      {sources.value.map(({ endpoint, state, lastCompleteAt, lastError }) => (
        <li
          key={endpoint}
          data-source={endpoint}
          data-state={state}
          title={lastError === null || state === 'up' ? endpoint : `${endpoint}: ${lastError}`}
        >
          <span class="badge" data-phase={state}>
            {said.sourceState[state]}
          </span>
          <b>{said.endpoint[endpoint]}</b>
          <small>
            {lastCompleteAt === null
              ? said.neverPolled
              : said.lastPoll(agoText(now - Date.parse(lastCompleteAt)))}
          </small>
        </li>
      ))}
    </ul>
  );
}

function isIll({ state, lastCompleteAt }: SourceEntry, now: number): boolean {
  if (state === 'down' || state === 'degraded') return true;
  return lastCompleteAt !== null && now - Date.parse(lastCompleteAt) > LATE_MS;
}
