import type { DeskLie } from './desk-lie.js';
import type { AgentRow, Numbers, QueueRow, UnwatchedRow } from '../numbers-case.js';

/** Ways to falsify the numbers of a day, each in one respect; `judge-numbers.long.spec.ts` demands that the judge finds every one. */
type NumbersLie = DeskLie<Numbers>;

type Table = 'queues' | 'agents' | 'unwatched';

function lie<Of extends Table>(
  table: Of,
  name: string,
  rules: string | readonly string[],
  applies: (row: Numbers[Of][number]) => boolean,
  change: (row: Numbers[Of][number], all: Numbers[Of]) => readonly Numbers[Of][number][],
): NumbersLie {
  return {
    name,
    rules: [rules].flat(),
    falsify: (given, random) => {
      const rows = given[table] as readonly Numbers[Of][number][];
      const chosen = rows.filter((row) => applies(row));
      if (chosen.length === 0) return null;
      const row = random.pick(chosen);
      return { ...given, [table]: rows.flatMap((one) => (one === row ? change(row, given[table]) : [one])) };
    },
  };
}

type Applies<Row> = (row: Row) => boolean;
const queue = (
  name: string,
  rules: string | readonly string[],
  change: (row: QueueRow) => Partial<QueueRow>,
  applies: Applies<QueueRow> = ({ answered }) => answered > 1,
): NumbersLie => lie('queues', name, rules, applies, (row) => [{ ...row, ...change(row) }]);
const agent = (
  name: string,
  rules: string | readonly string[],
  change: (row: AgentRow) => Partial<AgentRow>,
  applies: Applies<AgentRow> = ({ answered }) => answered > 1,
): NumbersLie => lie('agents', name, rules, applies, (row) => [{ ...row, ...change(row) }]);
const unwatched = (
  name: string,
  change: (row: UnwatchedRow) => Partial<UnwatchedRow['unwatchedMs']>,
  applies: Applies<UnwatchedRow> = () => true,
): NumbersLie =>
  lie('unwatched', name, 'unwatched', applies, (row) => [
    { ...row, unwatchedMs: { ...row.unwatchedMs, ...change(row) } },
  ]);

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;
const MINUTE = 60_000;
const has =
  <Row>(column: keyof Row, least = 1): Applies<Row> =>
  (row) =>
    (row[column] as number) >= least;
const inTime = (change: (least: number, most: number) => readonly [number, number]) => (row: QueueRow) => {
  const { least, most } = row.serviceLevel.inTime;
  const [low, high] = change(least, most);
  const counting = row.answered + row.abandoned - row.shortAbandons;
  const share = { least: low / counting, most: high / counting };
  return { serviceLevel: { ...row.serviceLevel, inTime: { least: low, most: high }, share } };
};
const state = (change: (inState: Record<string, number>) => Record<string, number>) => (row: AgentRow) => ({
  inState: { ...row.inState, ...change(row.inState) },
});
const mean = (ms: number) => (of: { readonly ms: number | null }) => ({ ...of, ms: of.ms! + ms });
/** With the shares that follow from it, so that only the truth can find it. */
const shared = (row: QueueRow): QueueRow => {
  const counting = row.answered + row.abandoned - row.shortAbandons;
  const { least, most } = row.serviceLevel.inTime;
  const share = counting === 0 ? null : { least: least / counting, most: most / counting };
  return {
    ...row,
    abandonedShare: counting === 0 ? null : (row.abandoned - row.shortAbandons) / counting,
    serviceLevel: { ...row.serviceLevel, share },
  };
};
const counts = (change: (row: QueueRow) => Partial<QueueRow>) => (row: QueueRow) =>
  shared({ ...row, ...change(row) });
const someAnswered: Applies<QueueRow> = ({ speedOfAnswer }) => speedOfAnswer.known > 0;

const QUEUES: readonly NumbersLie[] = [
  queue(
    'a visit is offered twice',
    ['sum', 'offered'],
    counts(({ offered }) => ({ offered: offered + 1 })),
  ),
  queue(
    'a visit is not offered',
    ['sum', 'offered'],
    counts(({ offered }) => ({ offered: offered - 1 })),
  ),
  queue(
    'an answered visit counts twice',
    ['answered', 'offered'],
    counts(({ offered, answered, speedOfAnswer }) => ({
      offered: offered + 1,
      answered: answered + 1,
      speedOfAnswer: { ...speedOfAnswer, known: speedOfAnswer.known + 1 },
    })),
  ),
  queue(
    'an abandoned visit counts as answered',
    ['answered', 'abandoned'],
    counts(({ answered, abandoned, speedOfAnswer }) => ({
      answered: answered + 1,
      abandoned: abandoned - 1,
      speedOfAnswer: { ...speedOfAnswer, known: speedOfAnswer.known + 1 },
    })),
    has('abandoned'),
  ),
  queue(
    'an answered visit counts as abandoned',
    ['answered', 'abandoned'],
    counts(({ answered, abandoned, speedOfAnswer }) => ({
      answered: answered - 1,
      abandoned: abandoned + 1,
      speedOfAnswer: { ...speedOfAnswer, known: speedOfAnswer.known - 1 },
    })),
  ),
  queue(
    'an overflow counts as abandoned',
    ['flowedOut', 'abandoned'],
    counts(({ flowedOut, abandoned }) => ({ flowedOut: flowedOut - 1, abandoned: abandoned + 1 })),
    has('flowedOut'),
  ),
  queue(
    'an abandonment counts as an overflow',
    ['flowedOut', 'abandoned'],
    counts(({ flowedOut, abandoned }) => ({ flowedOut: flowedOut + 1, abandoned: abandoned - 1 })),
    has('abandoned'),
  ),
  queue(
    'an answered visit is unknown',
    ['answered', 'unknown'],
    counts(({ answered, unknown, speedOfAnswer }) => ({
      answered: answered - 1,
      unknown: unknown + 1,
      speedOfAnswer: { ...speedOfAnswer, known: speedOfAnswer.known - 1 },
    })),
  ),
  queue(
    'an abandoned visit is unknown',
    ['abandoned', 'unknown'],
    counts(({ abandoned, unknown }) => ({ abandoned: abandoned - 1, unknown: unknown + 1 })),
    has('abandoned'),
  ),
  queue(
    'an answered caller waits for ever',
    ['answered', 'waiting'],
    counts(({ answered, waiting, speedOfAnswer }) => ({
      answered: answered - 1,
      waiting: waiting + 1,
      speedOfAnswer: { ...speedOfAnswer, known: speedOfAnswer.known - 1 },
    })),
  ),
  queue(
    'the ends are more than the visits',
    'sum',
    counts(({ abandoned }) => ({ abandoned: abandoned + 1 })),
  ),
  queue(
    'two short abandonments too many',
    'shortAbandons',
    counts(({ abandoned }) => ({ shortAbandons: abandoned + 2 })),
    has('abandoned'),
  ),
  queue(
    'all abandonments are short',
    'shortAbandons',
    counts(({ abandoned }) => ({ shortAbandons: abandoned })),
    ({ abandoned, shortAbandons }) => abandoned - shortAbandons >= 2,
  ),
  queue(
    'the abandoned share counts short ones',
    'abandonedShare',
    ({ abandoned, answered }) => ({ abandonedShare: abandoned / (answered + abandoned) }),
    has('shortAbandons'),
  ),
  queue(
    'the abandoned share is of all that were offered',
    'abandonedShare',
    ({ abandoned, offered, flowedOut }) => ({ abandonedShare: abandoned / (offered + flowedOut + 1) }),
    has('abandoned'),
  ),
  queue(
    'the abandoned share is 0',
    'abandonedShare',
    () => ({ abandonedShare: 0 }),
    ({ abandoned, shortAbandons }) => abandoned > shortAbandons,
  ),
  queue('the abandoned share is unknown', 'abandonedShare', () => ({ abandonedShare: null })),
  queue(
    'one answer more is in time',
    'inTime',
    inTime((least, most) => [least + 1, most + 1]),
  ),
  queue(
    'one answer less is in time',
    'inTime',
    inTime((least, most) => [least - 1, most - 1]),
    ({ serviceLevel }) => serviceLevel.inTime.least > 0,
  ),
  queue(
    'no answer is in time',
    'inTime',
    inTime(() => [0, 0]),
    ({ serviceLevel }) => serviceLevel.inTime.most > 1,
  ),
  queue('more answers are in time than there are', 'inTime', (row) =>
    inTime(() => [row.answered, row.answered + 1])(row),
  ),
  queue(
    'the range of answers in time is upside down',
    'inTime',
    inTime((least, most) => [most + 1, least]),
  ),
  queue(
    'the range of answers in time is as wide as can be',
    'inTime',
    (row) => inTime(() => [0, row.answered])(row),
    ({ answered, serviceLevel }) => answered > 4 && serviceLevel.inTime.least > 4,
  ),
  queue('the service level is of another limit', 'seconds', ({ serviceLevel }) => ({
    serviceLevel: { ...serviceLevel, seconds: 30 },
  })),
  queue(
    'the service level counts short abandonments',
    'share',
    (row) => ({
      serviceLevel: {
        ...row.serviceLevel,
        share: {
          least: row.serviceLevel.inTime.least / (row.answered + row.abandoned),
          most: row.serviceLevel.inTime.most / (row.answered + row.abandoned),
        },
      },
    }),
    (row) => row.shortAbandons > 0 && row.serviceLevel.inTime.least > 0,
  ),
  queue(
    'the service level is of the answered alone',
    'share',
    (row) => ({
      serviceLevel: {
        ...row.serviceLevel,
        share: {
          least: row.serviceLevel.inTime.least / row.answered,
          most: row.serviceLevel.inTime.most / row.answered,
        },
      },
    }),
    (row) => row.answered > 0 && row.abandoned > row.shortAbandons && row.serviceLevel.inTime.least > 0,
  ),
  queue('the service level is unknown', 'share', ({ serviceLevel }) => ({
    serviceLevel: { ...serviceLevel, share: null },
  })),
  queue(
    'the mean wait is three seconds longer',
    'waits',
    ({ speedOfAnswer }) => ({ speedOfAnswer: mean(3_500)(speedOfAnswer) as QueueRow['talk'] }),
    someAnswered,
  ),
  queue(
    'the mean wait is three seconds shorter',
    'waits',
    ({ speedOfAnswer }) => ({ speedOfAnswer: mean(-3_500)(speedOfAnswer) as QueueRow['talk'] }),
    ({ speedOfAnswer }) => (speedOfAnswer.ms ?? 0) > 6_000,
  ),
  queue(
    'the mean wait is of 1970',
    'waits',
    ({ speedOfAnswer }) => ({ speedOfAnswer: { ...speedOfAnswer, ms: 1_772_417_525_000 } }),
    someAnswered,
  ),
  queue(
    'the mean wait is in seconds',
    'waits',
    ({ speedOfAnswer }) => ({ speedOfAnswer: { ...speedOfAnswer, ms: speedOfAnswer.ms! / 1_000 } }),
    ({ speedOfAnswer }) => (speedOfAnswer.ms ?? 0) > 6_000,
  ),
  queue(
    'a mean wait of nothing',
    'waits',
    ({ speedOfAnswer }) => ({ speedOfAnswer: { ...speedOfAnswer, ms: null } }),
    someAnswered,
  ),
  queue(
    'one wait is neither known nor unknown',
    'waits',
    ({ speedOfAnswer }) => ({ speedOfAnswer: { ...speedOfAnswer, known: speedOfAnswer.known - 1 } }),
    ({ speedOfAnswer }) => speedOfAnswer.known > 1,
  ),
  queue(
    'the mean talk is ten seconds longer',
    'talk',
    ({ talk }) => ({ talk: mean(10_000)(talk) as QueueRow['talk'] }),
    ({ talk }) => talk.known > 0,
  ),
  queue(
    'the mean talk is ten seconds shorter',
    'talk',
    ({ talk }) => ({ talk: mean(-10_000)(talk) as QueueRow['talk'] }),
    ({ talk }) => (talk.ms ?? 0) > 15_000,
  ),
  queue(
    'a talk has the wait in it',
    'talk',
    ({ talk, speedOfAnswer }) => ({ talk: mean(speedOfAnswer.ms!)(talk) as QueueRow['talk'] }),
    ({ talk, speedOfAnswer }) => talk.known > 0 && (speedOfAnswer.ms ?? 0) > 6_000,
  ),
  queue(
    'more talks than answers',
    'talk',
    ({ talk, answered }) => ({ talk: { ...talk, known: answered + 1 } }),
    ({ talk }) => talk.known > 0,
  ),
  queue(
    'no talk is known',
    'talk',
    () => ({ talk: { ms: null, known: 0, unknown: 0 } }),
    ({ talk, answered }) => talk.known > 1 && talk.known === answered,
  ),
  lie('queues', 'an interval of a queue is missing', 'offered', has('offered', 2), () => []),
  lie('queues', 'an interval of a queue is there twice', 'interval', has('offered', 2), (row) => [row, row]),
  lie('queues', 'the visits of a quarter are in the one before', 'offered', has('offered', 2), (row) => [
    { ...row, from: row.from - QUARTER_MS, to: row.to - QUARTER_MS },
  ]),
  lie('queues', 'the visits of a quarter are in the one after', 'offered', has('offered', 2), (row) => [
    { ...row, from: row.from + QUARTER_MS, to: row.to + QUARTER_MS },
  ]),
  lie(
    'queues',
    'the visits of a queue are in another',
    ['offered', 'interval'],
    has('offered', 2),
    (row, all) => {
      const other = all.find(({ queue: { id } }) => id !== row.queue.id);
      return other === undefined ? [] : [{ ...row, queue: other.queue }];
    },
  ),
  lie('queues', 'a queue that is none', 'offered', has('offered', 2), (row) => [
    row,
    { ...row, queue: { id: 'none' } },
  ]),
];

const AGENTS: readonly NumbersLie[] = [
  agent('an agent answers again', ['answered', 'talks'], ({ answered }) => ({ answered: answered + 1 })),
  agent('an agent answers again, and the talk is unknown', 'answered', ({ answered, talk }) => ({
    answered: answered + 1,
    talk: { ...talk, unknown: talk.unknown + 1 },
  })),
  agent('an agent answers once less', ['answered', 'talks'], ({ answered }) => ({ answered: answered - 1 })),
  agent('an agent answers once less, and that talk is missing', 'answered', ({ answered, talk }) => ({
    answered: answered - 1,
    talk: { ...talk, known: talk.known - 1 },
  })),
  agent('a call that came is one that was placed', ['placed', 'answered'], ({ answered, placed }) => ({
    answered: answered - 2,
    placed: placed + 2,
  })),
  agent(
    'a call that was placed is one that came',
    ['placed', 'answered'],
    ({ answered, placed }) => ({ answered: answered + 1, placed: placed - 1 }),
    ({ placed }) => placed > 0,
  ),
  agent('a talk that is over goes on', ['talking', 'talks'], ({ talk, talking }) => ({
    talking: talking + 1,
    talk: { ...talk, known: talk.known - 1 },
  })),
  agent('an agent talks beside all talks', 'talks', ({ talking }) => ({ talking: talking + 1 })),
  agent(
    'the mean talk of an agent is a minute longer',
    'talk',
    ({ talk }) => ({ talk: mean(MINUTE)(talk) as AgentRow['talk'] }),
    ({ talk }) => talk.known > 0,
  ),
  agent(
    'the mean talk of an agent is half',
    'talk',
    ({ talk }) => ({ talk: { ...talk, ms: talk.ms! / 2 } }),
    ({ talk }) => (talk.ms ?? 0) > 15_000,
  ),
  agent(
    'the mean talk of an agent is null',
    'talk',
    ({ talk }) => ({ talk: { ...talk, ms: null } }),
    ({ talk }) => talk.known > 0,
  ),
  agent('a ring without an answer more', 'notAnswered', ({ notAnswered }) => ({
    notAnswered: notAnswered + 1,
  })),
  agent(
    'a ring without an answer less',
    'notAnswered',
    ({ notAnswered }) => ({ notAnswered: notAnswered - 1 }),
    has('notAnswered'),
  ),
  agent('every ring counts as one without an answer', 'notAnswered', ({ notAnswered, answered }) => ({
    notAnswered: notAnswered + answered,
  })),
  agent(
    'an agent talks a minute more',
    'inState',
    state(({ talking, 'no-call': idle }) => ({ talking: talking! + MINUTE, 'no-call': idle! - MINUTE })),
  ),
  agent(
    'an agent talks a minute less',
    'inState',
    state(({ talking, 'no-call': idle }) => ({ talking: talking! - MINUTE, 'no-call': idle! + MINUTE })),
    ({ inState }) => inState['talking']! > 2 * MINUTE,
  ),
  agent(
    'an agent rings for a second more',
    'inState',
    state(({ ringing, 'no-call': idle }) => ({ ringing: ringing! + 1_000, 'no-call': idle! - 1_000 })),
  ),
  agent(
    'ringing counts as talking',
    'inState',
    state(({ ringing, talking }) => ({ ringing: 0, talking: talking! + ringing! })),
    ({ inState }) => inState['ringing']! > 1_000,
  ),
  agent(
    'an agent without a call is not registered',
    'inState',
    state(({ 'no-call': idle }) => ({ 'no-call': 0, 'not-registered': idle! })),
    ({ inState }) => inState['no-call']! > MINUTE,
  ),
  agent(
    'the outage counts as no call',
    'inState',
    state(({ 'not-watched': away, 'no-call': idle }) => ({ 'not-watched': 0, 'no-call': idle! + away! })),
    ({ inState }) => inState['not-watched']! > 0,
  ),
  agent(
    'the outage counts twice',
    'inState',
    state(({ 'not-watched': away }) => ({ 'not-watched': 2 * away! })),
    ({ inState }) => inState['not-watched']! > 0,
  ),
  agent(
    'a minute of an agent is in no state',
    'inState',
    state(({ 'no-call': idle }) => ({ 'no-call': idle! - MINUTE })),
    ({ inState }) => inState['no-call']! > 2 * MINUTE,
  ),
  agent(
    'more than an hour in an hour',
    'inState',
    state(({ talking }) => ({ talking: talking! + HOUR_MS })),
  ),
  agent(
    'a state that is none',
    'inState',
    state(() => ({ 'after-call-work': 10_000 })),
  ),
  lie('agents', 'the hour of an agent is missing', 'interval', has('answered', 2), () => []),
  lie('agents', 'the hour of an agent is there twice', 'interval', has('answered', 2), (row) => [row, row]),
  lie(
    'agents',
    'an hour of an agent is another agent’s',
    ['interval', 'answered', 'inState'],
    has('answered', 2),
    (row, all) => {
      const other = all.find(
        ({ agent: one, from }) => one.extension !== row.agent.extension && from !== row.from,
      );
      return [{ ...row, agent: other?.agent ?? { extension: 'none' } }];
    },
  ),
  lie(
    'agents',
    'what an agent did is in the hour before',
    ['answered', 'interval', 'inState'],
    has('answered', 2),
    (row) => [{ ...row, from: row.from - HOUR_MS, to: row.to - HOUR_MS }],
  ),
  lie('agents', 'an agent of whom nothing is known', ['answered', 'inState'], has('answered', 2), (row) => [
    row,
    { ...row, agent: { extension: '999' } },
  ]),
];

const REST: readonly NumbersLie[] = [
  unwatched(
    'the outage of the monitor was watched',
    () => ({ monitor: 0 }),
    ({ unwatchedMs }) => unwatchedMs.monitor > 0,
  ),
  unwatched(
    'the outage of the queue was watched',
    () => ({ queue: 0 }),
    ({ unwatchedMs }) => unwatchedMs.queue > 0,
  ),
  unwatched(
    'the outage counts twice as long',
    ({ unwatchedMs }) => ({ monitor: 2 * unwatchedMs.monitor }),
    ({ unwatchedMs }) => unwatchedMs.monitor > 0,
  ),
  unwatched(
    'an outage is a second shorter',
    ({ unwatchedMs }) => ({ queue: unwatchedMs.queue - 1_000 }),
    ({ unwatchedMs }) => unwatchedMs.queue > 1_000,
  ),
  unwatched('a minute without an outage was not watched', ({ unwatchedMs }) => ({
    monitor: unwatchedMs.monitor + MINUTE,
  })),
  unwatched(
    'a whole quarter was not watched',
    () => ({ queue: QUARTER_MS }),
    ({ unwatchedMs }) => unwatchedMs.queue < QUARTER_MS / 2,
  ),
  lie(
    'unwatched',
    'a quarter is missing',
    'interval',
    () => true,
    () => [],
  ),
  lie(
    'unwatched',
    'a quarter is there twice',
    'interval',
    () => true,
    (row) => [row, row],
  ),
  lie(
    'unwatched',
    'the outage is in the quarter after',
    ['unwatched', 'interval'],
    ({ unwatchedMs }) => unwatchedMs.queue > 0,
    (row, all) => {
      const next = all.find(({ from }) => from === row.to);
      return next === undefined ? [] : [{ ...row, unwatchedMs: next.unwatchedMs }];
    },
  ),
  {
    name: 'a call is in the history twice',
    rules: ['history'],
    falsify: (given, random) => ({ ...given, history: [...given.history, random.pick(given.history)] }),
  },
  {
    name: 'half of the calls are not in the history',
    rules: ['history'],
    falsify: (given) => ({ ...given, history: given.history.slice(given.history.length / 2) }),
  },
  {
    name: 'calls that never were are in the history',
    rules: ['history'],
    falsify: (given) => ({ ...given, history: [...given.history, ...given.history.map((id) => `${id}~`)] }),
  },
];

export const NUMBERS_LIES: readonly NumbersLie[] = [...QUEUES, ...AGENTS, ...REST];
