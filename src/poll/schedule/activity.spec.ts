import { describe, expect, it } from '@jest/globals';
import type { TenantState } from '../../core/model/call.js';
import { History, leg, type Poll, entry, T0 } from '../../../test/support/history.js';
import { activityOf } from './activity.js';

const HOUR = 3_600_000;

/** What is known after these polls, a second apart. */
function after(...polls: Poll[]): TenantState {
  const history = new History();
  for (const poll of polls) history.poll(poll);
  return history.state;
}

describe('a tenant’s activity', () => {
  const quiet = leg({ ext: '108', callId: 'leg-2', signal: 'answered', customer: null });

  it.each<[string, string, Poll[]]>([
    ['idle', 'without calls', [{}]],
    ['ringing', 'while an extension rings, whatever other calls do', [{ legs: [quiet, leg()] }]],
    ['talking', 'once it is answered', [{ legs: [leg()] }, { legs: [leg({ signal: 'answered' })] }]],
    ['waiting', 'while a caller waits and nothing rings', [{ legs: [quiet], entries: [entry()] }]],
    [
      'talking',
      'when the ringing is over and waits to be confirmed',
      [{ legs: [quiet, leg()] }, { legs: [quiet] }],
    ],
    [
      'talking',
      'when the extension shows the answer before the queue does',
      [
        { entries: [entry({ status: 'trying' })], legs: [leg()] },
        { entries: [entry({ status: 'trying' })], legs: [leg({ signal: 'answered' })] },
      ],
    ],
    ['talking', 'when the caller was answered', [{ entries: [entry({ status: 'answered' })] }]],
  ])('is %s %s', (expected, _, polls) => {
    expect(activityOf(after(...polls), T0 + 2_000)).toBe(expected);
  });

  it('is not kept up by a row that went stale', () => {
    const state = after({ entries: [entry({ status: 'trying' })] });
    expect(activityOf(state, T0 + 60_000)).toBe('waiting');
    expect(activityOf(state, T0 + HOUR)).toBe('talking');
  });
});
