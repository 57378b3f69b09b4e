import { describeTable } from '../../../test/support/rule-tables.js';
import { CALL_ENDS, type EndFacts } from './ending-rules.js';

const UNANSWERED: EndFacts = {
  cameBack: false,
  answered: false,
  answeredSince: false,
  entry: 'none',
  timeGiven: false,
  monitorSeen: false,
  lastLegs: 'listed',
  doubtful: false,
  left: false,
  doubted: false,
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
    { ...ANSWERED, entry: 'vanished', doubtful: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
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
    { ...ABANDONED, entry: 'vanished', doubtful: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...BACK, entry: 'vanished', doubtful: true, timeGiven: true },
    { at: 'pbx', within: 'poll', certainty: 'upstream' },
  ],
  [
    { ...ABANDONED, entry: 'vanished' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...UNANSWERED, entry: 'vanished', timeGiven: true, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...UNANSWERED, entry: 'listed', lastLegs: 'none' },
    { at: 'quiet', within: 'quiet', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'listed', lastLegs: 'none' },
    { at: 'quiet', within: 'quiet', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, lastLegs: 'unlisted', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, lastLegs: 'none', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'listed', lastLegs: 'none', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'vanished', lastLegs: 'listed', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'vanished', doubted: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', monitorSeen: true, doubted: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [UNANSWERED, { at: 'seen', within: 'parts', certainty: 'inferred' }],
  [
    { ...UNANSWERED, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
]);
