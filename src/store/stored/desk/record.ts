import { z } from 'zod';
import type { EndedCallRecord } from '../../../core/day/ended-call-record.js';
import type { KnownTime } from '../../../core/day/story.js';
import type { Queue } from '../../../core/model/call.js';
import { rfc3339 } from '../../../core/model/event.js';
import type { Instant, PhoneNumber } from '../../../core/model/observation.js';
import { endText, indexLine, nameOfShort, readIndexLine, shortName } from './history-index.js';
import { unpacked } from './packed-text.js';
import { CERTAINTIES, DIRECTIONS, FORM, formOf, OUTCOMES, STATES, VISIT_ENDS } from './record-form.js';
import { offerOutcome } from './story.js';

/**
 * What history keeps of an ended call, as one text: a line of its end and of what it is found by (`history-index.ts`), and
 * after it JSON in a short form (`record-form.ts`). There is one for each of thousands of calls a day, for weeks.
 *
 * What a newer build appends to a list, or adds to `more`, is dropped by an older one. A record of another form is none.
 */
const text = z.string();
const textOrNull = text.nullable();
const number = z.number();
const packedText = text.transform(unpacked);
const place = z.int().min(0);
const time = z.union([text, number]);
const rest = z.unknown();
const knownTime = z.tuple([number, number.nullable(), number, place], rest);

const phoneNumber = z
  .union([text, z.tuple([text, text]), z.tuple([text, textOrNull, textOrNull])])
  .nullable();

const person = z.union([
  z.tuple([text, packedText.nullable(), textOrNull]),
  z.tuple([text, packedText.nullable(), textOrNull, place], rest),
]);

const recordView = z.tuple(
  [
    place,
    place,
    phoneNumber,
    phoneNumber,
    place.nullable(),
    place,
    z
      .tuple([packedText.nullable(), z.union([text, z.literal(0)]).nullable(), place.nullable()], rest)
      .nullable(),
    place,
    z.tuple([time, time.nullable(), time.nullable()], rest),
    number.nullable(),
    number.nullable(),
    place.nullable(),
    z.tuple([time.nullable(), time, place], rest),
  ],
  rest,
);

const recordStory = z.tuple(
  [
    knownTime,
    z.array(z.tuple([place, packedText, knownTime, knownTime.nullable(), place.nullable()], rest)),
    z.array(z.tuple([place, place, knownTime, knownTime.nullable()], rest)),
    z.array(z.tuple([place, place, number], rest)),
  ],
  rest,
);

const more = z.object({
  eventId: z.exactOptional(text),
  linkedCallIds: z.array(packedText).default([]),
  baseline: z.boolean().default(false),
  precisionMs: z.exactOptional(number),
  offer: z.exactOptional(
    z.object({ extension: text, extensionId: textOrNull, outcome: offerOutcome.nullable() }),
  ),
  stale: z.exactOptional(z.literal(true)),
  transferredFrom: z.exactOptional(z.object({ extension: text })),
});

const record = z.tuple(
  [
    z.literal(FORM),
    z.array(packedText),
    z.array(person),
    z.array(z.tuple([packedText, text], rest)),
    recordView,
    recordStory,
    more,
  ],
  rest,
);
type Form = z.infer<typeof record>;

/** A record as it is stored: its field, the text, and when the call began at the earliest, as the index writes ends. */
export function encodeRecord(from: EndedCallRecord): readonly [field: string, text: string, started: string] {
  const { callId, endedAt, observed } = from.view;
  // Of a call that has ended it is never missing; without it, it ended by when its end was seen.
  const end = Date.parse(endedAt ?? observed.latest);
  const eventId = from.eventId === eventIdOf(callId) ? null : from.eventId;
  // It may have begun any time before: then no other call of its id is known to have ended before it.
  const { earliest } = from.story.started;
  const body = JSON.stringify(formOf(from, eventId, end));
  return [shortName(callId), `${indexLine(end, from.terms)}\n${body}`, endText(earliest ?? -Infinity)];
}

/** Null for a text that is none. Errors of parser and schema are dropped, because they quote customers' data. */
export function readRecord(field: string, stored: string): EndedCallRecord | null {
  const newline = stored.indexOf('\n');
  const index = newline === -1 ? null : readIndexLine(stored.slice(0, newline));
  if (index === null) return null;
  try {
    const form = record.parse(JSON.parse(stored.slice(newline + 1)));
    return { ...new Reading(form, index.endedAt).record(nameOfShort(field)), terms: index.terms };
  } catch {
    return null;
  }
}

/** Throws where a place names nothing. */
class Reading {
  readonly #form: Form;
  readonly #end: Instant;

  constructor(form: Form, end: Instant) {
    this.#form = form;
    this.#end = end;
  }

  record(callId: string): Omit<EndedCallRecord, 'terms'> {
    const { eventId = eventIdOf(callId) } = this.#form[6];
    return { eventId, view: this.#view(callId), story: this.#story() };
  }

  #view(callId: string): EndedCallRecord['view'] {
    const [, upstreamIds, people, queues, view, , more] = this.#form;
    const [direction, state, customer, hotline, queue, queueCount, agent, extensionCount] = view;
    const [startedAt, answeredAt, endedAt] = view[8];
    const [earliest, latest, certainty] = view[12];
    const { linkedCallIds, baseline, precisionMs, offer, stale, transferredFrom } = more;
    return {
      callId,
      linkedCallIds,
      upstreamIds,
      direction: at(DIRECTIONS, direction),
      state: at(STATES, state),
      customer: numberOf(customer),
      hotline: numberOf(hotline),
      queue: queue === null ? null : this.#queue(queue),
      queues: queues.slice(0, queueCount).map((_, nth) => this.#queue(nth)),
      agent: agent === null ? null : this.#agent(agent),
      extensions: people.slice(0, extensionCount).map(([extension, extensionId, agentName, stateOf = 0]) => ({
        extension,
        extensionId,
        agentName,
        state: at(STATES, stateOf) as 'ended' | 'answered' | 'ringing',
      })),
      startedAt: this.#text(startedAt),
      answeredAt: answeredAt === null ? null : this.#text(answeredAt),
      endedAt: endedAt === null ? null : this.#text(endedAt),
      waitMs: view[9],
      talkMs: view[10],
      outcome: view[11] === null ? null : at(OUTCOMES, view[11]),
      baseline,
      observed: {
        earliest: earliest === null ? null : this.#text(earliest),
        latest: this.#text(latest),
        certainty: at(CERTAINTIES, certainty),
        ...(precisionMs !== undefined && { precisionMs }),
      },
      ...(offer && { offer }),
      ...(stale && { stale }),
      ...(transferredFrom && { transferredFrom }),
    };
  }

  #story(): EndedCallRecord['story'] {
    const [started, visits, segments, offers] = this.#form[5];
    return {
      started: this.#time(started),
      visits: visits.map(([queue, key, joined, left, how]) => ({
        queue: this.#queue(queue),
        key,
        joined: this.#time(joined),
        left: left === null ? null : this.#time(left),
        how: how === null ? null : at(VISIT_ENDS, how),
      })),
      segments: segments.map(([who, placed, from, to]) => ({
        ...this.#person(who),
        placed: placed === 1,
        from: this.#time(from),
        to: to === null ? null : this.#time(to),
      })),
      offers: offers.map(([who, outcome, when]) => ({
        ...this.#person(who),
        outcome: offerOutcome.parse(at(OUTCOMES, outcome)),
        at: when + this.#end,
      })),
    };
  }

  #agent([id, username, who, called]: NonNullable<Form[4][6]>): EndedCallRecord['view']['agent'] {
    const known = who === null ? null : this.#person(who);
    const name = known === null ? textOrNull.parse(called) : known.agentName;
    return { id, name, username: username === 0 ? name : username, extension: known?.extension ?? null };
  }

  #person(nth: number): { readonly extension: string; readonly agentName: string | null } {
    const [extension, , agentName] = at(this.#form[2], nth);
    return { extension, agentName };
  }

  #queue(nth: number): Queue {
    const [id, name] = at(this.#form[3], nth);
    return { id, name };
  }

  #time([since, before, after, certainty]: z.infer<typeof knownTime>): KnownTime {
    const when = since + this.#end;
    const earliest = before === null ? null : when - before;
    return { at: when, earliest, latest: when + after, certainty: at(CERTAINTIES, certainty) };
  }

  #text(when: string | number): string {
    return typeof when === 'number' ? rfc3339(when + this.#end) : when;
  }
}

function numberOf(form: z.infer<typeof phoneNumber>): PhoneNumber | null {
  if (form === null) return null;
  if (typeof form === 'string') return { raw: form, e164: null, national: null };
  const [raw, second, national] = form;
  if (form.length === 3) return { raw, e164: second, national: national ?? null };
  return { raw, e164: second + raw.slice(1), national: raw };
}

function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw new RangeError(`nothing is at place ${place}`);
  return item;
}

/** The id of a call's `call-ended`: another is stored. */
function eventIdOf(callId: string): string {
  return `${callId}/call-ended`;
}
