import { entry, History, leg, type Poll, T0 } from '../../../test/support/history.js';
import { describeTable } from '../../../test/support/rule-tables.js';
import { DEFAULT_POLICY, EMPTY_STATE, type SourceState } from '../model/call.js';
import type { Transition } from '../model/event.js';
import type { Observation } from '../model/observation.js';
import { withObservation } from '../parts/incomplete.js';
import { observeSource, SOURCE_STATES, type SourceFacts } from './sources.js';

const DOWN_AFTER = DEFAULT_POLICY.sourceDownAfter;
const iso = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();

const UP: SourceFacts = { before: 'up', poll: 'complete', failsOften: false, incompleteLong: false };
const PARTIAL: SourceFacts = { ...UP, poll: 'partial' };
const FAILED: SourceFacts = { ...UP, poll: 'failed' };

describeTable(SOURCE_STATES, [
  [UP, 'up'],
  [{ ...UP, before: 'unknown' }, 'up'],
  [{ ...UP, before: 'degraded' }, 'up'],
  [{ ...UP, before: 'down' }, 'up'],

  [PARTIAL, 'up'],
  [{ ...PARTIAL, before: 'unknown' }, 'up'],
  [{ ...PARTIAL, incompleteLong: true }, 'degraded'],
  [{ ...PARTIAL, before: 'unknown', incompleteLong: true }, 'degraded'],
  [{ ...PARTIAL, before: 'degraded', incompleteLong: true }, 'degraded'],
  [{ ...PARTIAL, before: 'down', incompleteLong: true }, 'degraded'],
  [{ ...PARTIAL, before: 'down' }, 'degraded'],

  [FAILED, 'up'],
  [{ ...FAILED, before: 'unknown' }, 'unknown'],
  [{ ...FAILED, before: 'degraded', incompleteLong: true }, 'degraded'],
  [{ ...FAILED, before: 'down' }, 'down'],
  [{ ...FAILED, before: 'down', incompleteLong: true }, 'down'],
  [{ ...FAILED, failsOften: true }, 'down'],
  [{ ...FAILED, failsOften: true, incompleteLong: true }, 'down'],
  [{ ...FAILED, before: 'unknown', failsOften: true }, 'down'],
  [{ ...FAILED, before: 'degraded', failsOften: true, incompleteLong: true }, 'down'],
  [{ ...FAILED, incompleteLong: true }, 'degraded'],

  [{ ...FAILED, poll: 'put off' }, 'up'],
  [{ ...FAILED, poll: 'put off', incompleteLong: true }, 'degraded'],
  [{ ...FAILED, poll: 'put off', failsOften: true, incompleteLong: true }, 'down'],
]);

describe('a source', () => {
  const short: Poll = { legs: { partial: [] } };
  const failed: Poll = { legs: { failed: 'HTTP 502' } };
  const begun = () => {
    const history = new History();
    history.poll({ at: 0 });
    return history;
  };
  const all = (history: History, polls: readonly Poll[]) => polls.flatMap((poll) => history.emitted(poll));

  it('is degraded by the third answer in a row that is not complete, and up by the next complete one', () => {
    const history = begun();
    expect(all(history, [short, short])).toEqual([]);
    expect(history.poll(short)).toEqual([
      {
        type: 'source-degraded',
        subject: 'monitor',
        discriminator: String(T0 + 1_000),
        time: T0 + 1_000,
        data: {
          endpoint: 'monitor',
          state: 'degraded',
          since: iso(1),
          reason: 'total above the number of rows',
          lastCompleteAt: iso(0),
          unwatchedMs: null,
          observed: { earliest: iso(0), latest: iso(1), certainty: 'observed' },
        },
      },
    ]);
    expect(all(history, [short, short])).toEqual([]);
    expect(history.poll({})).toMatchObject([
      {
        type: 'source-up',
        discriminator: String(T0 + 1_000),
        time: T0 + 6_000,
        data: { state: 'up', since: iso(1), reason: 'total above the number of rows', unwatchedMs: 6_000 },
      },
    ]);
    expect(history.state.sources.monitor).toMatchObject({ status: 'up', since: null, incomplete: null });
  });

  it('is degraded also where answers and failures alternate, and down once nothing answers', () => {
    const history = begun();
    expect(all(history, [failed, short])).toEqual([]);
    expect(all(history, [failed])).toEqual(['source-degraded']);
    expect(all(history, [short, failed, failed])).toEqual([]);
    expect(all(history, [failed])).toEqual(['source-down']);
    expect(all(history, [short])).toEqual(['source-degraded']);
    expect(all(history, [{}])).toEqual(['source-up']);
    const sources = history.transitions.map(({ type, data }) => [type, (data as { since: string }).since]);
    expect(sources).toEqual([
      ['source-degraded', iso(1)],
      ['source-down', iso(5)],
      ['source-degraded', iso(8)],
      ['source-up', iso(8)],
    ]);
  });

  it('is not degraded by failures alone', () => {
    const history = new History({ sourceDownAfter: 5 });
    history.poll({ at: 0 });
    expect(
      all(
        history,
        [1, 20, 40, 60].map((at) => ({ ...failed, at })),
      ),
    ).toEqual([]);
  });

  it('is degraded 10 s after the last complete answer where polls are rare', () => {
    const history = begun();
    expect(history.emitted({ ...short, at: 5 })).toEqual([]);
    expect(history.emitted({ ...short, at: 15 })).toEqual(['source-degraded']);
  });

  it('is degraded at once when the PBX puts it off for longer than that', () => {
    const history = begun();
    expect(history.emitted({ legs: { failed: 'HTTP 429', heldFor: 9 } })).toEqual([]);
    expect(history.poll({ at: 5, legs: { failed: 'HTTP 429', heldFor: 9 } })).toMatchObject([
      { type: 'source-degraded', data: { reason: 'HTTP 429', since: iso(1) } },
    ]);
    expect(history.emitted({ at: 15, legs: { failed: 'HTTP 429', heldFor: 9 } })).toEqual(['source-down']);
  });

  it('can be degraded from the first answer on', () => {
    const history = new History();
    expect(all(history, [short, short, short])).toEqual(['source-degraded']);
    expect(history.transitions).toMatchObject([
      { data: { lastCompleteAt: null, observed: { earliest: null } } },
    ]);
    expect(history.poll({})).toMatchObject([{ type: 'source-up', data: { unwatchedMs: null } }]);
  });

  it('of one endpoint is not that of the other', () => {
    const history = begun();
    const polls: Poll[] = [1, 2, 3].map(() => ({ legs: [leg()], entries: { partial: [entry()] } }));
    expect(all(history, polls).filter((type) => type.startsWith('source'))).toEqual(['source-degraded']);
    expect(history.state.sources).toMatchObject({ monitor: { status: 'up' }, queue: { status: 'degraded' } });
  });
});

/** One endpoint, observed one poll after the other; a poll's answer comes 40 ms after it was sent. */
class Watch {
  source: SourceState = EMPTY_STATE.sources.queue;
  readonly transitions: Transition[] = [];

  see(at: number, outcome: 'complete' | 'partial' | 'failed', reason = `${outcome} at ${at}`): this {
    const times = { endpoint: 'queue', startedAt: T0 + at * 1000 - 40, at: T0 + at * 1000 } as const;
    const observation: Observation =
      outcome === 'failed'
        ? { ...times, outcome, reason }
        : { ...times, outcome, reason: outcome === 'partial' ? reason : null, rows: new Map() };
    const incomplete = withObservation(this.source, observation, { parts: new Map(), atMost: DOWN_AFTER });
    this.source = observeSource(this.source, observation, incomplete, DEFAULT_POLICY, this.transitions);
    return this;
  }

  fail(from: number, times: number): this {
    for (let poll = 0; poll < times; poll++) this.see(from + poll, 'failed');
    return this;
  }
}

describe('the health of an endpoint', () => {
  it('is down after so many failures in a row, and announced once, with the time of the first', () => {
    const watch = new Watch().see(0, 'complete').fail(1, DOWN_AFTER - 1);
    expect(watch.transitions).toEqual([]);
    watch.fail(DOWN_AFTER, 5);
    expect(watch.transitions).toEqual([
      {
        type: 'source-down',
        subject: 'queue',
        discriminator: String(T0 + 1_000),
        time: T0 + 1_000,
        data: {
          endpoint: 'queue',
          state: 'down',
          since: iso(1),
          reason: `failed at ${DOWN_AFTER}`,
          lastCompleteAt: iso(0),
          unwatchedMs: null,
          observed: { earliest: iso(0), latest: iso(1), certainty: 'observed' },
        },
      },
    ]);
  });

  it('stops counting failures at the threshold, as a state that does not change is not written', () => {
    const watch = new Watch().see(0, 'complete').fail(1, 50);
    expect(watch.source).toMatchObject({ status: 'down', failures: DOWN_AFTER, failingSince: T0 + 1_000 });
  });

  it('begins to count again after an answer', () => {
    const watch = new Watch()
      .see(0, 'complete')
      .fail(1, DOWN_AFTER - 1)
      .see(10, 'complete')
      .fail(11, DOWN_AFTER - 1);
    expect(watch.source).toMatchObject({ status: 'up', failingSince: T0 + 11_000 });
    expect(watch.transitions).toEqual([]);
  });

  it('is up again with the first answer, which says how long nothing was seen and why', () => {
    const watch = new Watch().see(0, 'complete').fail(1, DOWN_AFTER).see(60, 'complete');
    expect(watch.transitions.at(-1)).toEqual({
      type: 'source-up',
      subject: 'queue',
      discriminator: String(T0 + 1_000),
      time: T0 + 60_000,
      data: {
        endpoint: 'queue',
        state: 'up',
        since: iso(1),
        reason: `failed at ${DOWN_AFTER}`,
        lastCompleteAt: iso(0),
        unwatchedMs: 60_000,
        observed: { earliest: iso(0), latest: iso(60), certainty: 'observed' },
      },
    });
    expect(watch.source).toMatchObject({ status: 'up', failures: 0, failingSince: null, lastError: null });
  });

  it('does not claim to know how long it was unwatched where it never was watched', () => {
    const watch = new Watch().fail(1, DOWN_AFTER).see(60, 'complete');
    expect(watch.transitions.map(({ data }) => 'unwatchedMs' in data && data.unwatchedMs)).toEqual([
      null,
      null,
    ]);
  });

  it('is up without an event at its first answer', () => {
    const watch = new Watch().see(0, 'complete');
    expect(watch.source.status).toBe('up');
    expect(watch.transitions).toEqual([]);
  });

  it('keeps the time of the last complete answer when a partial one comes, and its reason', () => {
    const watch = new Watch().see(0, 'complete').see(1, 'partial', '1 of 2 rows bad');
    expect(watch.source).toMatchObject({
      status: 'up',
      lastComplete: { startedAt: T0 - 40, at: T0 },
      lastError: '1 of 2 rows bad',
    });
  });
});
