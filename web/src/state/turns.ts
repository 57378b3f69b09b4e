import { signal } from '@preact/signals';
import { ADDRESS } from './address.js';

/** Which page the lists of a kiosk show: it grows by one at a time, the same for all lists. */
export const turn = signal(0);

const TURN_MS = 12_000;

if (ADDRESS.kiosk) setInterval(() => (turn.value += 1), TURN_MS);
