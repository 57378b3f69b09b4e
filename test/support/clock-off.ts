import { fileURLToPath } from 'node:url';
import { ROOT } from './root.js';

/** The environment of a bridge whose wall clock is wrong by so much. */
export function clockOff(shiftMs: number): Record<string, string> {
  const shifted = fileURLToPath(new URL('dist/test/support/shifted-clock.js', ROOT));
  return { NODE_OPTIONS: `--import=${shifted}`, TEST_CLOCK_SHIFT_MS: String(shiftMs) };
}

export const EIGHT_DAYS_MS = 8 * 86_400_000;
