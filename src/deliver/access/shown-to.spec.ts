import {
  type BridgeEvent,
  type CallbackEventView,
  toEvents,
  type Transition,
} from '../../core/model/event.js';
import { transition } from '../../../test/support/delivery.js';
import { aCallback, callbackTransition, CARE, crossed, SALES } from '../../../test/support/callbacks.js';
import { audienceOf, exposureOf, type CallFilter, type Grant } from './audience.js';
import { AS_IT_IS, shownTo, viewName } from './shown-to.js';

const stamp = { tenant: 'acme', epoch: 'e1', sequence: 0, recordedAt: 0 };
const eventOf = (given: Transition): BridgeEvent => toEvents([given], stamp)[0]!;
const audience = (given: Partial<Grant> = {}, filter: CallFilter = {}) =>
  audienceOf({ tenant: 'acme', expiresAt: Infinity, ...given }, filter);
const callbackOf = (event: BridgeEvent | null) => (event?.data as CallbackEventView | undefined)?.callback;

/** Missed by Sales, then by Care, then at a direct number. */
const callback = aCallback();
const due = eventOf(callbackTransition('callback-due', callback));
const missedAgain = { change: 'missed' } as const;

describe('how a call-back reads', () => {
  it.each<[string, Partial<Grant>]>([
    ['of everything', {}],
    ['of every queue and more', { queues: ['q-sales', 'q-care', 'q-other'], extensions: undefined }],
  ])('is as in the log for a token %s', (_, grant) => {
    const event =
      grant.queues === undefined ? due : eventOf(callbackTransition('callback-due', aCallback({ parts: 2 })));
    expect(shownTo(event, audience(grant))).toBe(event);
  });

  it('has for a token of one queue what the calls of this queue made of it', () => {
    const shown = shownTo(due, audience({ queues: ['Sales'] }))!;
    const [sales] = callback.parts;
    expect(shown).toEqual({
      ...due,
      data: {
        ...due.data,
        callback: { ...callback, ...sales, queues: [SALES], parts: [sales], queue: undefined },
      },
    });
    expect(JSON.stringify(shown)).not.toMatch(/care|Care|c-care|direct/);
  });

  it('adds up the parts of two queues, with the calls in their order', () => {
    const shown = callbackOf(shownTo(due, audience({ queues: ['q-sales', 'q-care'] })))!;
    const [sales, care] = callback.parts;
    expect(shown.parts).toEqual([sales, care]);
    expect(shown).toMatchObject({
      queues: [SALES, CARE],
      missed: sales!.missed + care!.missed,
      firstAt: sales!.firstAt,
      lastAt: care!.lastAt,
      longestWaitMs: 61_000,
      callIds: ['c-sales-1', 'c-sales-2', 'c-care-1'],
      probable: false,
      afterHours: false,
      tried: callback.tried,
      claimedBy: callback.claimedBy,
    });
  });

  it('has no wait where none of its parts has', () => {
    const [sales, care, direct] = callback.parts;
    const parts = [{ ...sales!, longestWaitMs: null }, care!, direct!];
    const event = eventOf(callbackTransition('callback-due', { ...callback, parts }));
    expect(callbackOf(shownTo(event, audience({ queues: ['Sales'] })))!.longestWaitMs).toBeNull();
  });

  it.each<[string, Partial<Grant>, CallFilter, boolean]>([
    ['a token of another queue', { queues: ['q-other'] }, {}, false],
    ['a token of no queue', { queues: [] }, {}, false],
    ['a token of an extension', { extensions: ['107'] }, {}, false],
    ['a token of an extension and one of its queues', { extensions: ['107'], queues: ['q-care'] }, {}, true],
    ['a queue’s name in another spelling', { queues: ['CARE'] }, {}, false],
    ['a filter for one of its queues', {}, { queues: ['Care'] }, true],
    ['a filter for another queue', {}, { queues: ['q-other'] }, false],
    ['a filter for an extension', {}, { extensions: ['107'] }, false],
    [
      'a filter for a queue of it that the token does not show',
      { queues: ['Sales'] },
      { queues: ['Care'] },
      false,
    ],
    ['a filter for the token’s own queue', { queues: ['Sales', 'Care'] }, { queues: ['Care'] }, true],
    ['a filter for its customer', {}, { customers: ['+84905111222'] }, true],
    ['a filter for another customer', {}, { customers: ['+84905111223'] }, false],
    ['a filter for its type', {}, { types: ['callback-due'] }, true],
    ['a filter for another type', {}, { types: ['callback-done'] }, false],
  ])('is seen by %s: %j %j', (_, grant, filter, isSeen) => {
    expect(shownTo(due, audience(grant, filter)) !== null).toBe(isSeen);
  });

  it('is filtered by a queue and reads as the token allows', () => {
    expect(shownTo(due, audience({}, { queues: ['Care'] }))).toBe(due);
    const shown = callbackOf(shownTo(due, audience({ queues: ['Sales', 'Care'] }, { queues: ['Care'] })))!;
    expect(shown.parts).toHaveLength(2);
  });

  it('shows only direct calls to a token of everything alone', () => {
    const [, , direct] = callback.parts;
    const event = eventOf(callbackTransition('callback-due', { ...callback, queues: [], parts: [direct!] }));
    expect(shownTo(event, audience())).toBe(event);
    for (const grant of [
      { queues: ['Sales'] },
      { extensions: ['107'] },
      { extensions: ['107'], queues: ['Care'] },
    ])
      expect(shownTo(event, audience(grant))).toBeNull();
  });

  it('does not show a queue that another missed the customer, by the time where the call is not named', () => {
    const again = eventOf(callbackTransition('callback-updated', callback, missedAgain));
    expect(shownTo(again, audience({ queues: ['Sales'] }))).toBeNull();
    const last = { ...callback, lastAt: callback.parts[1]!.lastAt, parts: callback.parts.slice(0, 2) };
    const byCare = eventOf(callbackTransition('callback-updated', last, missedAgain));
    expect(shownTo(byCare, audience({ queues: ['Care'] }))).not.toBeNull();
    expect(shownTo(byCare, audience({ queues: ['Sales'] }))).toBeNull();
    const late = eventOf({ ...callbackTransition('callback-updated', callback, missedAgain), time: 0 });
    expect(shownTo(late, audience({ queues: ['Sales'] }))).not.toBeNull();
    const tried = eventOf(callbackTransition('callback-updated', callback, { change: 'tried' }));
    expect(shownTo(tried, audience({ queues: ['Sales'] }))).not.toBeNull();
  });

  it('does not show a queue that another missed the customer in the same second, whichever is first', () => {
    const [sales, care] = aCallback({ parts: 2 }).parts;
    const parts = [sales!, { ...care!, lastAt: sales!.lastAt }];
    const sameSecond = { ...callback, parts, lastAt: sales!.lastAt };
    const queuesThatSee = (missedCallId: string) => {
      const event = eventOf(
        callbackTransition('callback-updated', sameSecond, { ...missedAgain, missedCallId }),
      );
      return ['Sales', 'Care'].filter((queue) => shownTo(event, audience({ queues: [queue] })) !== null);
    };
    expect(queuesThatSee('c-care-1')).toEqual(['Care']);
    expect(queuesThatSee('c-sales-2')).toEqual(['Sales']);
  });

  it('shows only its own queue a call that was noticed late', () => {
    const given = callbackTransition('callback-updated', callback, {
      ...missedAgain,
      missedCallId: 'c-care-1',
    });
    const late = eventOf({ ...given, time: 0 });
    expect(shownTo(late, audience({ queues: ['Care'] }))).not.toBeNull();
    expect(shownTo(late, audience({ queues: ['Sales'] }))).toBeNull();
  });

  it('has one name for all for whom it reads the same', () => {
    const exposure = exposureOf(due);
    const names = [{ queues: ['Sales'] }, { queues: ['q-sales', 'x'] }, { queues: ['Care'] }, {}].map(
      (grant) => viewName(audience(grant), exposure),
    );
    expect(names[0]).toBe(names[1]);
    expect(new Set(names).size).toBe(3);
    expect(names[3]).toBe(AS_IT_IS);
    expect(
      viewName(audience({ extensions: ['107'] }), exposureOf(eventOf(transition('call-started', 'c')))),
    ).toBe(AS_IT_IS);
  });
});

describe('a threshold of a queue', () => {
  const event = eventOf(crossed());

  it.each<[string, Partial<Grant>, CallFilter, boolean]>([
    ['a token of everything', {}, {}, true],
    ['a token of the queue, by its id', { queues: ['q-sales'] }, {}, true],
    ['a token of the queue, by its name', { queues: ['Sales'] }, {}, true],
    ['a token of another queue', { queues: ['q-care'] }, {}, false],
    ['a token of an extension', { extensions: ['107'] }, {}, false],
    ['a filter for the queue', {}, { queues: ['Sales'] }, true],
    ['a filter for another', {}, { queues: ['Care'] }, false],
    ['a filter for a customer', {}, { customers: ['+84905111222'] }, false],
    ['a filter for its type', {}, { types: ['queue-threshold-crossed'] }, true],
  ])('is seen by %s', (_, grant, filter, isSeen) => {
    expect(shownTo(event, audience(grant, filter))).toBe(isSeen ? event : null);
  });
});
