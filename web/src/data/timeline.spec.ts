import { callEvent, callView, iso, NINE, part } from './data.fixtures.js';
import { timelineOf } from './timeline.js';

const offer = (extension: string, outcome: 'answered' | 'answered-elsewhere' | null) => ({
  extension,
  extensionId: null,
  outcome,
});
const STARTED = callEvent('call-started', NINE);
const rings = (extension: string, others: readonly string[]) =>
  callEvent('call-offered', NINE + 1_000, {
    offer: offer(extension, null),
    extensions: others.map((each) => part(each, 'ringing')),
  });
const RINGING = [rings('101', ['101', '102']), rings('102', ['101', '102'])];
/** The leg that did not answer still seems to ring: its absence is not confirmed, and no event announces when it is. */
const AFTER = [part('101', 'answered'), part('102', 'ringing')];
const OVER = [part('101', 'answered'), part('102', 'ended')];
const ANSWERED = callEvent('call-answered', NINE + 5_000, {
  answeredAt: iso(NINE + 5_000),
  extensions: AFTER,
});
const SILENT = callEvent('call-offer-ended', NINE + 5_000, {
  answeredAt: iso(NINE + 5_000),
  offer: offer('102', 'answered-elsewhere'),
  extensions: OVER,
});
const VIEW = callView({ answeredAt: iso(NINE + 5_000), state: 'answered', extensions: OVER });

describe("a call's timeline", () => {
  const events = [STARTED, ...RINGING, ANSWERED, SILENT];

  it('has a lane for the call and one for each extension, ringing and talking', () => {
    const { bars, isOver, to } = timelineOf(VIEW, events, NINE + 60_000);
    const drawn = bars.map(({ extension, state, from, to: end }) => [
      extension,
      state,
      from - NINE,
      end === null ? null : end - NINE,
    ]);
    expect(drawn).toEqual([
      [null, 'queued', 0, 5_000],
      [null, 'answered', 5_000, null],
      ['101', 'ringing', 1_000, 5_000],
      ['101', 'answered', 5_000, null],
      ['102', 'ringing', 1_000, 5_000],
    ]);
    expect([isOver, to]).toEqual([false, NINE + 60_000]);
  });

  it('marks each event once with the window in which it happened', () => {
    const { marks } = timelineOf(VIEW, [...events, ANSWERED], NINE + 60_000);
    expect(marks).toHaveLength(events.length);
    expect(marks.find(({ type }) => type === 'call-answered')).toMatchObject({
      earliest: NINE + 4_500,
      latest: NINE + 5_000,
      certainty: 'observed',
    });
  });

  it('says when it has not seen the beginning, and draws what the view knows', () => {
    const { isPartial, bars } = timelineOf(VIEW, [], NINE + 60_000);
    expect(isPartial).toBe(true);
    expect(bars.map(({ extension }) => extension)).toEqual([null, null, '101']);
    expect(timelineOf(VIEW, events, NINE).isPartial).toBe(false);
  });

  it('ends with the call', () => {
    const over = { ...VIEW, state: 'ended', endedAt: iso(NINE + 30_000), extensions: [] } as const;
    const ended = callEvent('call-ended', NINE + 30_000, {
      ...over,
      extensions: [part('101', 'ended'), part('102', 'ended')],
    });
    const { bars, isOver, to } = timelineOf(over, [...events, ended], NINE + 99_000);
    expect([isOver, to]).toEqual([true, NINE + 30_000]);
    expect(bars.filter(({ to: end }) => end === null)).toEqual([]);
  });
});
