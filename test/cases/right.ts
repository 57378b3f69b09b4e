import type { BridgeEvent, CallEvent, CallEventType } from '../../src/core/model/event.js';
import type { Instant } from '../../src/core/model/observation.js';

/** What the bridge made of a case. */
export interface Run {
  readonly beginsAt: Instant;
  readonly events: readonly BridgeEvent[];
  /** The `callId` of each call that is live at the end. */
  readonly live: readonly string[];
}

/**
 * What a case must give. Every call that the bridge announces is one of `calls`, and each of `calls` is announced; what
 * an entry does not say may be anything, but for transfers, of which there are none then.
 */
export interface Right {
  readonly calls: readonly RightCall[];
}

/** A value that may be one of several is written `a|b`. */
export interface RightCall {
  /** Ids of the legs and entries that are this call's; no other call has them, unless it names them too. */
  readonly of: readonly string[];
  /** Null: the call is still live at the end; `any`: it may be, or have ended in any way. */
  readonly outcome?: string | null;
  readonly direction?: string;
  readonly customer?: string;
  readonly baseline?: boolean;
  /** The extension that answered. */
  readonly answered?: string;
  /** All offers by extension, each with its outcome; several at one extension in their order. */
  readonly offers?: Readonly<Record<string, string | readonly string[]>>;
  /** `FROM>TO`, all of them in their order; or `any`. */
  readonly transfers?: readonly string[] | 'any';
  /** By type of event, of its first; that event must be there. */
  readonly certainty?: Readonly<Partial<Record<CallEventType, string>>>;
  /** By type of event: seconds of the case between which its window lies. */
  readonly within?: Readonly<Partial<Record<CallEventType, readonly [number, number]>>>;
  /** Types of which there is no event, such as `call-answered` where an answer is only inferred by its end. */
  readonly without?: readonly CallEventType[];
  /** Ids of legs or entries of other calls that this one must name when it ends; `#N` is the Nth of `calls`, from 0. */
  readonly linked?: readonly string[];
  /** `call-ended` says that a row was stale. */
  readonly stale?: boolean;
  /** The names of the queues. */
  readonly queues?: readonly string[];
}

/** What is not right, in one line each. */
export function wrongIn({ calls }: Right, run: Run): string[] {
  const announced = storiesOf(run.events as readonly CallEvent[]);
  const left = [...announced];
  const pairs: [RightCall, CallEvent[]][] = [];
  const wrong: string[] = [];
  for (const right of calls) {
    const index = left.findIndex((story) => right.of.every((id) => idsOf(story).has(id)));
    if (index < 0) wrong.push(`${right.of.join(' and ')}: not one call, or none`);
    else pairs.push([right, ...left.splice(index, 1)] as [RightCall, CallEvent[]]);
  }
  for (const story of left) {
    const { subject, data } = story.at(-1)!;
    wrong.push(`${subject}: a call that there was not (${[...idsOf(story)].join(', ')}; ${data.outcome})`);
  }
  const callIds = new Map(
    pairs.flatMap(([right, story]) =>
      [...right.of, `#${calls.indexOf(right)}`].map((id) => [id, story[0]!.subject]),
    ),
  );
  for (const [right, story] of pairs) {
    const others = calls.filter((other) => other !== right).flatMap((other) => other.of);
    for (const id of idsOf(story))
      if (others.includes(id) && !right.of.includes(id)) wrong.push(`${right.of[0]}: owns ${id}`);
    wrong.push(...wrongInCall(right, story, run, callIds).map((what) => `${right.of[0]}: ${what}`));
  }
  return wrong;
}

function wrongInCall(
  right: RightCall,
  story: readonly CallEvent[],
  { live, beginsAt }: Run,
  callIds: ReadonlyMap<string, string>,
): string[] {
  const wrong: string[] = [];
  const say = (what: string, is: unknown, wanted: string) => {
    if (!wanted.split('|').includes(String(is))) wrong.push(`${what} ${String(is)}, not ${wanted}`);
  };
  const first = (type: CallEventType) => story.find((event) => event.type === type);
  const last = story.at(-1)!;
  const { outcome, direction, customer, baseline, answered, offers, transfers = [], stale, queues } = right;
  if (outcome === null && !live.includes(last.subject)) wrong.push('ended, and should be live');
  if (outcome !== null && outcome !== undefined && outcome !== 'any')
    say('outcome', first('call-ended')?.data.outcome, outcome);
  if (outcome !== null && outcome !== 'any' && live.includes(last.subject)) wrong.push('never ended');
  if (direction !== undefined) say('direction', last.data.direction, direction);
  if (customer !== undefined) say('customer', last.data.customer?.raw, customer);
  if (baseline !== undefined) say('baseline', last.data.baseline, String(baseline));
  if (answered !== undefined) say('answered by', first('call-answered')?.data.agent?.extension, answered);
  if (offers !== undefined) wrong.push(...wrongOffers(offers, story));
  const moved = story
    .filter(({ type }) => type === 'call-transferred')
    .map(({ data }) => `${data.transferredFrom?.extension}>${data.agent?.extension}`);
  if (transfers !== 'any') say('transfers', moved.join(' ') || 'none', transfers.join(' ') || 'none');
  for (const [type, certainty] of Object.entries(right.certainty ?? {}) as [CallEventType, string][])
    say(`certainty of ${type}`, first(type)?.data.observed.certainty, certainty);
  for (const [type, [from, to]] of Object.entries(right.within ?? {}) as [
    CallEventType,
    readonly [number, number],
  ][]) {
    const { earliest, latest } = first(type)?.data.observed ?? { earliest: null, latest: null };
    const second = (text: string | null) => (text === null ? NaN : (Date.parse(text) - beginsAt) / 1_000);
    if (!(second(earliest) >= from && second(latest) <= to))
      wrong.push(`${type} in [${second(earliest)}, ${second(latest)}], not within [${from}, ${to}]`);
  }
  for (const type of right.without ?? []) if (first(type) !== undefined) wrong.push(`has ${type}`);
  for (const id of right.linked ?? []) {
    const callId = callIds.get(id);
    if (callId === undefined || !last.data.linkedCallIds.includes(callId)) wrong.push(`does not name ${id}`);
  }
  if (stale !== undefined)
    say(
      'stale',
      (first('call-ended')?.data as { stale?: boolean } | undefined)?.stale === true,
      String(stale),
    );
  if (queues !== undefined)
    say('queues', last.data.queues.map(({ name }) => name).join(', '), queues.join(', '));
  return wrong;
}

function wrongOffers(right: NonNullable<RightCall['offers']>, story: readonly CallEvent[]): string[] {
  const wrong: string[] = [];
  const seen = new Map<string, string[]>();
  for (const { type, data } of story) {
    const { offer } = data;
    if (type === 'call-offered' && offer !== undefined && !seen.has(offer.extension))
      seen.set(offer.extension, []);
    if (type === 'call-offer-ended') seen.get(offer!.extension)?.push(offer!.outcome ?? 'none');
  }
  for (const extension of new Set([...seen.keys(), ...Object.keys(right)])) {
    const is = seen.get(extension) ?? [];
    const wanted = [right[extension] ?? []].flat();
    const fits =
      is.length === wanted.length && is.every((outcome, n) => wanted[n]!.split('|').includes(outcome));
    if (!fits) wrong.push(`offers at ${extension} [${is.join(', ')}], not [${wanted.join(', ')}]`);
  }
  return wrong;
}

/** Each call's events, in the order in which the calls were announced. */
export function storiesOf(events: readonly CallEvent[]): CallEvent[][] {
  const stories = new Map<string, CallEvent[]>();
  for (const event of events) {
    if (!event.type.startsWith('call-')) continue;
    const story = stories.get(event.subject);
    if (story === undefined) stories.set(event.subject, [event]);
    else story.push(event);
  }
  return [...stories.values()];
}

function idsOf(story: readonly CallEvent[]): ReadonlySet<string> {
  return new Set(story.flatMap(({ subject, data }) => [subject, ...data.upstreamIds]));
}
