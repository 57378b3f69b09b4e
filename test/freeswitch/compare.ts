import type { CallEvent } from '../../src/core/model/event.js';
import type { Scenario, TrueCall, TrueOffer } from './truth-calls.js';

/** An announced call, and its events in their order. */
interface Announced {
  readonly callId: string;
  readonly events: readonly CallEvent[];
  readonly customer: string | null;
}

/** How a scenario was announced. */
export interface Comparison {
  /** What is not so, in one line each. */
  readonly wrong: readonly string[];
  /** Every wrong outcome is said to be inferred. */
  readonly isSaidToBeInferred: boolean;
  readonly announced: readonly (readonly CallEvent[])[];
}

/** The recorder's own delay. The windows allow for the monitor's. */
const SLACK_MS = 100;
const END_SLACK_MS = 200;
/** Its time is a whole second. */
const UPSTREAM_MS = 1_100;

/**
 * Compares what happened in a scenario with what was announced, call by call: grammar, number of calls, outcomes, windows
 * of answers, ends and offers, outcomes of offers, transfers.
 *
 * @param intervalMs what rings or talks for less than this need not have been seen
 */
export function compare(
  scenario: Scenario,
  happened: readonly TrueCall[],
  events: readonly CallEvent[],
  intervalMs: number,
): Comparison {
  const announced = announcedIn(scenario, events);
  const isUnseen = ({ queueEvents, legs }: TrueCall) =>
    announced.length === 0 &&
    queueEvents.length === 0 &&
    legs.every(({ created, hangup }) => (hangup ?? Infinity) - created < intervalMs);
  const calls = happened.filter((call) => !isUnseen(call));
  const isStuck = calls.some(({ queueEvents }) => {
    const has = (action: string) => queueEvents.some((event) => event['CC-Action'] === action);
    return has('member-queue-start') && !has('member-queue-end');
  });
  const wrong = announced.flatMap((call) => brokenGrammar(call, isStuck));
  if (announced.length !== calls.length) wrong.push(wrongNumber(announced, calls.length));
  else {
    const span: Span = { start: scenario.start, intervalMs };
    for (const [call, of] of pairs(calls, announced)) wrong.push(...wrongInCall(call, of, span));
  }
  return {
    wrong,
    isSaidToBeInferred: wrong.length > 0 && wrong.every((what) => /inferred\)/.test(what)),
    announced: announced.map((call) => call.events),
  };
}

interface Span {
  readonly start: number;
  readonly intervalMs: number;
}

function announcedIn(scenario: Scenario, events: readonly CallEvent[]): Announced[] {
  const { start, end, anon, local, customers } = scenario;
  const stories = new Map<string, CallEvent[]>();
  for (const event of events) {
    const recorded = Date.parse(event.recordedtime);
    if (recorded < start - 200 || recorded > end + 4_000) continue;
    stories.set(event.subject, [...(stories.get(event.subject) ?? []), event]);
  }
  return [...stories]
    .flatMap(([callId, story]) => {
      const first = story[0]!;
      const last = story.at(-1)!;
      const begins = first.type === 'call-started';
      if (begins ? Date.parse(first.recordedtime) > end : Date.parse(last.recordedtime) < start + 500)
        return [];
      const customer = story.map(({ data }) => data.customer?.raw).find(Boolean) ?? null;
      const { direction, extensions } = last.data;
      const isWithheld = (customer === null || /anonymous/i.test(customer)) && direction === 'inbound';
      const isOfCustomer = anon === true ? isWithheld : customer !== null && customers.includes(customer);
      const isLocal =
        local !== undefined &&
        begins &&
        direction === 'local' &&
        extensions.some(({ extension }) => local.map(String).includes(extension));
      return isOfCustomer || isLocal ? [{ callId, events: story, customer }] : [];
    })
    .sort(
      ({ events: [a] }, { events: [b] }) =>
        Date.parse(a!.time) - Date.parse(b!.time) || (a!.sequence < b!.sequence ? -1 : 1),
    );
}

function brokenGrammar({ callId, events }: Announced, isStuck: boolean): string[] {
  const wrong: string[] = [];
  const count = (type: CallEvent['type']) => events.filter((event) => event.type === type).length;
  const ended = count('call-ended');
  if (count('call-started') !== 1) wrong.push(`${callId}: ${count('call-started')} call-started`);
  if (ended !== 1 && !(isStuck && ended === 0)) wrong.push(`${callId}: ${ended} call-ended`);
  if (count('call-answered') + count('call-abandoned') > 1) wrong.push(`${callId}: answered and abandoned`);
  if (count('call-offered') !== count('call-offer-ended'))
    wrong.push(`${callId}: ${count('call-offered')} offered, ${count('call-offer-ended')} offer-ended`);
  return wrong;
}

/** One call announced as two is said to be inferred when the earlier one's end is, and the later one names it. */
function wrongNumber(announced: readonly Announced[], happened: number): string {
  const isGuessed = ({ events }: Announced) =>
    events.some(({ type, data }) => type === 'call-ended' && data.observed.certainty === 'inferred');
  const guessed = new Set(announced.filter(isGuessed).map(({ callId }) => callId));
  const linked = announced.filter(({ events }) =>
    events.at(-1)!.data.linkedCallIds.some((id) => guessed.has(id)),
  );
  const said = announced.length - linked.length === happened ? ' (linked, inferred)' : '';
  return `calls: ${happened} happened, ${announced.length} announced${said}`;
}

/** Which announced call is which: by a shared id, else by the customer, in the order of time. */
function pairs(calls: readonly TrueCall[], announced: readonly Announced[]): [TrueCall, Announced][] {
  const left = [...announced];
  const paired: [TrueCall, Announced][] = [];
  for (const call of calls) {
    const { customer, root, legs } = call;
    const isOfCustomer = (of: Announced) => customer === null || of.customer === customer;
    const sharesId = ({ events }: Announced) =>
      [...events[0]!.data.upstreamIds, ...events.at(-1)!.data.upstreamIds].some(
        (id) => id === root.id || legs.some((leg) => leg.id === id),
      );
    let index = left.findIndex((of) => isOfCustomer(of) && sharesId(of));
    if (index < 0) index = left.findIndex(isOfCustomer);
    if (index >= 0) paired.push([call, ...left.splice(index, 1)] as [TrueCall, Announced]);
  }
  return paired;
}

function wrongInCall(call: TrueCall, { events }: Announced, span: Span): string[] {
  const wrong: string[] = [];
  const first = (type: CallEvent['type']) => events.find((event) => event.type === type);
  const ended = first('call-ended');
  const answered = first('call-answered');
  if (ended !== undefined && ended.data.outcome !== call.outcome)
    wrong.push(
      `outcome: ${call.outcome}, announced ${ended.data.outcome} (${ended.data.observed.certainty})`,
    );
  if (answered !== undefined && call.answered !== null)
    wrong.push(...wrongWindow('answered', call.answered, answered, span, SLACK_MS));
  if (ended !== undefined) {
    const what = call.outcome === 'abandoned' ? 'abandoned' : 'ended';
    wrong.push(...wrongWindow(what, call.end, first('call-abandoned') ?? ended, span, END_SLACK_MS));
  }
  wrong.push(...wrongOffers(call, events, span));
  const transfers = events.filter(({ type }) => type === 'call-transferred').length;
  const least = call.transfers.filter(({ talkMs }) => talkMs > span.intervalMs + SEEN_FOR_SURE_MS).length;
  if (transfers > call.transfers.length || transfers < least) {
    const happened = call.transfers.map(({ from, to }) => `${from}>${to}`).join(' ');
    wrong.push(`transfers: ${call.transfers.length} happened (${happened}), ${transfers} announced`);
  }
  return wrong;
}

/** What lasts for this much longer than an interval is in an answer. */
const SEEN_FOR_SURE_MS = 250;

function wrongOffers({ offers, legs, root }: TrueCall, events: readonly CallEvent[], span: Span): string[] {
  const wrong: string[] = [];
  const begun = events.filter(({ type }) => type === 'call-offered');
  const over = events.filter(({ type }) => type === 'call-offer-ended');
  const at = (extension: string) => (event: CallEvent) => event.data.offer!.extension === extension;
  const left = [...begun];
  for (const offer of offers) {
    const { extension, from, to, outcome } = offer;
    const index = left.findIndex(at(extension));
    if (index < 0) {
      if (to !== undefined && to - from > span.intervalMs + SEEN_FOR_SURE_MS)
        wrong.push(`offer: ${extension} rang for ${to - from} ms, not announced`);
      continue;
    }
    const [event] = left.splice(index, 1);
    wrong.push(...wrongWindow(`offered ${extension}`, from, event!, span, SLACK_MS));
    const end = over.filter(at(extension))[begun.filter(at(extension)).indexOf(event!)];
    if (end === undefined) continue;
    const { certainty } = end.data.observed;
    const announced = end.data.offer!.outcome;
    if (announced !== outcome)
      wrong.push(`offer ${extension}: ended ${outcome}, announced ${announced} (${certainty})`);
    if (to !== undefined) wrong.push(...wrongWindow(`offer-ended ${extension}`, to, end, span, END_SLACK_MS));
  }
  const isOffer = (id: string) => offers.some((offer: TrueOffer) => offer.id === id);
  for (const event of left) {
    const { extension } = event.data.offer!;
    const rang = legs.some(
      (leg) => leg !== root && leg.extension === extension && leg.ringing !== undefined && !isOffer(leg.id),
    );
    if (!rang) wrong.push(`offer: ${extension} announced, did not happen`);
  }
  return wrong;
}

function wrongWindow(what: string, at: number, event: CallEvent, { start }: Span, slackMs: number): string[] {
  const wrong: string[] = [];
  const { earliest, latest, certainty } = event.data.observed;
  const from = earliest === null ? -Infinity : Date.parse(earliest);
  const to = Date.parse(latest);
  const second = (instant: number) => ((instant - start) / 1_000).toFixed(2);
  if (at < from - slackMs || at > to + slackMs)
    wrong.push(`${what}: ${second(at)} is outside of ${second(from)}..${second(to)} (${certainty})`);
  if (certainty === 'upstream' && Math.abs(Date.parse(event.time) - at) > UPSTREAM_MS)
    wrong.push(`${what}: time ${second(Date.parse(event.time))}, truth ${second(at)} (upstream)`);
  return wrong;
}
