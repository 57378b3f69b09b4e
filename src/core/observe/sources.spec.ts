import { entry, History, leg, type Poll, T0 } from '../../../test/support/history.js';
import { describeTable } from '../../../test/support/rule-tables.js';
import { SOURCE_STATES, type SourceFacts } from './sources.js';

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
