import { signal } from '@preact/signals';
import type { ServedModule } from '../data/tag.js';
import { BASE } from '../state/access.js';

/** Null until the bridge has said it, and where it serves none. */
export const served = signal<ServedModule | null>(null);

/** Asks once; a page that cannot get it shows the tag without a hash. */
export async function askServed(): Promise<void> {
  try {
    const answer = await fetch(`${BASE}client.json`);
    if (answer.ok) served.value = ((await answer.json()) as { module: ServedModule }).module;
  } catch {
    // The connection says that the bridge is away.
  }
}
