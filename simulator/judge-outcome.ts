import { seemedAbandoned } from './judge-absence.js';
import { taughtBy } from './judge-alike.js';
import { bridgedTimes } from './judge-pbx-times.js';
import { staleRow } from './judge-stale.js';
import type { Rule, Statement, Verdict } from './judge-statement.js';
import { goneAt, isAnswer, isConnected, type Span, spansOf } from './judge-sight.js';
import type { Sighting, TruthEvent } from './truth.js';

/** How the call ended, and how its offers did. */

const outcome: Rule = (statement) => {
  const { event, data } = statement;
  switch (event.type) {
    case 'call-ended':
      return outcomeOfCall(statement);
    case 'call-abandoned':
      return data.outcome === 'abandoned' ? null : `outcome ${data.outcome} of call-abandoned`;
    case 'call-offer-ended':
      return outcomeOfOffer(statement);
    default:
      return data.outcome === null ? null : `outcome ${data.outcome} before an end`;
  }
};

function outcomeOfCall(statement: Statement): Verdict {
  const { call, data, sight, stated, isAnswered, event, legs } = statement;
  const wrong = `outcome ${data.outcome} instead of ${call.outcome}`;
  if ((data.outcome === 'answered') !== isAnswered)
    return `outcome ${data.outcome} after ${stated.at(-2)?.type}`;
  if ((data.outcome === 'abandoned') !== stated.some(({ type }) => type === 'call-abandoned'))
    return `outcome ${data.outcome} after ${stated.at(-2)?.type}`;
  if (data.outcome === call.outcome) return null;
  if (call.outcome === null) return isShownSoFar(statement) ? { excused: 'out-of-sight' } : wrong;
  const hasRung = statement.must(legs);
  if (call.outcome === 'answered') {
    if (statement.must(call.sightings, isAnswer)) return wrong;
    if (seemedAbandoned(call, event, sight)) return { excused: 'out-of-sight' };
    // A Trying row that vanished, never Abandoned, after a leg was seen, was deleted because it was answered.
    const row = vanishedRow(statement);
    if (row !== undefined && hasRung && !mayHaveWaited(row, statement)) return wrong;
    const unknown = call.direction === 'inbound' ? ['abandoned', 'unknown'] : ['no-answer'];
    return unknown.includes(data.outcome ?? '') ? { excused: 'answer-between-polls' } : wrong;
  }
  if (call.outcome === 'abandoned' && data.outcome === 'unknown' && staleRow(statement)?.state === 'Trying')
    return { excused: 'stays-trying' };
  if (call.kind === 'click-to-call' && data.outcome === 'answered' && statement.may(legs, isConnected))
    return { excused: 'click-to-call-looks-answered' };
  const isInferred = data.observed.certainty === 'inferred';
  if (call.neverBridged === true && isInferred && data.outcome === 'answered')
    return { excused: 'never-bridged' };
  const isHidden =
    vanishedRow(statement) !== undefined &&
    !statement.must(statement.entries, (state) => state === 'Abandoned');
  if (call.outcome === 'abandoned' && isHidden) {
    if (data.outcome === (hasRung ? 'answered' : 'unknown')) return { excused: 'abandon-not-shown' };
    if (data.outcome === 'unknown') return { excused: 'abandon-not-shown' };
  }
  return wrong;
}

/**
 * Whether this is the outcome that polls showed of a call that goes on beyond the end of this world, and whose end was emitted
 * out of sight (`judge-call.ts` decides whether it may be). An answered call has no other outcome, whatever comes; a caller
 * whom the queue calls Abandoned, and whom no poll finds elsewhere, has left by the contract.
 */
function isShownSoFar({ call, data, event, sight }: Statement): boolean {
  if (call.events.some(({ type }) => type === 'call-answered')) return data.outcome === 'answered';
  return data.outcome === 'abandoned' && seemedAbandoned(call, event, sight);
}

/** The call's last row in a queue, if it was gone before a poll showed it Abandoned. */
function vanishedRow(statement: Statement): Sighting | undefined {
  const row = statement.entries.findLast((one) => statement.may([one]));
  if (row === undefined || row.to === null) return undefined;
  return statement.must([row], (state) => state === 'Abandoned') ? undefined : row;
}

/** The row was Waiting in the last answer that showed it, so that it was not for an answer that it went, as far as polls show. */
function mayHaveWaited(row: Sighting, statement: Statement): boolean {
  const only = ({ state, from, to }: Span): Sighting[] => [
    { ...row, from, to, states: [{ at: from, state }] },
  ];
  const spans = spansOf(row);
  const tried = spans.findLast((span) => span.state === 'Trying' && statement.must(only(span)));
  return spans.some(
    (span) =>
      span.state === 'Waiting' &&
      (tried === undefined || span.from > tried.from) &&
      statement.may(only(span)),
  );
}

/**
 * What the call did next shows why a leg stopped ringing. The reason is demanded where the polls that confirm the leg's
 * absence also show that. A talk that no poll showed looks the same as a caller who left.
 */
function outcomeOfOffer(statement: Statement): Verdict {
  const { call, data, event, expectation, sight, legs, entries, isAnswered } = statement;
  const truth = expectation?.event;
  if (truth === undefined || data.outcome === truth.outcome) return null;
  const wrong = `offer ended ${data.outcome} instead of ${truth.outcome}`;
  if (!OUTCOMES.has(data.outcome ?? '')) return wrong;
  if (data.outcome === 'caller-left' && seemedAbandoned(call, event, sight))
    return { excused: 'out-of-sight' };
  // events.md: a leg that answers as its caller leaves is no answer, where polls show the caller gone with it.
  if (data.outcome === 'caller-left' && call.neverBridged === true && !statement.isAnswered) return null;
  const here = legs.filter(({ extension }) => extension === truth.extension);
  if (data.outcome === 'answered') {
    if (wasTransferredTo(statement, truth)) return { excused: 'rings-on' };
    if (pickedUpItself(statement, truth)) return { excused: 'stopped-with-its-group' };
    const isDeduced = data.observed.certainty === 'inferred' && !statement.must(legs, isConnected);
    return isDeduced && call.outcome === 'answered' ? { excused: 'who-answered-between-polls' } : wrong;
  }
  if (expectation?.reason === 'rings-on') return { excused: 'rings-on' };
  // Some of these polls may have been lost, and the ones that confirmed the absence are among them. The answer is demanded
  // only if so many of them show it that every possible choice contains one that does.
  const confirmedAt = sight.pollAfter('monitor', truth.at, sight.absencePolls + sight.toDemand - 2);
  switch (truth.outcome) {
    case 'answered':
      // events.md: a leg that talks only after its caller has gone is no answer.
      if (call.neverBridged === true && data.outcome === 'caller-left' && !isAnswered)
        return statement.may(entries, isAbandoned) ? { excused: 'never-bridged' } : wrong;
      if (!statement.must(here, isConnected) && !isNamedBridged(statement))
        return { excused: 'answer-between-polls' };
      return signedOffInRing(statement, truth) ? { excused: 'out-of-sight' } : wrong;
    case 'answered-elsewhere': {
      const isShown = sight.answerSightings(call, truth.at, confirmedAt) >= sight.toDemand;
      return isShown ? wrong : { excused: 'answer-between-polls' };
    }
    case 'caller-left': {
      // The event is emitted as soon as the absence is confirmed, if no poll was lost: a later poll of the queue is too late.
      const soonest = sight.pollAfter('monitor', truth.at, sight.absencePolls - 1);
      const isShown = sight.countIn('queue', truth.at, soonest) >= sight.toDemand;
      return call.queues.length === 0 || isShown ? wrong : { excused: 'stopped-with-its-group' };
    }
    default: {
      // A member who rejects keeps its row until the whole group is over: polls show the end only then.
      const rung = here.filter(({ part }) => part === truth.part);
      const stopped = Math.max(truth.at, ...rung.map(goneAt));
      const { earliest } = sight.windowAround('monitor', stopped);
      const since = Math.max(truth.at, earliest ?? truth.at);
      const soon = sight.pollAfter('monitor', stopped, sight.absencePolls + sight.toDemand - 1);
      // An answer looks like the reason of a ring that went with it, and an end of one that the caller gave up.
      const looksLike = data.outcome === 'caller-left' ? 'call-ended' : 'call-answered';
      const changes = call.events.filter(({ type }) => type === looksLike);
      // A queue that lets the caller go looks like a hang-up until the caller turns up elsewhere.
      const rows = data.outcome === 'caller-left' ? call.sightings.flatMap(spansOf) : [];
      const letGo = rows.filter(({ state }) => state === 'Abandoned');
      const instants = [...changes.map(({ at }) => at), ...letGo.map(({ from }) => from)];
      return instants.some((at) => at >= since && at <= soon) ? { excused: 'stopped-with-its-group' } : wrong;
    }
  }
}

function isAbandoned(state: string | null): boolean {
  return state === 'Abandoned';
}

const OUTCOMES: ReadonlySet<string> = new Set([
  'answered',
  'answered-elsewhere',
  'not-answered',
  'caller-left',
]);

/** The queue names the agent whom it bridged the caller to, by a name that the monitor shows or an answer has taught. */
function isNamedBridged(statement: Statement): boolean {
  const { index, legs, recorded, sight } = statement;
  const isKnown = ({ agents }: Sighting): boolean => {
    const agent = agents?.at(-1)?.value ?? null;
    if (agent === null) return false;
    if (legs.some(({ who }) => who?.agentName === agent.name || who?.userId === agent.id)) return true;
    const taught = index.truth.flatMap((call) => taughtBy(call, sight));
    return taught.some(({ id, at }) => id === agent.id && at < recorded);
  };
  return bridgedTimes(statement).some(
    ({ sighting }) => statement.must([sighting], isAnswer) && isKnown(sighting),
  );
}

/**
 * A member of a ring group had rejected the call, and then picked it up: its row says RINGING until the group is over (freeswitch.md),
 * which the pick-up ends.
 */
function pickedUpItself({ legs, call }: Statement, { extension, outcome, part, at }: TruthEvent): boolean {
  if (outcome !== 'not-answered') return false;
  const picker = legs.find((one) => one.role === 'picker' && one.extension === extension);
  const rung = call.sightings.find((one) => one.part === part && one.extension === extension);
  return picker !== undefined && rung !== undefined && picker.from > at && goneAt(rung) >= picker.from;
}

/** The device signed off while it rang, and answered before polls showed its row again: what rang when it vanished has stopped. */
function signedOffInRing({ legs, recorded, sight }: Statement, { part }: TruthEvent): boolean {
  const rung = legs.filter((one) => one.part === part);
  const talks = rung.filter((one) => sight.may([one], isConnected, recorded));
  return talks.length === 0 && rung.some((one) => one.closedBy === 'unregistered' && one.to! <= recorded);
}

/** The call was transferred to this extension, which talks before enough polls could show that it had stopped ringing. */
function wasTransferredTo({ legs, sight }: Statement, { at: stoppedAt, extension }: TruthEvent): boolean {
  const talks = legs
    .filter((one) => one.extension === extension)
    .flatMap(spansOf)
    .filter(({ state, from }) => isConnected(state) && from >= stoppedAt);
  return talks.some(({ from }) => sight.countIn('monitor', stoppedAt, from) < sight.toDemand);
}

export const OUTCOME = { outcome } as const satisfies Readonly<Record<string, Rule>>;
