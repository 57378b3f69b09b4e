import { CORRELATE_MUTANTS } from './correlate-mutants.js';
import { LIFE_MUTANTS } from './life-mutants.js';
import { type Mutant, mutantsOf } from './mutant.js';

const OBSERVE = 'src/core/observe';
const PARTS = 'src/core/parts';

const observe: readonly Mutant[] = [
  ...mutantsOf(`${OBSERVE}/sources.ts`, `${OBSERVE}/sources.spec.ts`, [
    [
      'hasFailed ? Math.min(source.failures + 1, policy.sourceDownAfter) : 0;',
      'hasFailed ? source.failures + 1 : 0;',
      'the state of an endpoint that is down would be written with every poll, for days',
    ],
    [
      'hasFailed ? (source.failingSince ?? observation.at) : null;',
      'hasFailed ? observation.at : null;',
      'an outage would begin with its last failure',
    ],
    [
      "if (before === now || now === 'unknown') return null;",
      "if (now === 'unknown') return null;",
      '`source-down` would be emitted with every failed poll',
    ],
    [
      'failsOften: failures >= policy.sourceDownAfter,',
      'failsOften: failures > policy.sourceDownAfter,',
      'an endpoint would be announced as down never, as the count stops at the threshold',
    ],
    [
      "outcome === 'complete' ? { startedAt: observation.startedAt, at: observation.at } : source.lastComplete;",
      '{ startedAt: observation.startedAt, at: observation.at };',
      'a partial answer would prove that the calls it lacks were not there',
    ],
    [
      "return before === 'unknown' ? null : 'source-up';",
      "return 'source-up';",
      '`source-up` would be emitted at every first start, for an outage that never was',
    ],
    [
      'reason: isUp ? before.lastError : now.lastError,',
      'reason: now.lastError,',
      '`source-up` would not say what the outage was',
    ],
    [
      'isUp && window.after !== null ? window.by - window.after : null',
      'isUp ? window.by - (window.after ?? window.by) : null',
      'a bridge that has never seen the endpoint would claim to have missed nothing',
    ],
    [
      "{ when: { before: 'down' }, then: 'down', why: 'only an answer ends an outage' },",
      '',
      'a PBX that asks to wait would end its own outage',
    ],
    [
      'const DEGRADED_AFTER_MS = 10_000;',
      'const DEGRADED_AFTER_MS = 100_000;',
      'a source that hides calls for a minute would be up',
    ],
    [
      'return answered && (polls >=',
      'return (polls >=',
      'a source that never answered would be degraded and not down',
    ],
  ]),
  ...mutantsOf(`${OBSERVE}/registrations.ts`, `${OBSERVE}/registrations.spec.ts`, [
    [
      'if (before !== undefined && isOlder(answer, before)) continue;',
      '',
      'a slow answer would take back what a newer one has shown',
    ],
    [
      ' && checked.startedAt - at < OUT_OF_ORDER_MS',
      '',
      'after the clock was set back, no answer would count until it has caught up',
    ],
    [
      'since: last?.registered === registered ? last.since : at,',
      'since: at,',
      'the id of a change would differ when it is announced again',
    ],
    [
      'return a.toLowerCase() === b.toLowerCase();',
      'return a === b;',
      'one extension would be two, by how its uuid is written',
    ],
    [
      'extensionId: id === extension ? (last?.extensionId ?? null) : id,',
      'extensionId: id,',
      'the uuid of an extension would be forgotten when it is asked for by number',
    ],
    [
      'if (newest - registration.checked.at > FORGOTTEN_MS) forget(registration);',
      'if (newest < 0) forget(registration);',
      'extensions that are not watched any more would stay in the state for good',
    ],
    [
      'if (last !== undefined && last.registered !== answer.registered)',
      'if (last?.registered !== answer.registered)',
      'every start would announce the registration of each extension',
    ],
  ]),
];

const parts: readonly Mutant[] = [
  ...mutantsOf(`${PARTS}/absence-rules.ts`, `${PARTS}/absence-rules.spec.ts`, [
    [
      "when: { row: 'missing', complete: false },\n      then: 'as before',",
      "when: { row: 'missing', complete: false },\n      then: 'absent',",
      'a partial answer would end the calls it lacks',
    ],
    [
      "then: { absence: 'abandoned', isAnswered: true },",
      "then: { absence: 'abandoned', isAnswered: false },",
      'a restart of the call-centre module would make answered calls abandoned',
    ],
    [
      "when: { monitorSeen: false, monitorUnavailable: false },\n      then: 'waits',",
      "when: { monitorSeen: false, monitorUnavailable: false },\n      then: 'counts',",
      'a caller who goes on at an extension would be announced as one who left',
    ],
    [
      'when: { unregistered: false, listsIdle: true, listedSince: false },\n      then: true,',
      'when: { unregistered: false, listsIdle: true, listedSince: false },\n      then: false,',
      'an extension that loses its registration during a conversation would end the call',
    ],
    [
      "when: { row: 'missing', before: 'abandoned' },\n      then: { absence: 'abandoned', isAnswered: false },",
      "when: { row: 'missing', before: 'abandoned' },\n      then: { absence: 'vanished', isAnswered: false },",
      'that the caller had left would be forgotten when the queue deletes the row',
    ],
    [
      "=== 'counts' ? policy.absencePolls : policy.absencePolls - 1;",
      "=== 'counts' ? policy.absencePolls : policy.absencePolls;",
      'an absence from the queue would count without a monitor answer beside it',
    ],
    [
      'polls: Math.min((before?.polls ?? 0) + 1, absencePolls),',
      'polls: (before?.polls ?? 0) + 1,',
      'a missing leg would be written with every poll',
    ],
  ]),
  ...mutantsOf(`${PARTS}/window.ts`, `${PARTS}/window.spec.ts`, [
    [
      'instant <= now ? instant : null',
      'instant < now ? instant : null',
      'a poll in the same millisecond would look like a clock set back',
    ],
    [
      'return by + ms <= instant;',
      'return by + ms < instant;',
      'an answer that was requested just when it had to be would not count',
    ],
    [
      'return other.by - by >= ms;',
      'return other.by - by > ms;',
      'the bound itself is long enough, as the table says',
    ],
    [
      '(after === null || instant >= after - ms)',
      '(after === null || instant >= after)',
      'a time of the PBX’s clock within the tolerance would be refused',
    ],
    ['instant <= by + ms', 'instant < by + ms', 'a clock at the edge of the tolerance is within it'],
    ['return by > other.by;', 'return by >= other.by;', 'what one poll shows together would have an order'],
    [
      'return after !== null && after >= other.by;',
      'return after !== null && after > other.by;',
      'the very next poll would not come after',
    ],
  ]),
  ...mutantsOf(`${PARTS}/part.ts`, `${PARTS}/part.spec.ts`, [
    [
      'return row.rejoinedAt ?? row.joinedAt;',
      'return row.joinedAt;',
      'the wait of a caller who came back would include the time away',
    ],
    [
      'return time !== null && time >= entryBegan(row);',
      'return time !== null;',
      'an earlier entry’s end would end the caller who came back',
    ],
    [
      'startedAt <= entryBegan(entry) - PBX_PRECISION_MS',
      'startedAt <= entryBegan(entry)',
      'a `call_time` in whole seconds may lie before the entry that it belongs to',
    ],
    [
      "if (entry.status !== 'abandoned') return true;",
      'if (startedAt > 0) return true;',
      'a leg that began after the caller had left would be that caller’s',
    ],
    [
      'return during.length === 1 ? during[0]! : null;',
      'return during[0] ?? null;',
      'of two callers with one number, the wrong one would get the leg',
    ],
    [
      'return absence !== null && absence.polls >= policy.absencePolls;',
      'return absence !== null && absence.polls > 0;',
      'one flicker of a row would end its call',
    ],
  ]),
];

export const CORE_MUTANTS: readonly Mutant[] = [...observe, ...parts, ...CORRELATE_MUTANTS, ...LIFE_MUTANTS];
