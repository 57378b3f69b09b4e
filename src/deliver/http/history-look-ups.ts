import { nameForm } from '../../core/model/name-form.js';
import type { KnownQueue } from '../../core/queues/known-queue.js';
import type { Audience } from '../access/audience.js';
import type { LookUp } from './history-pager.js';

/**
 * By which look-ups the calls of some customers, or those that an audience may see, are found; none: there can be no such
 * call. Every one of them finds all of its calls, and maybe others. Where there would be too many, or a queue is not known by the
 * name it is asked for by, all calls are gone through.
 *
 * @param lines of the customers that are asked for; undefined: they do not narrow
 */
export function lookUpsOf(
  lines: readonly string[] | undefined,
  { reach }: Pick<Audience, 'reach'>,
  queues: Iterable<Pick<KnownQueue, 'id' | 'name'>>,
): readonly LookUp[] {
  if (lines !== undefined) return [...new Set(lines)].map((line) => ({ line }));
  if (reach === null) return ALL;
  const known = [...queues];
  const found: LookUp[] = [...reach.extensions].map((extension) => ({ extension }));
  for (const name of reach.queues) {
    const meant = known.filter((queue) => nameForm(queue.id) === name || nameForm(queue.name) === name);
    if (meant.length === 0) return ALL;
    found.push(...meant.map(({ id }) => ({ queue: id })));
  }
  const distinct = [...new Map(found.map((lookUp) => [JSON.stringify(lookUp), lookUp])).values()];
  return distinct.length > LOOK_UPS_MAX ? ALL : distinct;
}

const ALL: readonly LookUp[] = [{}];

/** Each reads a page of its own: with more, going through all calls costs less. */
const LOOK_UPS_MAX = 8;
