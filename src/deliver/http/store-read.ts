import { HttpStatus } from '@nestjs/common';
import type { Clock } from '../../base/clock.js';
import { UnreadableStateError } from '../../store/errors.js';
import { Problem, stateUnreadable } from './problem.filter.js';

/**
 * Waits for the store no longer than `ms`, as it may be frozen rather than gone.
 *
 * @param what cannot be read then, for people
 * @throws Problem a 503: `store-away`, or `state-unreadable` where the store answers and the tenant's state cannot be read
 */
export function readWithin<T>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  what: string,
  asked: Promise<T>,
): Promise<T> {
  const away = () => new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'store-away', `${what} cannot be read`);
  return new Promise<T>((resolve, reject) => {
    const stop = clock.after(ms, () => reject(away()));
    const refuse = (error: unknown) =>
      reject(error instanceof UnreadableStateError ? stateUnreadable() : away());
    asked.then(resolve, refuse).finally(stop);
  });
}
