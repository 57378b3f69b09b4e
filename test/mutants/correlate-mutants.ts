import { type Mutant, mutantsOf } from './mutant.js';

const CORRELATE = 'src/core/correlate';

/** Which parts are one call. */
const evidence: readonly Mutant[] = [
  ...mutantsOf(`${CORRELATE}/evidence-rules.ts`, `${CORRELATE}/evidence-rules.spec.ts`, [
    [
      "{ when: { outbound: true }, then: null, why: 'an outbound leg never joins an inbound call' },",
      '',
      'an agent who calls back would answer the queue entry that still waits',
    ],
    [
      "{ when: { customers: 'different' }, then: null, why: 'two customers' },",
      '',
      'the page of another customer would open',
    ],
    [
      "{ when: { waits: true }, then: null, why: 'the queue rings agents only for entries that are Trying' },",
      '',
      'a direct call would answer a caller who still waits',
    ],
    [
      "{ when: { names: 'another' }, then: null, why: 'the queue rings the agent that it names' },",
      '',
      'a direct call would answer the entry that another agent is tried for',
    ],
    [
      "{ when: { owns: true }, then: null, why: 'the queue rings an agent once' },",
      '',
      'a second call of the customer at this extension would be lost in the first',
    ],
    [
      "{ when: { hotlines: 'different' }, then: null, why: 'the caller called another number' },\n    { when: { time",
      '{ when: { time',
      'a call to another hotline would answer the queue entry',
    ],
    [
      "{ when: { time: 'outside' }, then: null, why: 'the queue did not ring at that time' },",
      '',
      'a leg that rang before the caller joined would be the queue’s',
    ],
    [
      "{ when: { connected: true }, then: null, why: 'the caller talks to somebody' },\n    {\n      when: { stale",
      '{\n      when: { stale',
      'a second call of a customer who talks would be lost in the first',
    ],
    [
      "{\n      when: { stale: true, names: 'none known' },\n      then: null,\n      why: 'the caller has gone; only the row remains',\n    },",
      '',
      'a row that the PBX forgot would take every later call of its customer',
    ],
    [
      'when: { stale: true, names: ',
      'when: { stale: true, customers: "same", names: ',
      'a forgotten row would take the legs of withheld callers',
    ],
    [
      "when: { learnt: 'different', hotlines: 'unknown' },",
      "when: { learnt: 'different', hotlines: 'unknown', customers: 'withheld' },",
      'a company’s call to an extension would answer its colleague in the queue',
    ],
    [
      "then: 'named', why: 'the row says so'",
      "then: 'time', why: 'the row says so'",
      'of two entries the leg would join another than the one that names its agent',
    ],
    [
      "{ when: { taken: true }, then: false, why: 'that call has its extensions' },",
      '',
      'a second call of a company would be lost in the one that was answered',
    ],
    [
      "{ when: { hotlines: 'different' }, then: false, why: 'the numbers called differ' },",
      '',
      'a leg that rings on another hotline would join the first call',
    ],
    [
      "{ when: { began: 'apart' }, then: false, why: 'two people behind one number' },",
      '',
      'two people behind one company number would be one call',
    ],
    [
      "when: { began: 'together', atOnce: true, hotlines: 'same' },",
      "when: { began: 'together', atOnce: true },",
      'two withheld callers of two hotlines would be one call',
    ],
    [
      "{ when: { outbound: true }, then: 'no', why: 'calling back at once is a new call' },",
      '',
      'calling a missed caller back at once would answer the missed call',
    ],
    [
      "{ when: { hotlines: 'different' }, then: 'no', why: 'the caller called another number' },",
      '',
      'a caller who tries another hotline would be taken for transferred',
    ],
    [
      "when: { customers: 'withheld', hotlines: 'unknown' },\n      then: 'no',",
      "when: { customers: 'withheld', hotlines: 'unknown' },\n      then: 'joins',",
      'two withheld callers would be one without anything that ties them together',
    ],
    [
      "{ when: { visited: true }, then: 'no', why: 'a customer who redials looks the same' },",
      '',
      'a customer who redials would go on in the old call',
    ],
    [
      "{ when: { rings: true }, then: 'no', why: 'the queue goes on ringing' },",
      '',
      'a direct call would join the entry that the queue tries the next agent for',
    ],
    [
      "{ when: { connected: true }, then: 'no', why: 'the caller talks to somebody' },\n    {\n      when: { letGo",
      '{\n      when: { letGo',
      'a second call of a customer who talks would be taken for a transfer',
    ],
    [
      "{ when: { lost: 'no' }, then: 'no', why: 'the call is where it was' },",
      '',
      'any later call of the customer would be taken for a transfer',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/alike-callers.ts`, `${CORRELATE}/alike-callers.spec.ts`, [
    [
      "if (absence !== null) return absence.kind === 'vanished';",
      'if (absence !== null) return false;',
      'a caller who was bridged would lose the agent to another caller of the number',
    ],
    [
      "if (hotlineMatch(other.hotline, seen.hotline) === 'different') return false;",
      '',
      'a caller of another hotline would be emitted as answered',
    ],
    [
      'isSince(leg.since, askedAt, SETTLES_MS)',
      'true',
      'a caller who hangs up unheard would be emitted as answered, and never be called back',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/consultation-rules.ts`, `${CORRELATE}/consultation-rules.spec.ts`, [
    [
      "{ when: { showsCustomer: true, alone: true }, then: 'joins', why: 'the row says so' },",
      '',
      'a transfer that the row itself shows would wait or be missed',
    ],
    [
      "{ when: { alone: false }, then: 'is over', why",
      "{ when: { alone: false }, then: 'joins', why",
      'of two callers, the wrong one would be transferred',
    ],
    [
      "{ when: { consulted: 'talks', transferor: 'missing' }, then: 'holds', why",
      "{ when: { consulted: 'talks', transferor: 'missing' }, then: 'joins', why",
      'a flicker of one row would be announced as a transfer',
    ],
    [
      "{ when: { consulted: 'talks' }, then: 'is over', why",
      "{ when: { consulted: 'talks' }, then: 'joins', why",
      'two colleagues who talk on would be a transfer of a caller who had hung up',
    ],
    [
      "{ when: { consulted: 'rings' }, then: 'holds', why",
      "{ when: { consulted: 'rings' }, then: 'is over', why",
      'a caller who hears the next extension ring would be ended',
    ],
  ]),
];

const joins: readonly Mutant[] = [
  ...mutantsOf(`${CORRELATE}/entry-ring.ts`, `${CORRELATE}/entry-ring.spec.ts`, [
    [
      'a.place > b.place',
      'a.place < b.place',
      'of callers who joined in one second the last would own the ring, as the PBX serves the first',
    ],
    [
      'entryBegan(a.entry) - entryBegan(b.entry) > 0',
      'entryBegan(a.entry) - entryBegan(b.entry) < 0',
      'the ring would be the last caller’s, as the PBX serves the first',
    ],
    [
      "isSure && !mayRingElsewhere(group.legs[0]!.seen, best.candidate) ? 'shown' : 'inferred';",
      "'shown' as const;",
      'a ring that may be another caller’s would be certain',
    ],
    [
      '!(deps.contested.has(entry.key) || best.isLeftOver)',
      'best.rivals.length === 0',
      'the leg that is left for the other of two callers would teach who and where its agent is',
    ],
    [
      'isOfMany || mistaken.has(candidate.entry.key)',
      'isOfMany',
      'a caller who rings under an outbound call would take the next caller’s ring',
    ],
    [
      'ringsMany(call, entry)',
      'false',
      'a caller whose agent rings would have none of two rings, where the other is a ring group’s',
    ],
    [
      ' && !mayRingElsewhere(group.legs[0]!.seen, best.candidate)',
      '',
      'a ring of a caller who rings elsewhere as well would be certain',
    ],
    [
      'if (startedAt < from - toleranceMs)',
      'if (startedAt < from)',
      '`call_time` in whole seconds may lie before the join that it belongs to',
    ],
    [
      ': startedAt <= to + PBX_PRECISION_MS;',
      ': startedAt <= to;',
      'a leg that began in the second of the answer would be another call',
    ],
    [
      'group === null ? call.entry.changedAt : now',
      'now',
      'a leg that begins long after the answer would be the queue’s',
    ],
    [
      'answers.places.has(entry.key) &&\n',
      '',
      'an entry that has turned Trying since the queue’s last answer would lose its ring',
    ],
    [
      'group === null ? answers.queueIsNoOlder && !answers.turned.has(call.callId) : answers.queueIsLater',
      'group === null || answers.queueIsLater',
      'an entry that was Trying until this poll would lose its ring',
    ],
    [
      ': answers.queueIsLater),',
      ': false),',
      'a caller who has just joined a queue would take the ring of another one at once',
    ],
    [
      "beganTogether(seen.startedAt, startedAt) !== 'together',",
      'seen.startedAt !== undefined,',
      'a second device of the extension would be a second call',
    ],
    [
      "(hasTurned(candidate, deps, 'answered') && namedBy(",
      '(false && namedBy(',
      'the caller who is answered in this poll would lose the leg to one who waits',
    ],
    [
      'if (rank % 2 === 0 && new Set(',
      'if (rank < 0 && new Set(',
      'a leg would be the caller’s in another queue, where nothing says which',
    ],
    [
      '!isAlone(group) || free.length !== 1',
      '!isAlone(group) || free.length === 0',
      'an entry would take the ring of another caller of that number',
    ],
    [
      'seen.startedAt >= from &&',
      'seen.startedAt >= from - 60_000 &&',
      'a call that rang before the caller joined the queue would be that caller’s',
    ],
    [
      'firstSeen > cycle.queueSeenBefore;',
      'firstSeen > 0;',
      'a direct call that has rung for long would become the queue’s',
    ],
    [
      'own !== null || pastEntries.length > 0) return [];',
      'own !== null) return [];',
      'a call that has left its queue would take another caller’s entry',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/entry-ring.ts`, `${CORRELATE}/entry-ring.spec.ts`, [
    [
      'absence === null && incomplete.monitor?.missing.has(seen.key) !== true;',
      'absence === null;',
      'a partial answer that lacks the leg of the agent before would keep the next one from the caller',
    ],
    [
      'const known = call?.legs.filter(isThere)',
      'const known = (group === null ? call : null)?.legs.filter(isThere)',
      'a caller whose row comes after the ring would take the agent of the next one',
    ],
    [
      'for (const { seen } of group.legs) add(deps.rung, call.callId, seen);',
      '',
      'a caller whose agent rings would take the agent of the next one',
    ],
    [
      "return entry.status === 'trying' && agentNamesOf(entry).length > 0;",
      'return true;',
      'a ring-all queue would ring one agent',
    ],
    [
      'ringsOneAgent(entry) && (isAnothers || ringsAnother',
      'ringsOneAgent(entry) && (ringsAnother',
      'the first caller of a company would take one of the agents whom a queue rings for the second',
    ],
    ['size > candidates.length;', 'size > 1;', 'two callers, each with one agent, would be one'],
    [
      "(hasTurned(candidate, deps, 'answered') && namedBy(candidate.entry, seen, deps.cycle) !== 'another')",
      "hasTurned(candidate, deps, 'answered')",
      'the ring of a caller who waits would be that of one whom another agent has answered',
    ],
    [
      'if (answeredAt !== null && answeredAt < onOurClock(from, cycle.skewMs) - PBX_PRECISION_MS) return [];',
      '',
      'a conversation that began before the caller joined the queue would be that caller’s',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/candidates.ts`, `${CORRELATE}/entry-ring.spec.ts`, [
    [
      'extension !== undefined && cycle.isListed(extension)',
      'extension !== undefined',
      'a row that names an agent who is not there would refuse the agent who rings',
    ],
    [
      "if (extension === leg.extension) return 'it';",
      '',
      'a name that was learnt would tie nothing together',
    ],
    [
      'queue.startedAt >= monitor.at;',
      'queue.at >= monitor.at;',
      'a caller who joined while both were asked would lose the ring',
    ],
    [
      'queue.startedAt + QUEUE_LEADS_MS >= monitor.at',
      'queue.startedAt >= monitor.at',
      'where both endpoints are asked at once, a caller who waits would take another’s ring',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/continuation.ts`, `${CORRELATE}/continuation.spec.ts`, [
    ['const NEAR_MS = 2_000;', 'const NEAR_MS = 3_000;', 'a caller who calls again would be a transfer'],
    ['const NEAR_MS = 2_000;', 'const NEAR_MS = 1_000;', 'a transfer would be a second call'],
    [
      'return calls.length === 1 ? calls[0]! : null;',
      'return calls[0] ?? null;',
      'of two withheld callers the wrong one would be transferred',
    ],
    [
      ' && !hasJustParted(call, cycle)',
      '',
      'a transfer that the queue’s answer shows first would be a second call',
    ],
    [
      "known.includes('withheld') ? 'withheld' : known[0]!",
      'known[0]!',
      'a withheld caller whose row in the queue is written in another way would be a second call after a transfer',
    ],
    [
      " && customers !== 'withheld';",
      ';',
      'any withheld call would continue that of a withheld customer whom an extension had called',
    ],
    [
      'leg.startedAt === null ? null : onOurClock(leg.startedAt, cycle.skewMs)',
      'leg.startedAt',
      'with a clock that is off, each transfer that a later poll shows would be a second call',
    ],
    [
      'return own.length > 0 ? own : legs;',
      'return legs;',
      'a colleague’s ring that stops would let another call continue this one',
    ],
    [
      "isOurs\n      ? 'same'\n      : cameOtherwise",
      'cameOtherwise',
      'a blind transfer of an outbound call would be a second call',
    ],
    [
      'if (hotline !== null || queues.length === 0) return false;',
      'if (queues.length >= 0) return false;',
      'a caller who hung up in a queue, and calls an extension’s own number, would be one call',
    ],
    [
      "? 'then' : 'another time'",
      "? 'then' : 'unknown'",
      'a caller who hung up and calls again before the next poll would be one call',
    ],
    [
      "return Math.abs(startedAt - abandonedAt!) <= PBX_PRECISION_MS ? 'then'",
      "return Math.abs(startedAt - abandonedAt!) <= PBX_PRECISION_MS ? 'unknown'",
      'an overflow that a slow poll shows late would be a second call',
    ],
    [
      'all.filter((window) => window.after !== null && !isInGap(window))',
      'all',
      'a customer who hung up while the bridge was away, and calls again, would be one call',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/entry-ring.ts`, 'src/core/transfers-and-overflows.spec.ts', [
    [
      ' &&\n      !waitsAgain(entry, call, cycle),',
      ',',
      'a caller whom an agent sent to another queue would be two calls where the monitor’s answers lack rows',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/created-parts.ts`, `${CORRELATE}/created-parts.spec.ts`, [
    [
      'legs.every(({ seen }) => seen.signal',
      'legs.some(({ seen }) => seen.signal',
      'a call that rings would wait for the other devices of its group',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/ring-group.ts`, `${CORRELATE}/ring-group.spec.ts`, [
    [
      'if (calls.length > 0) continue;',
      '',
      'legs that may be of two calls would begin a third with other legs',
    ],
    [
      'absence === null || isJustSeen(whenGone(absence), monitor?.by ?? null)',
      'absence === null',
      'a ring group whose first leg flickers would be two calls',
    ],
    [
      "a === null && b === null ? 'same' :",
      "a === null && b === null ? 'unknown' :",
      'withheld callers’ ring groups would be a call each extension where the PBX writes no hotline',
    ],
    [
      "taken: leg.signal === 'answered' && other.signal === 'answered',",
      'taken: false,',
      'two people of a company who talk in the first poll would be one call',
    ],
  ]),
  ...mutantsOf('src/core/observe/consulted-leg.ts', 'src/core/observe/consulted-leg.spec.ts', [
    [
      ' && !isElsewhere(row, rows)',
      '',
      'the phantom of a consultation would be a part of the customer’s call',
    ],
    [
      '      isMissing(consultation) &&\n',
      '',
      'a device of the consulted extension would take the customer while the consultation goes on',
    ],
    [
      'return found.length === 1 && ',
      'return found.length > 0 && ',
      'one of two customers would be transferred at random',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/third-extension.ts`, `${CORRELATE}/third-extension.spec.ts`, [
    [
      "if (leg.signal !== 'answered' || (",
      'if ((',
      'an extension that dials a code would have answered before it talks',
    ],
    [
      'return found.length === 1 ? found[0]! : null;',
      'return found[0] ?? null;',
      'a pick-up would answer the wrong one of two calls',
    ],
    [
      'if (hasTarget(dialled)) return null;',
      '',
      'a code for one extension would pick up the ring of another',
    ],
    [
      " || entry.seen.status === 'waiting'",
      '',
      'an agent who rejects a caller in the moment of a pick-up would leave the picker without one',
    ],
    [
      "joined: 'listens' };",
      "joined: 'inferred' };",
      'a supervisor who listens would be announced as the next agent',
    ],
    [
      'entry === null || !isStale(entry, cycle));',
      'entry !== null);',
      'a supervisor who listens as the agent hangs up would be another caller',
    ],
    [
      'entry === null || !isStale(entry, cycle));',
      'true);',
      'a supervisor would listen to a caller who went long ago',
    ],
    [
      'for (const [extension, call] of answering) if (isIt(extension)) return call;',
      '',
      'a supervisor who listens from the first moment on would be another caller',
    ],
    [
      "=== 'same') &&\n      lostRing",
      "!== 'different') &&\n      lostRing",
      'a pick-up without a hotline would answer any call',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/consultation.ts`, `${CORRELATE}/consultation.spec.ts`, [
    [
      'return found.length === 1 ? found[0] : undefined;',
      'return found[0];',
      'of two consultations the wrong one would get the caller',
    ],
    [
      "joined: isShown ? 'shown' : 'inferred'",
      "joined: 'shown'",
      'a transfer that is deduced would be certain',
    ],
    [
      'facts.showsCustomer && call.consultation === null',
      'facts.showsCustomer',
      'a semi-attended transfer would be certain',
    ],
    [
      'absence?.firstAbsent === went.by',
      'absence !== null',
      'an earlier caller of the agent would make the transfer ambiguous',
    ],
    [
      'customer !== WITHHELD && customer ===',
      'customer ===',
      'any withheld row would be the withheld caller’s transfer',
    ],
    [
      'wasPlacedDuring(call, other, went) && consultedLeg',
      'consultedLeg',
      'a caller who hangs up would be held while the agent calls a colleague next',
    ],
    [
      ' && leg.firstSeen >= since',
      '',
      'a local call from before the caller’s, whose end a partial answer hides, would take the caller over',
    ],
    [
      'if (!isConfirmed && (',
      'if (!isConfirmed || (',
      'an attended transfer whose rows go one after the other would be the end of the call',
    ],
    [
      'leg === undefined || legs.some(isPresent)',
      'leg === undefined || own.some(isPresent)',
      'a caller who talks to another extension would be transferred',
    ],
  ]),
  ...mutantsOf('src/core/reconcile.ts', `${CORRELATE}/consultation.spec.ts`, [
    [
      'begun.has(callId) ? undefined :',
      'begun.size < 0 ? undefined :',
      'a call that begins in this poll would be changed twice, and lose a leg',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/local-pairs.ts`, `${CORRELATE}/local-pairs.spec.ts`, [
    [
      ' || rivals.length !== 1) continue;',
      ') continue;',
      'two parallel calls between the same two extensions would become one',
    ],
    [
      'calls.length + others.length !== 1 ||',
      'calls.length + others.length === 0 ||',
      'a leg would join the wrong one of two local calls',
    ],
    [
      'legs.length === 1 && legs[0]!',
      'legs.length > 0 && legs[0]!',
      'a local call that has both of its legs would get a third',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/correlate.ts`, `${CORRELATE}/correlate.spec.ts`, [
    [
      'return this.#byCustomer.get(WITHHELD) ?? this.#byCustomer.get(key);',
      'return this.#first ?? undefined;',
      'an id that two customers show would make them one call',
    ],
    [
      'call === undefined || !areOne(call.customer, customer)',
      'call === undefined',
      'an id that is used again would join the call of another customer',
    ],
    [
      "listens ? 'listens' : 'shown'",
      "'shown'",
      'a supervisor under the call’s id would be announced as the next agent',
    ],
    [
      '[...entries].sort((a, b) => entryBegan(a) - entryBegan(b))',
      '[...entries].sort((a, b) => (a.key < b.key ? -1 : 1))',
      'callers who joined in one second would lose the PBX’s order',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/call-parts.ts`, `${CORRELATE}/call-parts.spec.ts`, [
    [
      'rang?.firstSeen ?? appeared.by',
      'appeared.by',
      'an agent who answers as the caller leaves would be one to whom the queue sent the caller on',
    ],
    [
      '[...queues.filter((queue) => queue.id !== id), { id, name }]',
      '[...queues, { id, name }]',
      'a call would list its queue twice',
    ],
    [
      'entryBegan(entry) > entryBegan(last) ? entry : last,',
      'entryBegan(entry) < entryBegan(last) ? entry : last,',
      'a caller who moved on would still be in the first queue',
    ],
    [
      'rung.some((leg) => leg.absence === null)',
      'rung.length > 0',
      'an entry whose ring is missing would count as one that rings and names no agent',
    ],
    [
      "agentNamesOf(seen).length === 0 ? 'unnamed' : 'named'",
      "'unnamed'",
      'an agent who is tried in turn would count as one who has answered',
    ],
    ['quiet: isThere ? null : quiet', 'quiet', 'an entry whose agent has a leg again would go stale'],
    [
      "if (call.direction !== 'local') {",
      "if (call.direction !== 'outbound') {",
      'a consultation would show the customer of the caller who is transferred',
    ],
  ]),
  ...mutantsOf(`${CORRELATE}/new-call.ts`, `${CORRELATE}/new-call.spec.ts`, [
    [
      '[...new Set([...linked, ...others].map((call) => call.callId))]',
      '[...new Set(linked.map((call) => call.callId))]',
      'two calls that may be one would not name each other',
    ],
    [
      '[...new Set([...linked, ...others].map((call) => call.callId))]',
      '[...new Set(others.map((call) => call.callId))]',
      'a caller who resumes would have no link to the first attempt',
    ],
    [
      'onOurClock(time, skewMs) > notBefore;',
      'onOurClock(time, skewMs) > -Infinity || notBefore > 0;',
      'a `call_time` of the earlier call with that id would be taken',
    ],
    [
      'if (customer === WITHHELD) return redialled;',
      '',
      'all withheld callers would be linked to one another',
    ],
    [
      "hotlineMatch(call.hotline, hotline) !== 'different'",
      "hotlineMatch(call.hotline, hotline) === 'same'",
      'a call whose hotline is not known yet would not be linked',
    ],
    [
      'while (index.isCallIdTaken(nameOf(use), now)) use++;',
      '',
      'the ids of events would repeat when the PBX uses an id again',
    ],
    [
      '(entries.length === 0 || cycle.isFirst.queue)',
      '(entries.length === 0 || cycle.isFirst.monitor)',
      'a caller who joins after the first poll would look older than the bridge',
    ],
  ]),
];

export const CORRELATE_MUTANTS: readonly Mutant[] = [...evidence, ...joins];
