import { partOf } from './agent-part.js';
import { callView, iso, NINE, SALES } from './data.fixtures.js';
import type { EndedCall, EndedOffer, Segment } from './ended-call.js';

const observed = { earliest: iso(NINE), latest: iso(NINE), certainty: 'observed' } as const;
const known = (at: number) => ({ at: iso(at), observed });

function segment(extension: string, to: number | null, placed = false): Segment {
  return { extension, agentName: null, placed, from: known(NINE), to: to === null ? null : known(to) };
}

function offer(extension: string, outcome: EndedOffer['outcome']): EndedOffer {
  return { extension, agentName: null, outcome, at: iso(NINE) };
}

function ended(
  { segments = [], offers = [] }: { segments?: readonly Segment[]; offers?: readonly EndedOffer[] },
  given: Parameters<typeof callView>[0] = {},
): EndedCall {
  return { ...callView({ state: 'ended', ...given }), story: { visits: [], segments, offers } };
}

describe('What an extension had to do with a call', () => {
  it('is that it answered, and for how long it talked, each of its conversations counted', () => {
    const call = ended({
      segments: [segment('107', NINE + 60_000), segment('108', NINE + 5_000), segment('107', NINE + 30_000)],
      offers: [offer('107', 'answered')],
    });
    expect(partOf(call, '107')).toEqual({ kind: 'answered', talkMs: 90_000 });
    expect(partOf(call, '108')).toEqual({ kind: 'answered', talkMs: 5_000 });
  });

  it('has no length where the end of a conversation is not known', () => {
    const call = ended({ segments: [segment('107', NINE + 60_000), segment('107', null)] });
    expect(partOf(call, '107')).toEqual({ kind: 'answered', talkMs: null });
  });

  it('is that it placed the call, also where the customer did not answer', () => {
    expect(partOf(ended({ segments: [segment('107', NINE + 1_000, true)] }), '107').kind).toBe('placed');
    const agent = { id: null, username: null, extension: '107', name: null };
    const call = ended({}, { direction: 'outbound', agent, queue: null, queues: [] });
    expect(partOf(call, '107')).toEqual({ kind: 'placed', talkMs: null });
    expect(partOf({ ...call, direction: 'inbound', queue: SALES }, '107').kind).toBe('rang');
  });

  it('is how its last ring ended, where it only rang', () => {
    const call = ended({
      segments: [segment('108', NINE + 60_000)],
      offers: [offer('107', 'not-answered'), offer('108', 'answered'), offer('107', 'answered-elsewhere')],
    });
    expect(partOf(call, '107')).toEqual({ kind: 'rang', outcome: 'answered-elsewhere' });
    expect(partOf(call, '109')).toEqual({ kind: 'rang', outcome: null });
  });
});
