import { describeTable } from '../../../test/support/rule-tables.js';
import { CALL_ENDS, CALL_OUTCOMES, type EndFacts, type OutcomeFacts } from './ending-rules.js';

/** An inbound call without a part that is left, which nobody answered. */
const RANG: OutcomeFacts = {
  cameBack: false,
  partLeft: false,
  answered: false,
  entry: 'none',
  inbound: true,
};

describeTable(CALL_OUTCOMES, [
  [{ ...RANG, partLeft: true }, null],
  [{ ...RANG, partLeft: true, answered: true }, null],
  [{ ...RANG, partLeft: true, entry: 'listed' }, null],
  [{ ...RANG, partLeft: true, entry: 'vanished' }, null],
  [{ ...RANG, partLeft: true, entry: 'abandoned' }, null],
  [{ ...RANG, partLeft: true, inbound: false }, null],

  [{ ...RANG, answered: true }, 'answered'],
  [{ ...RANG, answered: true, inbound: false }, 'answered'],
  [{ ...RANG, answered: true, entry: 'vanished' }, 'answered'],
  [{ ...RANG, answered: true, entry: 'abandoned' }, 'answered'],
  [{ ...RANG, answered: true, entry: 'listed', partLeft: true, cameBack: true }, 'answered'],

  [{ ...RANG, cameBack: true, entry: 'vanished' }, 'abandoned'],
  [{ ...RANG, cameBack: true, entry: 'vanished', partLeft: true }, 'abandoned'],
  [{ ...RANG, cameBack: true, entry: 'listed', partLeft: true }, 'abandoned'],

  [{ ...RANG, entry: 'vanished' }, 'unknown'],
  [{ ...RANG, entry: 'abandoned' }, 'abandoned'],
  [{ ...RANG, entry: 'abandoned', inbound: false }, 'abandoned'],
  [RANG, 'abandoned'],
  [{ ...RANG, inbound: false }, 'no-answer'],
]);

const UNANSWERED: EndFacts = {
  cameBack: false,
  answered: false,
  answeredSince: false,
  entry: 'none',
  timeGiven: false,
  monitorSeen: false,
  lastLegs: 'listed',
};
const ANSWERED: EndFacts = { ...UNANSWERED, answered: true };
const BACK: EndFacts = { ...UNANSWERED, cameBack: true, entry: 'listed' };
const ABANDONED: EndFacts = { ...UNANSWERED, entry: 'abandoned', monitorSeen: true, lastLegs: 'none' };

describeTable(CALL_ENDS, [
  [
    { ...BACK, answered: true, answeredSince: true, entry: 'abandoned', timeGiven: true },
    { at: 'answer', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, answeredSince: true, entry: 'abandoned' },
    { at: 'answer', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, answeredSince: true },
    { at: 'answer', within: 'poll', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, answeredSince: true, entry: 'vanished', timeGiven: true },
    { at: 'answer', within: 'poll', certainty: 'inferred' },
  ],

  [
    { ...BACK, entry: 'abandoned', timeGiven: true },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [
    { ...BACK, entry: 'abandoned', timeGiven: true, answered: true, lastLegs: 'unlisted' },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [
    { ...BACK, entry: 'abandoned' },
    { at: 'seen', within: 'entry', certainty: 'observed' },
  ],
  [
    { ...BACK, entry: 'abandoned', answered: true },
    { at: 'seen', within: 'entry', certainty: 'observed' },
  ],
  [
    { ...BACK, timeGiven: true },
    { at: 'pbx', within: 'poll', certainty: 'upstream' },
  ],
  [
    { ...BACK, timeGiven: true, entry: 'vanished', answered: true },
    { at: 'pbx', within: 'poll', certainty: 'upstream' },
  ],
  [BACK, { at: 'return', within: 'poll', certainty: 'inferred' }],
  [
    { ...BACK, entry: 'vanished' },
    { at: 'return', within: 'poll', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, lastLegs: 'unlisted' },
    { at: 'return', within: 'poll', certainty: 'inferred' },
  ],

  [
    { ...ANSWERED, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', lastLegs: 'none' },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', lastLegs: 'none', monitorSeen: true, timeGiven: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [ANSWERED, { at: 'seen', within: 'parts', certainty: 'observed' }],
  [
    { ...ANSWERED, entry: 'vanished' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...ANSWERED, entry: 'vanished', lastLegs: 'none' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', timeGiven: true },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],

  [
    { ...ABANDONED, monitorSeen: false, timeGiven: true },
    { at: 'pbx', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...ABANDONED, monitorSeen: false },
    { at: 'seen', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...ABANDONED, timeGiven: true },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [
    { ...ABANDONED, timeGiven: true, lastLegs: 'unlisted' },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [ABANDONED, { at: 'seen', within: 'entry', certainty: 'observed' }],
  [
    { ...ABANDONED, entry: 'vanished' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...UNANSWERED, entry: 'vanished', timeGiven: true, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [UNANSWERED, { at: 'seen', within: 'parts', certainty: 'inferred' }],
  [
    { ...UNANSWERED, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
]);
