/** `0:07`, `12:30`, `1:02:30`: read as easily across a room as on a clock. Below zero is zero: clocks differ. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = String(s).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`;
}

export interface Parts {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/**
 * What a time is written with: seconds alone below a minute, no seconds from an hour on. Always rounded down, because a state that goes
 * on never lasted longer than the time that has passed.
 */
export function partsOf(ms: number): Parts {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return { hours, minutes, seconds: hours > 0 ? 0 : seconds };
}

/** Of times that are long: no seconds from a minute on. */
export function wholeMinutes(parts: Parts): Parts {
  return parts.hours === 0 && parts.minutes === 0 ? parts : { ...parts, seconds: 0 };
}
