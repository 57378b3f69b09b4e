import type { SourceEntry } from '@pitel-event-bridge/client';
import { clockText } from '../data/duration.js';
import { LATE_MS } from '../data/freshness.js';
import { words } from '../i18n/i18n.js';
import { follow } from '../state/clock.js';
import { sources } from '../state/contact.js';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Panel } from './panel.js';

/** What the bridge sees of the PBX, and how long ago it last saw all of it. */
export function Sources() {
  const said = words();
  return (
    <Panel name="sources" title={said.sources}>
      <ul class="sources">
        {sources.value.map((source) => (
          <li key={source.endpoint} data-source={source.endpoint} data-state={source.state}>
            <span class="badge" data-phase={source.state}>
              {said.sourceState[source.state]}
            </span>
            <b>{said.endpoint[source.endpoint]}</b>
            <Age source={source} />
            {source.lastError !== null && source.state === 'down' && <code>{source.lastError}</code>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Age({ source: { lastCompleteAt } }: { readonly source: SourceEntry }) {
  const said = words();
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (lastCompleteAt === null) return undefined;
    const at = Date.parse(lastCompleteAt);
    return follow((now) => {
      const text = said.lastLook(clockText(now - at));
      if (place.current!.textContent !== text) place.current!.textContent = text;
      place.current!.classList.toggle('late', now - at > LATE_MS);
    });
  }, [lastCompleteAt, said]);
  if (lastCompleteAt === null) return <small>{said.neverLooked}</small>;
  return <small ref={place} />;
}
