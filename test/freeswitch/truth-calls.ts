import type { Channel, Truth, TruthEvent } from './truth.js';

/** One scenario of a run: who called, and between when. */
export interface Scenario {
  readonly name: string;
  readonly run: string;
  readonly start: number;
  readonly end: number;
  readonly customers: readonly string[];
  /** The callers withheld their numbers. */
  readonly anon?: boolean;
  /** A local call's two extensions. */
  readonly local?: readonly (string | number)[];
  readonly marks: readonly { readonly m: string }[];
}

export interface TrueOffer {
  readonly id: string;
  readonly extension: string;
  readonly from: number;
  /** When it was answered, or stopped ringing. */
  to: number | undefined;
  readonly end: number | undefined;
  answered: number | undefined;
  outcome: 'answered' | 'answered-elsewhere' | 'not-answered' | 'caller-left';
}

interface TrueTransfer {
  readonly from: string;
  readonly to: string;
  /** How long the new participant talked. */
  readonly talkMs: number;
}

/** A call as it really was. */
export interface TrueCall {
  readonly root: Channel;
  readonly customer: string | null;
  readonly legs: readonly Channel[];
  readonly queueEvents: readonly TruthEvent[];
  readonly start: number;
  readonly answered: number | null;
  readonly end: number;
  readonly outcome: 'answered' | 'abandoned' | 'no-answer';
  readonly offers: readonly TrueOffer[];
  readonly transfers: readonly TrueTransfer[];
}

/** The calls of a scenario of which a poll can see something. */
export function trueCallsOf(scenario: Scenario, truth: Truth): TrueCall[] {
  const { start, end, anon, local } = scenario;
  const within = truth.channels.filter(({ created }) => created >= start - 200 && created <= end + 500);
  const customers = anon === true ? ['anonymous'] : scenario.customers;
  const calls = customers.flatMap((customer) => callsOfCustomer(customer, within, truth));
  if (local !== undefined) calls.push(...localCall(local.map(String), within, truth));
  const isVisible = ({ legs, queueEvents }: TrueCall) => legs.length > 0 || queueEvents.some(isJoining);
  return calls.filter(isVisible).sort((a, b) => a.start - b.start);
}

function callsOfCustomer(customer: string, within: readonly Channel[], truth: Truth): TrueCall[] {
  const isOutside = (channel: Channel) => channel.direction === 'inbound' && channel.extension === null;
  const mine = within.filter(
    (channel) => channel.customer === customer || (isOutside(channel) && channel.callerNumber === customer),
  );
  const isOutbound = ({ extension, callDirection, direction, destination }: Channel) =>
    extension !== null &&
    callDirection === 'outbound' &&
    (direction === 'inbound' || destination === extension);
  const roots = mine
    .filter((channel) => isOutside(channel) || isOutbound(channel))
    .sort((a, b) => a.created - b.created);
  /** A transferred outbound call: its second extension talks to the same outside channel. */
  const continues = (root: Channel, first: Channel) =>
    root !== first &&
    root.extension !== null &&
    first.extension !== null &&
    [...truth.bridgedWith(root)].some(
      (id) => (truth.channel(id)?.extension ?? null) === null && truth.bridgedWith(first).has(id),
    );
  return roots
    .filter((root) => !roots.some((first) => first.created < root.created && continues(root, first)))
    .map((root) => {
      const isOfRoot = (channel: Channel) =>
        channel.origin === root.id ||
        (channel.member !== undefined && truth.sessionOf(channel.member, channel.created + 50) === root.id) ||
        truth.bridgedWith(channel).has(root.id);
      const legs = new Set(
        root.extension === null ? [] : [root, ...roots.filter((other) => continues(other, root))],
      );
      for (const channel of mine)
        if (channel.extension !== null && channel !== root && isOfRoot(channel)) legs.add(channel);
      for (const id of truth.bridgedWith(root)) {
        const channel = truth.channel(id);
        if (channel !== undefined && channel.extension !== null) legs.add(channel);
      }
      return trueCall(root, customer, [...legs], truth);
    });
}

function localCall([from, to]: readonly string[], within: readonly Channel[], truth: Truth): TrueCall[] {
  const root = within.find(({ extension, direction }) => extension === from && direction === 'inbound');
  if (root === undefined) return [];
  const leg = truth.channels.find(({ extension, origin }) => extension === to && origin === root.id);
  return [trueCall(root, null, leg === undefined ? [root] : [root, leg], truth)];
}

function trueCall(
  root: Channel,
  customer: string | null,
  unsorted: readonly Channel[],
  truth: Truth,
): TrueCall {
  const legs = [...unsorted].sort((a, b) => a.created - b.created);
  const queueEvents = truth.queueEvents.filter((event) => event['CC-Member-Session-UUID'] === root.id);
  const isInbound = root.extension === null;
  const talking = legs
    .filter((leg) => leg.answered !== undefined && truth.bridgedWith(leg).size + leg.bridges.length > 0)
    .sort((a, b) => a.answered! - b.answered!);
  const answered = isInbound ? (talking[0]?.answered ?? null) : otherAnswered(root, truth);
  const left = queueEvents.findLast((event) => event['CC-Action'] === 'member-queue-end');
  const legsEnd = Math.max(0, ...legs.map(({ hangup }) => hangup ?? 0));
  const joined = queueEvents.find(isJoining);
  const others = customer === null ? legs.filter((leg) => leg !== root) : isInbound ? legs : [];
  const isConsultation = (leg: Channel) =>
    customer !== null && (truth.channel(leg.origin)?.extension ?? null) !== null;
  const moves = isInbound || (customer !== null && legs.some((leg) => leg.extension !== root.extension));
  return {
    root,
    customer,
    legs,
    queueEvents,
    start: Math.min(joined?.at ?? Infinity, ...legs.map(({ created }) => created)),
    answered,
    end: left?.['CC-Cause'] === 'Cancel' ? Math.max(legsEnd, left.at) : legsEnd,
    outcome: answered !== null ? 'answered' : isInbound ? 'abandoned' : 'no-answer',
    offers: offersOf(
      others.filter((leg) => !isConsultation(leg)),
      legs,
      root,
    ),
    transfers: moves ? transfersOf(talking) : [],
  };
}

/** When the other side of an outbound or local call answered. */
function otherAnswered(root: Channel, truth: Truth): number | null {
  for (const id of truth.bridgedWith(root)) {
    const answered = truth.channel(id)?.answered;
    if (answered !== undefined) return Math.max(answered, root.answered ?? 0);
  }
  return null;
}

function offersOf(ringing: readonly Channel[], legs: readonly Channel[], root: Channel): TrueOffer[] {
  const offers = ringing
    .filter((leg) => leg.direction === 'outbound' && (leg.ringing ?? leg.answered) !== undefined)
    .map((leg): TrueOffer => {
      const { id, extension, answered, hangup: end } = leg;
      const from = leg.ringing ?? leg.created;
      return { id, extension: extension!, from, to: answered ?? end, end, answered, outcome: 'answered' };
    });
  for (const offer of offers) offer.outcome = outcomeOf(offer, legs, root);
  return asOneForEachExtension(offers);
}

function outcomeOf(offer: TrueOffer, legs: readonly Channel[], root: Channel): TrueOffer['outcome'] {
  if (offer.answered !== undefined) return 'answered';
  const end = offer.end ?? Infinity;
  const others = legs.filter(({ id }) => id !== offer.id);
  const isElsewhere = others.some(
    ({ answered, hangup }) =>
      answered !== undefined &&
      answered <= end + 300 &&
      answered >= offer.from - 50 &&
      (hangup ?? Infinity) > offer.from,
  );
  if (isElsewhere) return 'answered-elsewhere';
  const goesOn =
    others.some(({ created, hangup }) => created > end - 5 || (hangup ?? Infinity) > end + 1_200) ||
    (root.hangup ?? 0) > (offer.end ?? 0) + 1_500;
  return goesOn ? 'not-answered' : 'caller-left';
}

/** Several devices of one extension ring as one offer. */
function asOneForEachExtension(offers: readonly TrueOffer[]): TrueOffer[] {
  const merged: TrueOffer[] = [...offers];
  for (let i = merged.length - 1; i > 0; i--) {
    const later = merged[i]!;
    const earlier = merged
      .slice(0, i)
      .find(
        (offer) =>
          offer.extension === later.extension &&
          offer.from <= (later.to ?? Infinity) &&
          later.from <= (offer.to ?? Infinity),
      );
    if (earlier === undefined) continue;
    if (later.outcome === 'answered') {
      const { to, answered, outcome } = later;
      Object.assign(earlier, { to, answered, outcome });
    } else if (earlier.outcome !== 'answered') earlier.to = Math.max(earlier.to ?? 0, later.to ?? 0);
    merged.splice(i, 1);
  }
  return merged;
}

function transfersOf(talking: readonly Channel[]): TrueTransfer[] {
  return talking.flatMap((leg, index) => {
    const before = talking[index - 1];
    if (before === undefined || before.extension === leg.extension) return [];
    const since = Math.max(leg.answered!, before.hangup ?? 0);
    return [{ from: before.extension!, to: leg.extension!, talkMs: (leg.hangup ?? Infinity) - since }];
  });
}

function isJoining(event: TruthEvent): boolean {
  return /member-queue-(start|resume)/.test(String(event['CC-Action']));
}
