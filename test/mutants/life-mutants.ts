import { type Mutant, mutantsOf } from './mutant.js';

const [INDEX, LIFE, OBSERVE, PARTS] = ['index', 'life', 'observe', 'parts'].map((room) => `src/core/${room}`);

const life: readonly Mutant[] = [
  ...mutantsOf(`${LIFE}/life.ts`, `${LIFE}/life.spec.ts`, [
    [
      "const certainty = this.#announced ? 'observed' : 'inferred';",
      "const certainty = 'observed' as const;",
      'an answer that no poll showed would be observed',
    ],
    [
      '|| transfers > 0 || entry?.answered !== true) return;',
      '|| entry?.answered !== true) return;',
      'a `bridged_time` that arrives after a transfer would date the first answer',
    ],
    [
      "(seen.direction !== 'outbound' || waited);",
      "seen.direction !== 'local';",
      'a click-to-call would have waited for nothing',
    ],
    [
      "(seen.direction !== 'outbound' || waited);",
      "seen.direction !== 'outbound';",
      'a customer who was seen to be rung would be answered at an uncertain time',
    ],
    [
      "this.#announced && joined === 'shown' &&",
      'this.#announced &&',
      'an answer by a leg that may be another call’s would be certain',
    ],
    [
      '(!isOffered(leg) || leg.absence !== null)) continue;',
      '!isOffered(leg)) continue;',
      'the page of a call would open again when its leg is missing',
    ],
    [
      'call.legs.filter((one) => !isAfterCallerLeft(one, call))',
      'call.legs',
      'an agent who answers into silence would have answered the call',
    ],
    [
      "const certainty = next.joined === 'shown' ? 'observed' : 'inferred';",
      "const certainty = 'observed' as const;",
      'a transfer that is deduced would be certain',
    ],
    [
      ' ?? candidates.find(isListener) ?? null;',
      ' ?? null;',
      'a supervisor who takes a call over would not be known',
    ],
  ]),
  ...mutantsOf(`${LIFE}/life.ts`, 'src/core/gap-between-polls.spec.ts', [
    [
      ' || (left.length === 0 && this.#awaitsEntry(gone))) return;',
      ') return;',
      'a caller who was transferred and left soon would have ended with the row of the queue, before that',
    ],
  ]),
  ...mutantsOf(`${LIFE}/view.ts`, `${LIFE}/life.spec.ts`, [
    [
      "return certainty === 'inferred'\n      ? null\n      : duration(",
      'return certainty === null\n      ? null\n      : duration(',
      'a wait that no poll showed would be stated',
    ],
    [
      "if (call.startedCertainty === 'inferred') return null;",
      '',
      'a call that was there before the bridge would have waited since the bridge started',
    ],
    [
      "if (ending === null || ending.observed.certainty === 'inferred') return null;",
      'if (ending === null) return null;',
      'a conversation whose end no poll showed would have a length',
    ],
  ]),
  ...mutantsOf(`${LIFE}/ending-rules.ts`, `${LIFE}/ending-rules.spec.ts`, [
    [
      "if (absence.kind === 'vanished') return hasRungBefore ? !isSeenLater(gone, leg) : isSeenLater(leg, gone);",
      "if (absence.kind === 'vanished') return !isSeenLater(gone, leg);",
      'an answer that only the end of its row shows would be certain',
    ],
    [
      "when: { answered: true, entry: 'abandoned', lastLegs: 'none' },\n      then: { at: 'seen', within: 'parts', certainty: 'inferred' },",
      "when: { answered: true, entry: 'abandoned', lastLegs: 'none' },\n      then: { at: 'seen', within: 'parts', certainty: 'observed' },",
      'a restart of the call-centre module would end conversations for certain',
    ],
    [
      "when: { answered: true, doubted: true },\n      then: { at: 'seen', within: 'parts', certainty: 'inferred' },",
      "when: { answered: true, doubted: true },\n      then: { at: 'seen', within: 'parts', certainty: 'observed' },",
      'a caller who hung up as the agent answered would be answered for certain',
    ],
    [
      "when: { left: true },\n      then: { at: 'seen', within: 'connected', certainty: 'inferred' },",
      "when: { left: true },\n      then: { at: 'seen', within: 'parts', certainty: 'inferred' },",
      'a caller who hung up before the consultation was over would have talked until then',
    ],
    [
      'time === null ? seen : onOurClock(time, cycle.skewMs)',
      'time ?? seen',
      'with a clock that is off, a deduced end would be said to be observed',
    ],
    [
      '|| isAfter(whenGone(absence!), whenGone(entry.absence))',
      '',
      'a conversation that may go on at its device would have ended for certain after a transfer',
    ],
  ]),
  ...mutantsOf(`${LIFE}/life.ts`, `${LIFE}/offer-rules.spec.ts`, [
    [
      'this.#newLegs.has(seen.key) || isJustSeen(leg.since, window.by)',
      'this.#newLegs.has(seen.key)',
      'two rings of one extension would be one, where the second leg was created before it rang',
    ],
    [
      '!this.#legsAt(participant).every(isNext)',
      'this.#legsAt(participant).length > 0',
      'a leg that does not ring yet would keep the ring before it open',
    ],
  ]),
  ...mutantsOf(`${LIFE}/offer-rules.ts`, `${LIFE}/offer-rules.spec.ts`, [
    [
      'participant.ringingStopped === null ? own : own.filter((leg) => !isCreated(leg))',
      'own',
      'a ring would end only when the next one begins',
    ],
    [
      "when: { answered: true, connectedKnown: false, named: true },\n      then: { outcome: 'answered', isInferred: true },",
      "when: { answered: true, connectedKnown: false, named: true },\n      then: { outcome: 'answered', isInferred: false },",
      'the deduced answer of an offer would be observed',
    ],
    [
      "when: { deduced: true, named: true },\n      then: { outcome: 'answered', isInferred: true },",
      "when: { deduced: true, named: true },\n      then: { outcome: 'answered', isInferred: false },",
      'an answer of which only the consequence was seen would be observed',
    ],
    [
      '!participant.elsewhere &&\n',
      '',
      'a ring that another extension answered would be not answered where its row remains for longer',
    ],
  ]),
  ...mutantsOf(`${LIFE}/consequence.ts`, `${LIFE}/consequence.spec.ts`, [
    [
      "entry.rang === 'no' || legs.length > 0",
      'legs.length > 0',
      'a call of which no ring was ever seen would be answered',
    ],
    [
      "entry.rang === 'unnamed' && agentNamesOf",
      'agentNamesOf',
      'an agent who is tried and does not answer would have answered',
    ],
    [
      "=== 'vanished' && isGone(entry, cycle.policy)",
      "=== 'vanished'",
      'a flicker of the row would be an answer',
    ],
    [
      'offered.length === 1 ? offered : [];',
      'offered.length > 0 ? offered : [];',
      'one of several extensions would be named, by chance',
    ],
    [': commonOf(windows);', ': windows[0]!;', 'the answer’s window would not hold the answer'],
  ]),
  ...mutantsOf(`${LIFE}/learnt-hotlines.ts`, `${LIFE}/learnt-hotlines.spec.ts`, [
    [
      'call === null || customerKey(call.customer) === WITHHELD',
      'call === null',
      'a queue would learn a hotline from a leg that may be another caller’s',
    ],
    [
      ' && connected.extension === extensionOf(agentNamesOf(entry.seen))',
      '',
      'a queue would learn the number by which a colleague of its caller reached an extension',
    ],
  ]),
  ...mutantsOf(`${LIFE}/learnt-agents.ts`, `${LIFE}/learnt-agents.spec.ts`, [
    [
      'return learnt === agents ? null : learnt;',
      'return null;',
      'no agent would be learnt, and rows that name one would say nothing',
    ],
    ['transfers > 0 || ', '', 'the colleague to whom a call was transferred would be learnt as the agent'],
    [" && talking[0]!.joined === 'shown';", ';', 'an agent would be learnt from a leg that is a guess'],
    ['talking.length === 1 &&', 'talking.length > 0 &&', 'one of two extensions would be learnt, by chance'],
    [
      "state === 'answered' && absence === null",
      "state === 'answered'",
      'an agent would be learnt from a leg that has gone',
    ],
    [
      'if (index.byCustomer(customerKey(customer)).some(isRival)) return null;',
      '',
      'an agent would be learnt from one of two legs that began to talk to the number, by chance',
    ],
  ]),
];

const parts: readonly Mutant[] = [
  ...mutantsOf(`${PARTS}/hotlines.ts`, `${PARTS}/hotlines.spec.ts`, [
    [
      "hotline === null || learnt === undefined) return 'unknown'",
      "hotline === null) return 'unknown'",
      'a queue of which nothing is known would take no ring',
    ],
    [
      '.slice(-MAX_OF_QUEUE)',
      '.slice(0, MAX_OF_QUEUE)',
      'a queue with many hotlines would never learn a new one, and withheld callers who come by it would be two calls',
    ],
    [
      'learnt.delete(queueId);\n  learnt.set',
      'learnt.set',
      'the hotlines of the queues in use would be forgotten first',
    ],
  ]),
  ...mutantsOf(`${PARTS}/customer.ts`, `${PARTS}/customer.spec.ts`, [
    [
      "return a === WITHHELD ? 'withheld' : 'same';",
      "return 'same';",
      'two callers who withhold their numbers would be one',
    ],
    [
      'unavailable|withheld|\\+?0*)',
      'unavailable|withheld)',
      'callers whose number is 0 would be one person',
    ],
    [')$/i.test(raw)', ')$/.test(raw)', '`Anonymous` would be the number of one person'],
    [
      "(direction === 'local' && customer !== null)",
      "direction === 'local'",
      'a call between colleagues would be rung for a caller',
    ],
    [
      "if (a === null || b === null) return 'unknown';",
      "if (a === null || b === null) return 'different';",
      'a PBX that writes no hotline would make two calls of each',
    ],
  ]),
  ...mutantsOf(`${PARTS}/agents.ts`, `${PARTS}/agents.spec.ts`, [
    [' || WAY_TO_RING.test(name)', '', '`ring-all` would be an agent, and learnt as one'],
    ['found.size === 1 ?', 'found.size > 0 ?', 'one of two agents of a name would be the one'],
    ['learnt.delete(name);\n      learnt.set', 'learnt.set', 'the agents in use would be forgotten first'],
    ['if (learnt.size <= MAX_NAMES) break;', 'break;', 'the state of a tenant would grow without bound'],
  ]),
  ...mutantsOf(`${PARTS}/staleness.ts`, `${PARTS}/staleness.spec.ts`, [
    [
      'const STALE_AFTER_MS = 2_000;',
      'const STALE_AFTER_MS = 0;',
      'rows a little behind would be stale at once',
    ],
    ['const DAY_MS = 86_400_000;', 'const DAY_MS = 8_640_000;', 'a caller who waits for long would be ended'],
    [
      'connected !== null && legs.length === 0;',
      'legs.length === 0;',
      'an agent on a mobile, of whom no leg is ever seen, would make the row stale',
    ],
    [
      'extension === undefined || isBusy(extension) ? null :',
      'extension === undefined ? null :',
      'an entry whose agent rings would go stale',
    ],
    [
      'now - latestTime >= DAY_MS ? now : Math.min',
      'Math.min',
      'a caller whose row is a day old by a clock that is off would be ended by the first poll that shows it',
    ],
    [
      'quiet ?? { after: changedAt, by: changedAt }',
      '{ after: changedAt, by: changedAt }',
      'one unreadable row would keep a call whose caller has gone',
    ],
    ['if (quiet !== null) return quiet;', '', 'a stale entry would never end'],
    [
      'gone.filter((leg) => isNamedIn(entry, leg, cycle));',
      'gone;',
      'an entry whose next agent is about to ring would go stale since the last one stopped',
    ],
    [
      'return lastOf(own.map(({ absence }) => whenGone(absence!)));',
      'return quiet ?? cycle.monitor;',
      'a stale call would end when polls had confirmed that its leg was gone, and not when it went',
    ],
    [
      '!listsIdle || isListed(extension)',
      'isListed(extension)',
      'where idle extensions are not listed, no row would ever be stale',
    ],
  ]),
  ...mutantsOf(`${PARTS}/partial-absence.ts`, `${PARTS}/partial-absence.spec.ts`, [
    [
      'Math.min(lasts(missing.get(key)?.since ?? null, at), lasts(partialSince, at))',
      'lasts(missing.get(key)?.since ?? null, at)',
      'the first partial answer after an outage would end the callers whom it lacks',
    ],
    [
      'if (since >= first) return true;',
      'if (since > first) return true;',
      'a call that began with the first partial answer would end with the next one whose row is spoilt',
    ],
  ]),
  ...mutantsOf(`${PARTS}/overflow.ts`, `${PARTS}/overflow.spec.ts`, [
    [
      'return seen.startedAt >= row.abandonedAt!;',
      'return seen.startedAt > row.abandonedAt!;',
      'an overflow that begins in the second of the hang-up would be abandoned',
    ],
    ['leg.absence === null && ', '', 'a leg that is missing would be an overflow'],
    [
      'if (isEarlierOrAt(firstSeen, whenGone(left!))) return false;',
      '',
      'a leg that was shown while the caller still waited would be an overflow',
    ],
    [
      'sawMonitor(cycle, whenGone(entry.absence!)) &&',
      '',
      'a caller would have overflowed to a leg that the monitor shows late',
    ],
    [
      "=== 'abandoned' && answeredAt === null",
      "=== 'abandoned'",
      'an answered call whose row is Abandoned would be abandoned',
    ],
  ]),
  ...mutantsOf(`${PARTS}/last-leg.ts`, `${PARTS}/last-leg.spec.ts`, [
    ['const PHANTOM_MS = 2_000;', 'const PHANTOM_MS = 0;', 'each hang-up would begin a call that is none'],
    [
      'const PHANTOM_MS = 2_000;',
      'const PHANTOM_MS = 20_000;',
      'a call that begins again at once would be lost',
    ],
    [
      '`${extension}|${customer}|${startedAt}`',
      '`${extension}|${customer}`',
      'a customer who calls again at once would be taken for a shadow',
    ],
  ]),
  ...mutantsOf(`${PARTS}/cycle-facts.ts`, `${PARTS}/cycle-facts.spec.ts`, [
    [
      'isSince(since, asked, policy.monitorLagMs);',
      'isSince(since, asked, 0);',
      'a leg that the monitor is about to show would not be there',
    ],
    [
      'const MONITOR_WAIT_MS = 10_000;',
      'const MONITOR_WAIT_MS = 1_000;',
      'one slow request of the monitor would end calls',
    ],
    [
      'if (learnt !== undefined || answer === null) return learnt;',
      'if (answer === null) return learnt;',
      'what was learnt of agents would not be used',
    ],
  ]),
  ...mutantsOf(`${PARTS}/incomplete.ts`, `${PARTS}/cycle-facts.spec.ts`, [
    [
      "(endpoint === 'monitor' ? monitorLagMs : 0)",
      '0',
      'what the monitor shows late would have happened after it did',
    ],
  ]),
  ...mutantsOf(`${PARTS}/honest-time.ts`, `${PARTS}/honest-time.spec.ts`, [
    [
      'if (!isClockOff(skewMs)) return CLOCK_LIMIT_MS;',
      'return CLOCK_LIMIT_MS;',
      'slow polls of a PBX whose clock is off would begin calls before the poll that did not show them',
    ],
    ['(!isClockOff(skewMs) && pbxTime > by)', 'false', 'a `call_time` in the future would be taken'],
    [
      '|| isClockOff(skewMs) || isOfAnother) return null;',
      '|| isClockOff(skewMs)) return null;',
      'a `bridged_time` 45 s after the answer that a poll showed would date that answer',
    ],
  ]),
];

const rows: readonly Mutant[] = [
  ...mutantsOf(`${OBSERVE}/created-legs.ts`, `${OBSERVE}/created-legs.spec.ts`, [
    [
      '(before?.polls ?? 0) + (showsAllSince(cycle, since) ? 1 : 0)',
      '(before?.polls ?? 0) + 1',
      'partial answers would make a call of a leg that does not ring yet',
    ],
    [
      '(before?.polls ?? 0) + (showsAllSince(cycle, since) ? 1 : 0)',
      '(before?.polls ?? 0) + (cycle.monitorComplete ? 1 : 0)',
      'one unreadable row would hide every device that never rings',
    ],
    [
      'const since = before?.since ?? window;',
      'const since = window;',
      'a leg would be as old as its first ring',
    ],
    [
      'leg.polls + 1 >= absencePolls;',
      'leg.polls >= absencePolls;',
      'a device that never rings would begin its call a poll late',
    ],
    [
      "? cycle.lackOf(leg.seen) !== 'nothing'",
      '? true',
      'a partial answer would begin and end a call of a leg that it lacks',
    ],
    [
      "&& cycle.lackOf(leg.seen) === 'nothing') awaited.set(key, leg);",
      '&& false) awaited.set(key, leg);',
      'a partial answer would forget the legs that it lacks',
    ],
    ['if (isDue && isNews(leg.seen))', 'if (isDue)', 'any row without a state would begin a call'],
    [
      'Math.min((before?.polls ?? 0) + (showsAllSince(cycle, since) ? 1 : 0), policy.absencePolls)',
      '(before?.polls ?? 0) + (showsAllSince(cycle, since) ? 1 : 0)',
      'a created leg would be written with every poll',
    ],
  ]),
  ...mutantsOf(`${OBSERVE}/direction.ts`, `${OBSERVE}/direction.spec.ts`, [
    [
      'isTowards && (ringWait || showsHotline)',
      'isTowards && ringWait',
      'an agent who clicks would be offered the own call',
    ],
    [
      "asLeg.destination === 'own';",
      'true;',
      'an agent’s leg in RING_WAIT would be an outbound call beside the caller’s',
    ],
    [
      '!earlierLegs.some((key)',
      '!earlierLegs.every((key)',
      'when one of the earlier calls ends, the others would turn round and begin a second time',
    ],
  ]),
  ...mutantsOf(`${OBSERVE}/direction-evidence.ts`, `${OBSERVE}/direction.spec.ts`, [
    [
      'leg.ringWait || before?.ringWait === true',
      'leg.ringWait',
      'a click-to-call that is answered would teach the wrong direction, once and for good',
    ],
    [
      ' || before.agentId !== entry.agentId;',
      ';',
      'a queue that names its agents by uuid alone would teach nothing after the first agent',
    ],
    [
      'lastComplete?.startedAt',
      'lastComplete?.at',
      'a click between slow polls would teach the wrong direction, once and for good',
    ],
  ]),
  ...mutantsOf(`${OBSERVE}/clock-samples.ts`, `${OBSERVE}/clock-samples.spec.ts`, [
    [
      ' || created.has(row.key)) continue;',
      ') continue;',
      'a leg that was created long before it rings would show a clock that is behind',
    ],
    [
      ' && failures === 0 && lastError === null;',
      ' && failures === 0;',
      'a row that the last partial answer may have lacked would show a clock that is behind',
    ],
  ]),
  ...mutantsOf(`${OBSERVE}/listed-legs.ts`, `${OBSERVE}/observe-legs.spec.ts`, [
    [
      '(known.part.absence !== null || !isSameRow(known, row))',
      '!isSameRow(known, row)',
      'a leg that is back as it was would stay missing, and its call end',
    ],
  ]),
  ...mutantsOf(`${OBSERVE}/observe-legs.ts`, `${OBSERVE}/observe-legs.spec.ts`, [
    [
      'if ([row.key, name].some((one) => one !== null && index.ended.isLingering(one, now))) return false;',
      '',
      'the leg that rings on after its caller has left would be a second call',
    ],
    [
      'if (isKnownId) return !hasParted(row, answer, index, cycle);',
      '',
      'a leg of a known call that is about to ring would not be seen',
    ],
    [
      ' || index.ended.hasJustParted(name, row.callId, now))',
      ')',
      'each hang-up would begin a call that is none',
    ],
    ['(index.hasJustLost(name, answer.rows, now) || ', '(', 'each transfer would begin a call that is none'],
    [
      'absence !== null && hasParted(row, answer, index, cycle)',
      'false',
      'a transfer would be seen when the row of the leg that parted has gone',
    ],
    [
      'since: begins ? cycle.legChanged(row.key)! : since,',
      'since,',
      'an answer would be as old as the ring',
    ],
    [
      'waited: waited || row.ringWait,',
      'waited: row.ringWait,',
      'that the customer was rung would be forgotten',
    ],
    [
      'listsIdle && (wasListed || cycle.isListed(part.seen.extension))',
      'listsIdle && cycle.isListed(part.seen.extension)',
      'an extension that signs off after its call would keep that call open',
    ],
  ]),
  ...mutantsOf(`${OBSERVE}/observe-entries.ts`, `${OBSERVE}/observe-entries.spec.ts`, [
    [
      '? answer.at - cycle.policy.abandonedLookbackMs\n      : -Infinity;',
      '? answer.at - cycle.policy.abandonedLookbackMs\n      : answer.at - 5_000;',
      'a caller who hung up would be dropped where the PBX’s clock is behind',
    ],
    [
      'onOurClock(when, cycle.skewMs) < notBefore',
      'when < notBefore',
      'with a clock that is off, missed calls of the first poll would be dropped',
    ],
    [
      'const isPast = index.isPastEntry(row);',
      'const isPast = false;',
      'the row of a caller who overflowed would begin another call',
    ],
    [
      "if (isPast || (row.status !== 'abandoned' && state.ignoredEntries.has(key))) {",
      'if (isPast) {',
      'a stale row would begin a call again as soon as that has ended',
    ],
    [
      '||\n        isAnnounced(row, answer, index, entriesOf)',
      '',
      'a missed call would be announced twice, by its legs and by its row',
    ],
    [
      'if (announced === undefined || others.length > 0) return false;',
      'if (announced === undefined) return false;',
      'the second of two missed calls would be dropped',
    ],
    [
      '(row.callId === null || entry!.seen.callId === null) &&',
      '',
      'two callers of one number and second would be one',
    ],
    [
      '!answer.rows.has(entry!.seen.key));',
      'answer.rows.size > 0);',
      'a second caller of that number would end the call of the first',
    ],
    ['quiet: seen === before ? quiet : null,', 'quiet,', 'a row that changes would stay stale'],
    [
      'if (known.part.seen.status !== row.status) changes.turned',
      'changes.turned',
      'a caller who waits on would have been Trying a moment ago',
    ],
  ]),
  ...mutantsOf(`${INDEX}/call-index.ts`, `${INDEX}/call-index.spec.ts`, [
    [
      'this.#upstreamIds.only(id);',
      'this.#upstreamIds.get(id)[0];',
      'an id that two live calls show would tie a leg to either',
    ],
    [
      'legs.some(({ seen }) => !rows.has(seen.key) && legName(seen) === name)',
      'legs.some(({ seen }) => legName(seen) === name)',
      'a second device of the extension would be taken for a shadow',
    ],
    [
      'callId === null || upstreamIds.includes(callId)',
      'upstreamIds !== null',
      'another caller of that number and second would be taken for the one who has left',
    ],
    [
      'if (this.legs.get(seen.key)?.callId === callId) ',
      '',
      'the leg of a transferred caller would be lost, and begin a second call',
    ],
  ]),
  ...mutantsOf(`${INDEX}/earliest.ts`, `${INDEX}/earliest.spec.ts`, [
    [
      'if (before === this.#earliest) this.#earliest = null;',
      '',
      'polls would look at calls that are not due, or at none',
    ],
    ['return this.#earliest > limit;', 'return this.#earliest >= limit;', 'a call would be due a poll late'],
    ['time <= limit)', 'time < limit)', 'a call would be due, and not be found'],
    [
      'if (this.#earliest !== null && time < this.#earliest) this.#earliest = time;',
      '',
      'an earlier time would be missed',
    ],
  ]),
];

export const LIFE_MUTANTS: readonly Mutant[] = [...life, ...parts, ...rows];
