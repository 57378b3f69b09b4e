import { type Mutant, mutantsOf } from './mutant.js';

const HTTP = 'src/deliver/http';

/** Of calls that have ended, and of numbers. */
export const NUMBERS_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/core/day/visits.ts', 'src/core/day/stories.spec.ts', [
    [
      ' && beganAfterQueue(leg, entry),',
      ',',
      'a caller who hung up as the agent answered would have flowed elsewhere, and not have been lost',
    ],
  ]),
  ...mutantsOf('src/core/day/segments.ts', 'src/core/day/stories.spec.ts', [
    [
      "isSeen ? { ...transferred, certainty: 'observed' } : transferred",
      'transferred',
      'an agent who only gets transferred calls would have no talk time',
    ],
    ['isAnswer(leg) && ', '', 'a talk would be known whose beginning was only inferred from a consultation'],
  ]),
  ...mutantsOf('src/core/day/agent-times.ts', 'src/core/day/agent-times.spec.ts', [
    [
      'if (listed.has(extension)) unclear.add(extension);',
      '',
      'an agent whose leg did not ring yet when it was first seen would have no hours until the next call',
    ],
  ]),
  ...mutantsOf(`${HTTP}/history-pager.ts`, `${HTTP}/history-pager.spec.ts`, [
    [
      '.filter(([position]) => next === null || inOrder(position, next) <= 0)',
      '',
      'calls that a further look-up has not come to yet would be skipped by the next page',
    ],
    ['next === null && index === merged.length - 1', 'false', 'an empty page would follow the last one'],
    [' && examined < SCAN_RECORDS', '', 'one request could go through the whole history'],
  ]),
  ...mutantsOf(`${HTTP}/history-calls.ts`, `${HTTP}/history.spec.ts`, [
    [
      'isOfThem && !isMasked(audience, exposure)',
      'isOfThem',
      'a number that is tried would show whose call it is',
    ],
    ['callShownTo(call, audience, exposure)', 'call', 'the history would show numbers that the token masks'],
    [
      'return audience.seesCall(exposure)\n',
      'return true\n',
      'a token would see calls by their ids that are not its own',
    ],
  ]),
  ...mutantsOf(`${HTTP}/stats-query.ts`, `${HTTP}/stats.spec.ts`, [
    [
      'tries === STEADY_TRIES || hasCountedAlike(before, after)',
      'true',
      'a call that ends while numbers are read would count twice or not at all',
    ],
    [
      'numbers.queues(data, query).filter(isSeen)',
      'numbers.queues(data, query)',
      'a token would see the numbers of other queues',
    ],
    [
      'numbers.agents(data, query).filter(isSeen)',
      'numbers.agents(data, query)',
      'a token would see the numbers of other agents',
    ],
  ]),
  ...mutantsOf(`${HTTP}/stats-csv.ts`, `${HTTP}/stats.spec.ts`, [
    ['rows.length === 0 && monitor + queue > 0', 'false', 'a table would show an outage as a quiet hour'],
  ]),
];
