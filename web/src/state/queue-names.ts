import { signal } from '@preact/signals';
import { shortQueueName } from '../data/queue-name.js';

/** The names of queues that this page has heard of: of two that would read alike, both keep their whole name. */
const heard = signal<readonly string[]>([]);

export function hearQueueNames(names: Iterable<string>): void {
  const known = new Set(heard.peek());
  const before = known.size;
  for (const name of names) known.add(name);
  // What reads them is rendered again only where there is a new one.
  if (known.size > before) heard.value = [...known];
}

/** A queue's name as people say it: the same on every page and in every dialog. */
export function queueName(name: string): string {
  return shortQueueName(name, heard.value);
}
