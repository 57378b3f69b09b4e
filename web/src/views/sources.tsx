import type { SourceEntry } from '@pitel-event-bridge/client';
import { LATE_MS } from '../data/freshness.js';
import { agoText, words } from '../i18n/i18n.js';
import { follow } from '../state/clock.js';
import { sources } from '../state/contact.js';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Panel } from './panel.js';

/** The state of the PBX's endpoints, and how long ago the bridge last polled each completely. */
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
            {source.lastError !== null && (source.state === 'down' || source.state === 'degraded') && (
              <code>{source.lastError}</code>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Age({ source: { lastCompleteAt } }: { readonly source: SourceEntry }) {
  const said = words();
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (lastCompleteAt === null) return undefined;
    const at = Date.parse(lastCompleteAt);
    return follow((now) => {
      const text = said.lastPoll(agoText(now - at));
      if (element.current!.textContent !== text) element.current!.textContent = text;
      element.current!.classList.toggle('late', now - at > LATE_MS);
    });
  }, [lastCompleteAt, said]);
  if (lastCompleteAt === null) return <small>{said.neverPolled}</small>;
  return <small ref={element} />;
}
