import { type Mutant, mutantsOf } from './mutant.js';

const CALLBACKS = 'src/core/callbacks';
const SPEC = `${CALLBACKS}/callbacks.spec.ts`;

export const CALLBACK_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${CALLBACKS}/callbacks.ts`, SPEC, [
    [
      "if (end.how === 'abandoned') this.#step(end);\n    for",
      "if (end.how !== 'abandoned') this.#step(end);\n    for",
      'a conversation of the same poll would come before the abandonment that it makes good',
    ],
    ['shownAt < time || ', '', 'a conversation would count before it has lasted long enough'],
    [' || talk.from <= lastMissed(item)) return;', ') return;', 'a conversation of before would close it'],
    ["probable: answer === 'inferred',", 'probable: false,', 'an inferred answer would be certain'],
    ['done.at + CLOSED_KEPT_MS <= at', 'false', 'closed ones would be kept for ever'],
    ['if (this.#open.size >= CALLBACKS_MAX) ', 'if (this.#open.size < 0) ', 'any number could be open'],
  ]),
  ...mutantsOf(`${CALLBACKS}/callbacks.ts`, SPEC, [
    ['{ ...item, customer: FORGOTTEN }', 'item', 'the event of a forgotten customer would have the number'],
    [
      '(item) => item.line === line)',
      '(item) => item.line === line && item.done === null)',
      'closed ones of a forgotten customer would be kept',
    ],
  ]),
  ...mutantsOf('src/core/desk.ts', 'src/deliver/http/audit-trail.spec.ts', [
    [
      "result === 'written' ? auditedDeed(request) : null",
      'auditedDeed(request)',
      'the audit would name people for dismissals that were not theirs',
    ],
    [
      "result === 'written' ? auditedDeed(request) : null",
      'null',
      'a dismissal could be written by a commit of which the audit knows nothing',
    ],
  ]),
  ...mutantsOf(`${CALLBACKS}/callback-request.ts`, SPEC, [
    ['holder !== null && holder !== by', 'false', 'two people would be on it'],
    ['at - done.at > UNDO_MS || ', '', 'a dismissal could be undone for ever'],
    [' || openId !== null', '', 'a customer would have two open ones'],
    ['item.claim.until > at ?', 'true ?', 'a claim would outlast its time'],
  ]),
  ...mutantsOf(`${CALLBACKS}/callback-steps.ts`, SPEC, [
    [
      'part.probable && isProbable',
      'part.probable || isProbable',
      'a certain abandonment would stay probable',
    ],
    ['part.afterHours && isAfterHours', 'part.afterHours', 'a call in business hours would be after hours'],
    [
      '{ ...withDeed(item, { what, at, by }), claim: null, done: end }',
      '{ ...withDeed(item, { what, at, by }), done: end }',
      'a closed one would still be claimed',
    ],
  ]),
  ...mutantsOf('src/core/parts/line.ts', 'src/core/parts/line.spec.ts', [
    [' && !LIKE_MOBILE.test(national)', '', 'a mobile number of today would become a landline'],
    [" && country === 'VN'", '', 'numbers of another country would be Vietnamese'],
    ['national.length === 10', 'true', 'a mobile number that lacks a digit would be mapped'],
  ]),
];
