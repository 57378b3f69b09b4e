import { useLayoutEffect, useRef } from 'preact/hooks';
import { clockText } from '../data/duration.js';
import { follow } from '../state/clock.js';

/**
 * How long something has been going on. The timer writes its own text once a second, so that a thousand of them cause no
 * rendering. It stands still while it is not known whether the state goes on.
 */
export function Timer({ since, late }: { readonly since: number; readonly late?: number }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(
    () =>
      follow((now) => {
        const span = place.current!;
        const text = clockText(now - since);
        if (span.textContent !== text) span.textContent = text;
        const isLate = late !== undefined && now - since > late;
        if (span.classList.contains('late') !== isLate) span.classList.toggle('late', isLate);
      }),
    [since, late],
  );
  return <span ref={place} class="timer" />;
}
