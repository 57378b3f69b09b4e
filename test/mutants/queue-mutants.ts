import { type Mutant, mutantsOf } from './mutant.js';

const QUEUES = 'src/core/queues';
const SPEC = `${QUEUES}/queue-watch.spec.ts`;

export const QUEUE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${QUEUES}/queue-watch.ts`, SPEC, [
    [
      'const isWatched = isUp(poll.after) && queue.incomplete === null;',
      'const isWatched = isUp(poll.after);',
      'a partial answer would count callers who have left',
    ],
    [
      'const isWatched = isUp(poll.after) && queue.incomplete === null;',
      'const isWatched = queue.incomplete === null;',
      'thresholds would be crossed and cleared while the monitor is down',
    ],
    ['asOf < this.#nextDue) {', 'true) {', 'a wait would pass its limit unnoticed while nothing changes'],
    [
      '(this.#hasGap || mayHaveHeldAt',
      '(mayHaveHeldAt',
      'a threshold would be cleared by what no poll has shown',
    ],
    [
      ' || mayHaveHeldAt(before.by, { rule, limit: crossed.limit, skewMs }, moves.came));',
      ');',
      'a threshold would cease to hold while the queue had yet to show who came',
    ],
    [
      "const crossed = before.limit === limit ? 'yes' : 'another limit';",
      "const crossed = 'yes';",
      'a rule that is gone would stay crossed for ever',
    ],
    [
      'doubt === undefined ? this.#checkedAsOf : doubt.after',
      'this.#checkedAsOf',
      'what began in a gap would have begun after it, where the first answer after it leaves that open',
    ],
    ['at - known.lastAt >= QUEUE_KEPT_MS && ', '', 'a queue would be forgotten within the hour'],
    ['at - known.lastAt >= LAST_AT_EXACT_MS', 'true', 'every change of a call would write its queue'],
  ]),
  ...mutantsOf(`${QUEUES}/watched.ts`, SPEC, [
    [
      ' && before.queue.incomplete === null',
      '',
      'what began while the monitor was away would have begun when it came back',
    ],
  ]),
  ...mutantsOf(`${QUEUES}/threshold-holds.ts`, SPEC, [
    [
      'place.isShown && asOf >= surelyFrom',
      'place.isShown && asOf >= from',
      'a caller who was answered in the last second of the limit would ring an alarm',
    ],
    ['shown >= limit', 'waiting.length >= limit', 'a caller whose row has vanished would cross a limit'],
    ['joinedAt - (skewMs ?? 0)', 'joinedAt', 'waits would be wrong where the clock of the PBX is'],
    ['isOlder || ', '', 'two crossings could have one id'],
    ['isOlder || !isKnown', 'isOlder', 'a caller who has left would not have made the number full'],
  ]),
  ...mutantsOf(`${QUEUES}/queue-place.ts`, SPEC, [
    ['answered || wasAnswered', 'wasAnswered', 'an answer at an extension that is not seen would be none'],
    [
      " || legs.some(({ state }) => state === 'answered')",
      '',
      'an answer would count when the queue says so',
    ],
  ]),
  ...mutantsOf(`${QUEUES}/queue-callers.ts`, SPEC, [
    [' && !isGhost(place, asOf)', '', 'a row that the PBX has forgotten would wait for ever'],
  ]),
  ...mutantsOf(`${QUEUES}/thresholds.ts`, SPEC, [
    ['[...own, ...general]', '[...general, ...own]', 'the limit of every queue would go before its own'],
  ]),
];

export const HELD_QUEUE_MUTANTS: readonly Mutant[] = mutantsOf(
  'src/deliver/log/held-queues.ts',
  'src/deliver/log/held-queues.spec.ts',
  [
    ['if (audience.seesQueue(exposure)) ', '', 'every token would see every queue'],
    ['this.#names.size < QUEUES_MAX || ', 'true || ', 'names of queues would be kept without a bound'],
  ],
);
