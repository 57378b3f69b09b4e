import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at, callOf, connectedAt, cycleAt, indexOf } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import { correlate } from './correlate.js';
import type { NewParts } from './placement.js';

const other = number('0987654321');

/** What the new parts become: the call that they join, their entries, and their legs with how they joined. */
function placed(
  parts: Partial<NewParts>,
  calls: readonly Call[] = [],
  consulted: ReadonlyMap<string, string> = new Map(),
  answered: ReadonlyMap<string, string> = new Map(),
): string[] {
  const answers = {
    places: new Map<string, number>(),
    queueIsNoOlder: true,
    queueIsLater: true,
    turned: new Set<string>(),
    shownBefore: new Map(),
    consulted,
    answered,
  };
  return correlate({ legs: [], entries: [], ...parts }, indexOf(calls), cycleAt(6), answers).map(
    ({ joins, legs, entries }) =>
      [
        joins === null ? 'new:' : `${joins.callId}:`,
        ...entries.map(({ callId }) => callId),
        ...legs.map(({ seen, joined }) => `${seen.extension} ${joined}`),
      ].join(' '),
  );
}

describe('parts that share an id', () => {
  const shared = { callId: 'shared' } as const;

  it('are one call, whatever else they show', () => {
    expect(
      placed({ entries: [entry(shared)], legs: [leg({ ...shared, ext: '108', hotline: number('1') })] }),
    ).toEqual(['new: shared 108 shown']);
    expect(placed({ legs: [leg(shared), leg({ ...shared, ext: '108', customer: null })] })).toEqual([
      'new: 107 shown 108 shown',
    ]);
  });

  it('are two calls where two customers show it', () => {
    expect(placed({ legs: [leg(shared), leg({ ...shared, ext: '108', customer: other })] })).toEqual([
      'new: 107 shown',
      'new: 108 shown',
    ]);
  });

  it('join the live call that has it, unless that is another customer’s', () => {
    const call = callOf({ upstreamIds: ['shared'], answeredAt: at(1) });
    const joining = leg({ ...shared, ext: '108' });
    expect(placed({ legs: [joining] }, [call])).toEqual(['call-1: 108 shown']);
    expect(placed({ legs: [{ ...joining, customer: other }] }, [call])).toEqual(['new: 108 shown']);
    expect(placed({ legs: [{ ...joining, customer: null }] }, [call])).toEqual(['call-1: 108 shown']);
  });

  it('join none where two live calls show it', () => {
    const [a, b] = [
      callOf({ upstreamIds: ['shared'] }),
      callOf({ callId: 'call-2', upstreamIds: ['shared'] }),
    ];
    expect(placed({ legs: [leg({ ...shared, ext: '108' })] }, [a, b])).toEqual(['new: 108 shown']);
  });
});

describe('a leg that talks at once under the id of a conversation', () => {
  const talks = legPart({ seen: leg({ callId: 'shared' }), state: 'answered' });
  const call = callOf({
    upstreamIds: ['shared'],
    legs: [talks],
    answeredAt: at(1),
    connected: connectedAt('107'),
  });
  const third = leg({ ext: '109', callId: 'shared', signal: 'answered' });

  it('listens, while the connected participant is there', () => {
    expect(placed({ legs: [third] }, [call])).toEqual(['call-1: 109 listens']);
    const gone = { ...call, legs: [{ ...talks, absence: absentSince(6) }] };
    expect(placed({ legs: [third] }, [gone])).toEqual(['call-1: 109 shown']);
  });

  it('does not if it rings first, is the participant’s own, or the call is local', () => {
    expect(placed({ legs: [{ ...third, signal: 'ringing' }] }, [call])).toEqual(['call-1: 109 shown']);
    expect(placed({ legs: [{ ...third, key: '107|x', extension: '107' }] }, [call])).toEqual([
      'call-1: 107 shown',
    ]);
    expect(placed({ legs: [third] }, [{ ...call, direction: 'local' }])).toEqual(['call-1: 109 shown']);
  });
});

describe('a consulted leg that shows another id', () => {
  it('joins the customer’s call, inferred', () => {
    const seen = leg({ ext: '112', direction: 'local', customer: null, peer: '107' });
    const call = callOf({ answeredAt: at(1), connected: connectedAt('107') });
    expect(placed({ legs: [seen] }, [call], new Map([[seen.key, 'call-1']]))).toEqual([
      'call-1: 112 inferred',
    ]);
    expect(placed({ legs: [seen] }, [call], new Map([['other', 'call-1']]))).toEqual(['new: 112 shown']);
  });
});

describe('a leg that is answered under another id', () => {
  const talks = leg({ callId: 'of-caller', signal: 'answered' });
  const rang = callOf({ legs: [legPart()] });
  const other = callOf({ callId: 'call-2', upstreamIds: ['of-caller'] });
  const answered = new Map([[talks.key, 'call-1']]);

  it('is of the call that rang there, even if the id is another’s', () => {
    expect(placed({ legs: [talks] }, [rang, other], new Map(), answered)).toEqual(['call-1: 107 shown']);
    expect(placed({ legs: [talks] }, [rang, other])).toEqual(['call-2: 107 shown']);
  });

  it('takes the queue entry with it that shows the same id first', () => {
    const row = entry({ callId: 'of-caller', status: 'answered' });
    expect(placed({ legs: [talks], entries: [row] }, [rang], new Map(), answered)).toEqual([
      'call-1: of-caller 107 shown',
    ]);
  });
});

describe('the order of the rules', () => {
  it('gives a leg to its queue entry before a call that it might continue', () => {
    const gone = legPart({ seen: leg({ ext: '109', callId: 'l-9' }), absence: absentSince(6) });
    const lost = callOf({ legs: [gone] });
    const row = entry({ status: 'trying', callId: 'queued' });
    expect(placed({ legs: [leg()] }, [lost])).toEqual(['call-1: 107 inferred']);
    expect(placed({ entries: [row], legs: [leg()] }, [lost])).toEqual(['new: queued 107 shown']);
  });

  it('gives entries that began in one second their place in the PBX’s order', () => {
    const row = (callId: string, given: Parameters<typeof entry>[0] = {}) => entry({ callId, ...given });
    expect(placed({ entries: [row('b'), row('a'), row('c', { joinedAt: at(-1) })] })).toEqual([
      'new: c',
      'new: b',
      'new: a',
    ]);
  });
});
