import { DEFAULT_POLICY, EMPTY_STATE, type SourceState } from '../model/call.js';
import type { Transition } from '../model/event.js';
import type { Observation } from '../model/observation.js';
import { observeSource } from './sources.js';

const T0 = Date.UTC(2026, 2, 2, 3);
const DOWN_AFTER = DEFAULT_POLICY.sourceDownAfter;
const iso = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();

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
    this.source = observeSource(this.source, observation, DEFAULT_POLICY, this.transitions);
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
      .see(10, 'partial')
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
