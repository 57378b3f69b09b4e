import { signal } from '@preact/signals';

/** The tenant's time zone (IANA), in which the pages show every time; null until an answer has named it: the screen's own. */
export const zone = signal<string | null>(null);
