import { CallEvents } from './call-events.js';
import { countCalls, listCalls } from './call-list.js';
import { claimsOf, NO_CLAIMS } from './claims.js';
import { callEvent, callView, iso, NINE } from './data.fixtures.js';
import { clockText, partsOf, wholeMinutes } from './duration.js';
import { extendFeed, filterFeed, MAX_FEED } from './feed.js';

const TALKING = callView({ callId: 'talks', answeredAt: iso(NINE + 5_000) });
const NEW = callView({ callId: 'new', startedAt: iso(NINE + 9_000) });
const OLD = callView({ callId: 'old', startedAt: iso(NINE + 1_000) });
const RINGING = callView({ callId: 'rings', queue: null, queues: [] });
const CALLS = [TALKING, NEW, RINGING, OLD];

describe('the list of calls', () => {
  it('begins with who has waited longest; what rings and what is talked about follow', () => {
    expect(listCalls(CALLS, { phase: null, text: '' })).toEqual(['old', 'new', 'rings', 'talks']);
    expect(countCalls(CALLS)).toEqual({ all: 4, waiting: 2, ringing: 1, talking: 1 });
  });

  it('is narrowed by phase, and by a part of a number, a name or a queue', () => {
    expect(listCalls(CALLS, { phase: 'talking', text: '' })).toEqual(['talks']);
    expect(listCalls(CALLS, { phase: null, text: ' SALES ' })).toEqual(['old', 'new', 'talks']);
    expect(listCalls(CALLS, { phase: null, text: '4237' })).toHaveLength(4);
  });
});

describe.each([
  ['NFC', 'NFD'],
  ['NFD', 'NFC'],
] as const)('a search typed in %s', (typed, said) => {
  const name = 'Chăm sóc khách hàng';
  const queue = { id: 'q3', name: name.normalize(said) };
  const text = 'CHĂM SÓC'.normalize(typed);

  it(`finds the calls and events of a queue whose name is in ${said}, and no others`, () => {
    const calls = [callView({ callId: 'found', queue, queues: [queue] }), OLD];
    expect(listCalls(calls, { phase: null, text })).toEqual(['found']);
    const found = callEvent('call-started', NINE, { queue, queues: [queue] });
    const feed = extendFeed([], [found, callEvent('call-started', NINE)]);
    expect(filterFeed(feed, { kinds: new Set(), text }, 10)).toEqual([found]);
    expect(filterFeed(feed, { kinds: new Set(), text: 'chàm' }, 10)).toEqual([]);
  });
});

describe('the feed', () => {
  const events = [callEvent('call-started', NINE), callEvent('call-answered', NINE + 1)];

  it('has the newest first, and an end', () => {
    expect(extendFeed([], events).map(({ type }) => type)).toEqual(['call-answered', 'call-started']);
    const many = Array.from({ length: MAX_FEED + 5 }, (_, n) => callEvent('call-started', NINE + n));
    const feed = extendFeed(extendFeed([], events), many);
    expect(feed).toHaveLength(MAX_FEED);
    expect(feed[0]).toBe(many.at(-1));
  });

  it('is narrowed by kind and text', () => {
    const feed = extendFeed([], events);
    expect(filterFeed(feed, { kinds: new Set(['offers']), text: '' }, 10)).toEqual([]);
    expect(filterFeed(feed, { kinds: new Set(['calls']), text: '0914' }, 1)).toEqual([events[1]]);
    expect(filterFeed(feed, { kinds: new Set(), text: 'answered' }, 10)).toEqual([events[1]]);
  });
});

describe('the events of a call', () => {
  it('are kept once, in the order of the log, with what is read from the past', () => {
    const kept = new CallEvents();
    const [first, second] = [callEvent('call-started', NINE), callEvent('call-answered', NINE + 1)];
    kept.note(second);
    kept.note(second);
    kept.insert('c1', [first, second]);
    expect(kept.of('c1')).toEqual([first, second]);
  });

  it('have a bound: the first and the newest stay', () => {
    const kept = new CallEvents();
    for (let n = 0; n < 250; n += 1)
      kept.note(callEvent(n === 0 ? 'call-started' : 'call-offered', NINE + n));
    const events = kept.of('c1');
    expect(events).toHaveLength(100);
    expect([events[0]!.type, events.at(-1)!.time]).toEqual(['call-started', iso(NINE + 249)]);
  });
});

describe('what is read from a token', () => {
  it('is who it is for and until when; nothing where it cannot be read', () => {
    const payload = Buffer.from(
      JSON.stringify({ tenant: 'công-ty', extensions: ['107'], exp: 1_800_000_000 }),
    );
    expect(claimsOf(`x.${payload.toString('base64url')}.y`)).toEqual({
      tenant: 'công-ty',
      extensions: ['107'],
      queues: null,
      webhooks: false,
      callbacks: false,
      display: false,
      masks: false,
      sub: null,
      expiresAt: 1_800_000_000_000,
    });
    expect(claimsOf('no token')).toEqual(NO_CLAIMS);
  });

  it('is which numbers it shows whole, where it does not say so itself too', () => {
    const masks = (claims: object) =>
      claimsOf(`x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`).masks;
    expect([{}, { extensions: ['1'] }, { numbers: 'full', display: true }].map(masks)).toEqual([
      false,
      false,
      false,
    ]);
    expect([{ queues: ['q'] }, { display: true }, { numbers: 'masked' }].map(masks)).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('a duration', () => {
  it('reads like a clock, and is never below zero', () => {
    expect([0, 7_900, 750_000, 3_750_000, -5_000].map(clockText)).toEqual([
      '0:00',
      '0:07',
      '12:30',
      '1:02:30',
      '0:00',
    ]);
  });

  it('in words has no seconds from an hour on, and is never longer than what has passed', () => {
    const parts = (hours: number, minutes: number, seconds: number) => ({ hours, minutes, seconds });
    expect([-5, 2_900, 150_999, 22_619_999].map(partsOf)).toEqual([
      parts(0, 0, 0),
      parts(0, 0, 2),
      parts(0, 2, 30),
      parts(6, 16, 0),
    ]);
    expect([59_999, 299_999, 22_619_999].map((ms) => wholeMinutes(partsOf(ms)))).toEqual([
      parts(0, 0, 59),
      parts(0, 4, 0),
      parts(6, 16, 0),
    ]);
  });
});
