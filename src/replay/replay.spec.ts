import { readFileSync } from 'node:fs';
import { DEFAULT_POLICY } from '../core/model/call.js';
import {
  type AnswerLine,
  answerLine,
  digestOf,
  gapLine,
  startLine,
} from '../source/capture/capture-record.js';
import { readArguments } from './arguments.js';
import { FixtureWriter } from './fixture.js';
import { describeEvent } from './print.js';
import { type Line, readCapture } from './read-capture.js';
import { type Outcome, replay, type ReplayOptions } from './replay.js';

const SAMPLE = readFileSync('test/fixtures/pitel/monitor.json', 'utf8');
const NO_CALLS = '{"data":[],"total":0}';
const T0 = Date.UTC(2026, 2, 2, 1);

const start = (changes = {}): string =>
  startLine({
    tenant: 'acme',
    capture: 'one',
    at: T0,
    timeZone: 'Asia/Ho_Chi_Minh',
    country: 'VN',
    numbers: 'plain',
    policy: DEFAULT_POLICY,
    ...changes,
  });

/** The monitor's answer of cycle `n`, one second after the last. */
const answer = (n: number, outcome: AnswerLine['outcome'] | string, tenant = 'acme'): string =>
  answerLine({
    tenant,
    cycle: n,
    endpoint: 'monitor',
    startedAt: T0 + n * 1_000,
    at: T0 + n * 1_000 + 20,
    status: 200,
    retryAfterMs: null,
    outcome: typeof outcome === 'string' ? { text: outcome, utf8: true } : outcome,
  });

const linesOf = (text: string, file = 'a.ndjson'): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => ({ file, number: index + 1, text: line }));

async function outcomesOf(lines: readonly Line[], options: ReplayOptions = {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of replay(readCapture(lines), options)) outcomes.push(outcome);
  return outcomes;
}

/** Types of events, texts of everything else. */
const summary = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => (outcome.kind === 'event' ? outcome.event.type : outcome.text));

describe('a replay', () => {
  it('prints the events of a capture, in the time of the capture', async () => {
    const capture = [
      start(),
      answer(1, SAMPLE),
      answer(2, { same: digestOf(Buffer.from(SAMPLE)) }),
      answer(3, { reason: 'HTTP 503' }),
      answer(4, NO_CALLS),
      answer(5, { same: digestOf(Buffer.from(NO_CALLS)) }),
    ].join('');
    const outcomes = await outcomesOf(linesOf(capture));
    expect(summary(outcomes)).toEqual(['call-started', 'call-answered', 'call-ended']);
    const ended = outcomes.at(-1)!;
    expect(ended.kind === 'event' && ended.event).toMatchObject({
      id: 'acme/df3bd13a-0cb4-455a-ac70-92ed00e13dd7/call-ended',
      sequence: '0000000000000003',
      recordedtime: '2026-03-02T01:00:05.020Z',
    });
  });

  it('takes a body for partial where a page of it did not come, and holds calls back as the bridge did', async () => {
    const text = { text: NO_CALLS, utf8: true };
    const doubted = (n: number) => answer(n, text).replace('"record"', '"doubt":"page 2: HTTP 502","record"');
    const capture = start() + answer(1, SAMPLE) + [2, 3, 4].map(doubted).join('');
    expect(summary(await outcomesOf(linesOf(capture)))).toEqual([
      'call-started',
      'call-answered',
      'source-degraded',
    ]);
    const goesOn = capture + answer(5, text) + answer(6, text);
    expect(summary(await outcomesOf(linesOf(goesOn))).slice(3)).toEqual(['source-up', 'call-ended']);
    const written = new FixtureWriter(Buffer.alloc(32, 1));
    for await (const item of readCapture(linesOf(goesOn)))
      if (item.kind === 'start' || item.kind === 'cycle') written.add(item);
    expect(summary(await outcomesOf(linesOf(written.text)))).toEqual(
      summary(await outcomesOf(linesOf(goesOn))),
    );
  });

  it('can decide by another policy', async () => {
    const capture = start() + answer(1, SAMPLE) + answer(2, NO_CALLS);
    expect(summary(await outcomesOf(linesOf(capture)))).toEqual(['call-started', 'call-answered']);
    const hasty = await outcomesOf(linesOf(capture), { policy: { absencePolls: 1 } });
    expect(summary(hasty)).toEqual(['call-started', 'call-answered', 'call-ended']);
  });

  it('names every line that it cannot read, and goes on', async () => {
    const capture = [
      start(),
      'nonsense\n',
      answer(1, SAMPLE),
      '{"v":2,"record":"answer"}\n',
      answer(2, NO_CALLS).replace('"status":200', '"status":"fine"'),
      answer(3, { same: digestOf(Buffer.from(NO_CALLS)) }),
      answer(4, NO_CALLS),
      answer(5, { same: digestOf(Buffer.from(NO_CALLS)) }),
      answer(6, SAMPLE, 'other'),
      answer(7, NO_CALLS).slice(0, 40),
    ].join('');
    expect(summary(await outcomesOf(linesOf(`${capture}\n`)))).toEqual([
      'a.ndjson, line 2: not JSON: malformed or cut short',
      'call-started',
      'call-answered',
      expect.stringMatching(/^a\.ndjson, line 4: v: /),
      expect.stringMatching(/^a\.ndjson, line 5: status: /),
      'a.ndjson, line 6: repeats a body that is not in this file',
      'call-ended',
      'a.ndjson, line 9: no "start" of tenant other stands before it',
      'a.ndjson, line 10: not JSON: malformed or cut short',
    ]);
  });

  it('goes on from one file to the next of the same recording', async () => {
    const files = [
      ...linesOf(start() + answer(1, SAMPLE)),
      ...linesOf(start() + answer(2, NO_CALLS) + answer(3, NO_CALLS), 'b.ndjson'),
    ];
    expect(summary(await outcomesOf(files))).toEqual(['call-started', 'call-answered', 'call-ended']);
  });

  it('begins again, and notes it, where numbers were hashed with another key', async () => {
    const hashed = { numbers: 'hashed' };
    const files = [
      ...linesOf(start(hashed) + answer(1, SAMPLE)),
      ...linesOf(start({ ...hashed, capture: 'two' }) + answer(2, SAMPLE), 'b.ndjson'),
    ];
    expect(summary(await outcomesOf(files))).toEqual([
      'call-started',
      'call-answered',
      expect.stringContaining('hashed with another key: the replay begins again'),
      'call-started',
      'call-answered',
    ]);
  });

  it('notes where polls were not recorded, and which tenant’s zone or country is unknown', async () => {
    const capture =
      start() +
      gapLine('acme', T0, 7) +
      start({ tenant: 'odd', timeZone: 'Moon/Base' }) +
      answer(1, SAMPLE, 'odd');
    const lines = summary(await outcomesOf(linesOf(capture)));
    expect(lines).toEqual([
      'a.ndjson, line 2: 7 polls were not recorded, because the disk was too slow',
      expect.stringMatching(/^odd cannot be replayed: /),
    ]);
  });

  it('keeps tenants apart', async () => {
    const capture = start() + answer(1, SAMPLE) + start({ tenant: 'b' }) + answer(1, SAMPLE, 'b');
    const subjects = (await outcomesOf(linesOf(capture), { tenant: 'b' })).map(
      (outcome) => outcome.kind === 'event' && outcome.event.source,
    );
    expect(subjects).toEqual(['/pitel/b', '/pitel/b']);
  });
});

describe('a fixture', () => {
  it('has the same events as its capture, without its numbers', async () => {
    const capture =
      start() + answer(1, SAMPLE) + answer(2, SAMPLE) + answer(3, { reason: 'cut' }) + answer(4, NO_CALLS);
    const writer = new FixtureWriter(Buffer.alloc(32, 3), { absencePolls: 1 });
    for await (const item of readCapture(linesOf(capture))) {
      if (item.kind === 'start' || item.kind === 'cycle') writer.add(item);
    }
    expect(writer.text).not.toContain('0914237383');
    expect(writer.text.match(/"same"/g)).toHaveLength(1);
    const outcomes = await outcomesOf(linesOf(writer.text));
    expect(summary(outcomes)).toEqual(['call-started', 'call-answered', 'call-ended']);
  });
});

describe('a line about an event', () => {
  it('says when, what, which call and who', async () => {
    const [first] = await outcomesOf(linesOf(start() + answer(1, SAMPLE)));
    expect(first!.kind === 'event' && describeEvent(first!.event)).toBe(
      '2023-04-10T10:02:51.000Z  call-started      df3bd13a-0cb4-455a-ac70-92ed00e13dd7  outbound  ' +
        'customer 0914237383  hotline 24052364  agent 107  baseline  upstream',
    );
  });
});

describe('what is asked for', () => {
  it('is understood', () => {
    const given = [
      'a.ndjson',
      '--policy',
      'absencePolls=3,sourceDownAfter=1',
      '--from',
      '2026-03-02T01:00:00Z',
    ];
    expect(readArguments(given)).toEqual({
      ok: true,
      value: {
        files: ['a.ndjson'],
        tenant: undefined,
        policy: { absencePolls: 3, sourceDownAfter: 1 },
        json: false,
        fixture: undefined,
        from: T0,
        to: Infinity,
      },
    });
  });

  it.each([
    [[], 'which file? npm run replay -- FILE...'],
    [['a', '--policy', 'direction=both'], '--policy: direction must be auto, call, leg'],
    [['a', '--policy', 'patience=2'], expect.stringContaining('patience is none of')],
    [['a', '--policy', 'absencePolls=0'], '--policy: absencePolls must be a whole number from 1 on'],
    [['a', '--to', 'tomorrow'], '--to: must be a time such as 2026-11-23T08:15:00Z'],
    [['a', '--colour'], expect.stringContaining('--colour')],
  ])('is refused with the reason: %j', (given, problem) => {
    expect(readArguments(given)).toEqual({ ok: false, problem });
  });
});
