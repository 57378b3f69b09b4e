import { legsAfterQueue } from './judge-certainty.js';
import { isAnswer, isConnected } from './judge-sight.js';
import type { Rule, Statement, Verdict } from './judge-statement.js';
import type { JudgedAgent } from './judge-report.js';
import type { Sighting } from './truth.js';

/** Who has a part in the call, and what each of them does. */

/** The call's state is that of its parts: `ended`, else `answered`, else whether a leg is there. */
const state: Rule = (statement) => {
  const { state: stated } = statement.data;
  const expected = statement.isOver
    ? ['ended']
    : statement.isAnswered
      ? ['answered']
      : stateOfParts(statement);
  return expected.includes(stated) ? null : `state ${stated} instead of ${expected.join(' or ')}`;
};

function stateOfParts(statement: Statement): string[] {
  const { legs, entries } = statement;
  const states: string[] = [];
  const isQueued = statement.may(entries);
  const hasOverflowed = statement.may(legsAfterQueue(statement));
  if (!isQueued || hasOverflowed || legs.some((leg) => mayBeThere(leg, statement))) states.push('ringing');
  if (isQueued && !legs.some((leg) => mustBeThere(leg, statement))) states.push('queued');
  return states;
}

/** A poll showed the leg, and not all of the latest ones were without it. */
function mayBeThere(leg: Sighting, statement: Statement): boolean {
  const { sight, recorded } = statement;
  const latest = sight.latestSure('monitor', recorded);
  return (
    statement.may([leg]) && (leg.to === null || latest === null || leg.to > latest.shown - sight.toleranceMs)
  );
}

function mustBeThere(leg: Sighting, statement: Statement): boolean {
  const { sight, recorded } = statement;
  const latest = sight.latestSure('monitor', recorded);
  const isThere = leg.to === null || leg.to > recorded + sight.toleranceMs;
  return isThere && statement.must([leg]) && latest !== null && latest.shown >= leg.from;
}

/** Every extension that has or had a leg in the call, and what its leg does. */
const extensions: Rule = (statement) => {
  const named = new Set<string>();
  for (const { extension, extensionId, agentName, state: stated } of statement.data.extensions) {
    if (named.has(extension)) return `extension ${extension} twice`;
    named.add(extension);
    const legs = statement.legs.filter((leg) => leg.extension === extension);
    if (!statement.may(legs)) return `extension ${extension}, of which no leg has been shown`;
    const who = legs[0]?.who;
    if (who !== undefined && (extensionId !== who.extensionId || agentName !== textOrNull(who.agentName)))
      return `extension ${extension} has another id or agent`;
    const expected = statesOf(extension, legs, statement);
    if (!expected.includes(stated))
      return `extension ${extension} is ${stated} instead of ${expected.join(' or ')}`;
  }
  const omitted = statement.legs.find(
    ({ extension }) => !named.has(extension!) && statement.must(legsOf(extension!, statement)),
  );
  return omitted === undefined ? null : `no extension ${omitted.extension}, of which a leg has been shown`;
};

function statesOf(extension: string, legs: readonly Sighting[], statement: Statement): string[] {
  if (statement.isOver) return ['ended'];
  const { sight, recorded } = statement;
  const states: string[] = [];
  const shown = legs.filter((leg) => statement.may([leg]));
  // What this very commit confirms may be stated by its later events only.
  const before = recorded - sight.commitMs - sight.toleranceMs - 2;
  const enough = sight.absencePolls * sight.toDemand;
  const mayBeGone = shown.every((leg) => sight.mayBeAbsencesBy(leg, recorded) >= sight.absencePolls);
  const mustBeGone =
    shown.length === legs.length &&
    legs.every((leg) => leg.closedBy === 'gone' && sight.absencesReceived(leg, before) >= enough);
  const offers = statement.stated.filter(({ data }) => data.offer?.extension === extension);
  const isOfferOver =
    offers.at(-1)?.type === 'call-offer-ended' && offers.at(-1)?.data.outcome !== 'answered';
  if (mayBeGone || isOfferOver || shown.some((leg) => hasMovedOn(leg, statement))) states.push('ended');
  if (mustBeGone) return states;
  if (statement.isAnswered && statement.may(legs, isConnected)) states.push('answered');
  // One that is gone is not connected any more when the extension rings again.
  const present = legs.filter((leg) => sight.absencesBy(leg, recorded) < sight.absencePolls);
  const mustBeConnected = statement.isAnswered && statement.must(present, isConnected);
  if (!mustBeConnected && !(isOfferOver && !shown.some((leg) => mayBeThere(leg, statement))))
    states.push('ringing');
  return states;
}

/** events.md: the leg of a consultation moves to the call of the customer, as soon as its row shows that customer. */
function hasMovedOn({ part, closedBy }: Sighting, { call, index, sight, recorded }: Statement): boolean {
  const other = closedBy === 'joined' ? index.consultedFor(call) : null;
  if (other === null || other.customer === null) return false;
  const { raw } = other.customer;
  const moved = other.sightings.filter((one) => one.part === part && one.numbers?.includes(raw));
  return sight.may(moved, () => true, recorded);
}

function legsOf(extension: string, { legs }: Statement): Sighting[] {
  return legs.filter((leg) => leg.extension === extension);
}

/** Who talks, or is being rung; the extension that an offer is about. */
const agent: Rule = (statement) => {
  const { data } = statement;
  const { agent: stated, offer } = data;
  if (stated !== null) {
    const stranger = wrongPerson(stated, statement);
    if (stranger !== null) return stranger;
  }
  if (offer !== undefined)
    return stated?.extension === offer.extension
      ? null
      : `agent ${stated?.extension} of an offer at ${offer.extension}`;
  if (statement.isAnswered) return connectedAgent(stated, statement);
  if (statement.call.direction !== 'inbound') {
    // At the end no extension talks or rings.
    if (stated === null && statement.isOver) return null;
    const shown = statement.own(statement.legs).filter((leg) => statement.may([leg]));
    // The leg of who calls may be in none of the answers so far, of which some lack rows.
    const sure = shown.findIndex((leg) => statement.must([leg]));
    const own = sure === -1 ? shown : shown.slice(0, sure + 1);
    if (own.length === 0 && stated === null) return null;
    return own.some(({ extension }) => extension === stated?.extension)
      ? null
      : `agent ${stated?.extension} instead of ${own[0]?.extension}, who calls`;
  }
  if (stated === null) {
    const rings = statement.legs.some((leg) => mustBeThere(leg, statement));
    return rings && !statement.isOver ? 'no agent, although an extension rings' : null;
  }
  if (statement.isOver) return `agent ${stated.extension} of a call without an answer`;
  if (stated.extension === null) return null;
  const rings = legsOf(stated.extension, statement).some((leg) => mayBeThere(leg, statement));
  return rings ? null : `agent ${stated.extension}, who does not ring`;
};

/** The agent is the one to whom the caller is connected, as far as polls have shown. */
function connectedAgent(stated: JudgedAgent | null, statement: Statement): Verdict {
  const { entries, legs } = statement;
  const mustKnow = statement.must(
    legs.filter((leg) => isConnectedLeg(leg, statement)),
    isConnected,
  );
  if (stated === null || stated.extension === null) {
    if (mustKnow) return 'no agent, although a leg was shown connected';
    const isNamed = entries.some(({ agents }) => agents?.some(({ value }) => value !== null));
    const isDeduced = statement.answer?.data.observed.certainty === 'inferred';
    const mayBeNamed = isNamed && (isDeduced || statement.may(entries, isAnswer));
    if (stated !== null) return mayBeNamed ? null : 'an agent whom no row names';
    return null;
  }
  const connected = connectedInOrder(statement);
  // Who calls out is connected to the customer, whether or not the customer is there yet.
  if (
    statement.call.direction === 'outbound' &&
    connected.length === 0 &&
    legs[0]?.extension === stated.extension
  )
    return null;
  const isUnbridged = statement.call.neverBridged === true && connected.length === 0;
  if (isUnbridged && statement.may(legsOf(stated.extension, statement), isConnected))
    return { excused: 'never-bridged' };
  if (!connected.includes(stated.extension)) {
    const rang = legsOf(stated.extension, statement).length > 0;
    const between = !mustKnow && rang && statement.answer?.data.observed.certainty === 'inferred';
    return between
      ? { excused: 'who-answered-between-polls' }
      : `agent ${stated.extension} instead of ${connected.join(' or ')}`;
  }
  return null;
}

/** The extensions that may be taken for the connected one: the latest that polls must have shown, and later ones. */
function connectedInOrder(statement: Statement): string[] {
  const { call, recorded, sight } = statement;
  const sequence = call.events
    .filter(({ type, at }) => CONNECTS.has(type) && at <= recorded + sight.toleranceMs)
    .map(({ extension }) => extension!);
  const allowed: string[] = [];
  for (const extension of sequence.toReversed()) {
    const here = legsOf(extension, statement);
    if (statement.may(here, isConnected)) allowed.push(extension);
    if (statement.must(here, isConnected)) break;
  }
  return allowed;
}

const CONNECTS: ReadonlySet<string> = new Set(['call-answered', 'call-transferred']);

function isConnectedLeg(leg: Sighting, { call }: Statement): boolean {
  return call.events.some(({ type, extension }) => CONNECTS.has(type) && extension === leg.extension);
}

/** An agent's id and names are those that the rows give: the monitor's, and the id those of the queue's row that names the agent. */
function wrongPerson(stated: JudgedAgent, { legs, entries }: Statement): string | null {
  const who = legs.find((leg) => leg.extension === stated.extension)?.who;
  const named = entries.flatMap(({ agents }) => (agents ?? []).flatMap(({ value }) => value ?? []));
  if (stated.extension !== null && who === undefined)
    return `agent ${stated.extension}, who has no part in the call`;
  if (who === undefined) {
    const isNamed = named.some(({ id, name }) => id === stated.id && name === stated.name);
    return isNamed ? null : `agent ${stated.name}, whom no row names`;
  }
  if (stated.name !== textOrNull(who.agentName)) return `agent ${stated.name} instead of ${who.agentName}`;
  if (stated.username !== textOrNull(who.agentName)) return `username ${stated.username} of ${who.agentName}`;
  const ids = [
    textOrNull(who.userId),
    ...named.filter(({ extension }) => extension === stated.extension).map(({ id }) => id),
  ];
  return ids.includes(stated.id) ? null : `id ${stated.id} of agent ${who.agentName}`;
}

function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}

/** An offer names its extension, and its outcome once it is over. */
const offer: Rule = ({ data, event, legs }) => {
  const isOffer = event.type === 'call-offered' || event.type === 'call-offer-ended';
  if (data.offer === undefined) return isOffer ? 'no offer' : null;
  if (!isOffer) return `an offer in ${event.type}`;
  const { extension, extensionId, outcome } = data.offer;
  const here = legs.filter((leg) => leg.extension === extension);
  if (here.length === 0) return `an offer at ${extension}, which had no part in the call`;
  if (here.some(({ who }) => who !== undefined && who.extensionId !== extensionId))
    return `extension ${extension} has another id`;
  if (outcome !== (event.type === 'call-offered' ? null : data.outcome)) return 'two outcomes of one offer';
  return null;
};

/** The extension that was connected before, as polls have shown it. */
const transferredFrom: Rule = (statement) => {
  const { event, expectation, legs } = statement;
  const from = statement.data.transferredFrom;
  if (event.type !== 'call-transferred')
    return from === undefined ? null : `transferredFrom in ${event.type}`;
  if (from?.extension === undefined) return 'no transferredFrom';
  const here = legs.filter(({ extension }) => extension === from.extension);
  if (here.length === 0) return `transferred from ${from.extension}, which had no part in the call`;
  if (expectation === null) return null;
  const at = expectation.event.at;
  const before = statement.call.events
    .filter((one) => CONNECTS.has(one.type) && one.at < at)
    .map(({ extension }) => extension!);
  for (const extension of before.toReversed()) {
    if (extension === from.extension)
      return statement.may(here, isConnected) ? null : `transferred from ${extension}, which no poll showed`;
    if (statement.must(legsOf(extension, statement), isConnected))
      return `transferred from ${from.extension} instead of ${extension}`;
  }
  return `transferred from ${from.extension}, which was not connected before`;
};

export const PEOPLE = { state, extensions, agent, offer, transferredFrom } as const satisfies Readonly<
  Record<string, Rule>
>;
