import { useLayoutEffect, useRef } from 'preact/hooks';
import { clockText } from '../data/duration.js';
import { follow, type Timed } from '../state/clock.js';

/**
 * How long something has been going on. The timer writes its own text once a second, so that a thousand of them cause no
 * rendering. It stands still while it is not known whether the state goes on.
 *
 * @param of the list that says so
 */
export function Timer({ since, of = 'calls' }: { readonly since: number; readonly of?: Timed }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(
    () =>
      follow((now) => {
        const span = place.current!;
        const text = clockText(now - since);
        if (span.textContent !== text) span.textContent = text;
      }, of),
    [since, of],
  );
  return <span ref={place} class="timer" />;
}
