/**
 * The columns of the days' tables: what each counts, and where in a row it is.
 *
 * They are stored by their index. New ones come at the end of a row, and none ever changes its meaning or place: days that were
 * counted before it have it as 0.
 */

interface Column {
  readonly name: string;
  readonly means: string;
}

/** Of a queue and a quarter of an hour; each entry into the queue counts in the quarter in which its caller came into it. */
export const QUEUE_COLUMNS = [
  { name: 'offered', means: 'entries into the queue' },
  { name: 'answered', means: 'of them, those that an agent answered' },
  { name: 'abandoned', means: 'those whose caller hung up, the short ones too' },
  { name: 'flowedOut', means: 'those whose caller went on to another queue or elsewhere without an answer' },
  { name: 'unknown', means: 'those of which it is not known how they ended' },
  { name: 'shortAbandons', means: 'of those abandoned, the ones that were certainly short' },
  { name: 'waitMs', means: 'sum of the waits, in milliseconds, of those answered whose wait is known' },
  { name: 'waitsKnown', means: 'how many those are' },
  { name: 'waitsUnknown', means: 'the other answered ones' },
  {
    name: 'talkMs',
    means:
      'sum of the talks, in milliseconds, of those answered whose talk is known: from the answer to the end of the call, or to its next queue',
  },
  { name: 'talksKnown', means: 'how many those are' },
  { name: 'talksUnknown', means: 'the other answered ones' },
] as const satisfies readonly Column[];

/** Of an extension and an hour, by when each thing happened. */
const AGENT_COLUMNS = [
  { name: 'answered', means: 'conversations that began there with a call that came to the extension' },
  { name: 'placed', means: 'conversations that began there with a call that the extension placed' },
  { name: 'talkMs', means: 'sum of the talks, in milliseconds, of both whose talk is known, hold included' },
  { name: 'talksKnown', means: 'how many those are' },
  { name: 'talksUnknown', means: 'the others' },
  { name: 'notAnswered', means: 'offers at the extension that ended `not-answered`' },
  { name: 'ringing', means: 'milliseconds in which a call rang there, or one that it placed rang elsewhere' },
  { name: 'talking', means: 'milliseconds in which it talked or held a call' },
  { name: 'no-call', means: 'milliseconds without a call' },
  {
    name: 'not-registered',
    means: 'milliseconds in which the PBX, which lists idle extensions, did not list it',
  },
  { name: 'not-watched', means: 'milliseconds of which nothing is known, as the monitor was not watched' },
] as const satisfies readonly Column[];

/** Of an endpoint and a quarter of an hour. */
const SOURCE_COLUMNS = [
  {
    name: 'watched',
    means: 'not 0 where a complete answer fell into the quarter; else nothing of the quarter was watched',
  },
  { name: 'unwatchedMs', means: 'milliseconds in which it was not watched' },
] as const satisfies readonly Column[];

export type QueueColumn = (typeof QUEUE_COLUMNS)[number]['name'];
export type AgentColumn = (typeof AGENT_COLUMNS)[number]['name'];
export type SourceColumn = (typeof SOURCE_COLUMNS)[number]['name'];

/** After room for more, one column a bucket (`waits.ts`): of the waits of those answered, by the most that each can have been. */
export const WAIT_AT_MOST = 32;
/** And, after room for finer buckets, by the least. */
export const WAIT_AT_LEAST = WAIT_AT_MOST + 160;

const indexed = <Name extends string>(columns: readonly { readonly name: Name }[]) =>
  Object.fromEntries(columns.map(({ name }, index) => [name, index])) as Readonly<Record<Name, number>>;

export const QUEUE: Readonly<Record<QueueColumn, number>> = indexed<QueueColumn>(QUEUE_COLUMNS);
/** Each state's time has the column of its name. */
export const AGENT: Readonly<Record<AgentColumn, number>> = indexed<AgentColumn>(AGENT_COLUMNS);
export const SOURCE: Readonly<Record<SourceColumn, number>> = indexed<SourceColumn>(SOURCE_COLUMNS);
