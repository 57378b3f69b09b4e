import type { EndedCallRecord } from '../../../core/day/ended-call-record.js';
import type { CallStory, KnownTime } from '../../../core/day/story.js';
import type { Queue } from '../../../core/model/call.js';
import { rfc3339 } from '../../../core/model/event.js';
import type { Instant, PhoneNumber } from '../../../core/model/observation.js';
import { packed } from './packed-text.js';

/**
 * The form of a record of history: lists in place of objects, and what a call names several times once.
 *
 *     [1, ids, people, queues, view, story, more]
 *
 *     people  [extension, extensionId, agentName, state]: first `view.extensions`, then others whom agent and story name
 *     queues  [id, name]: first `view.queues`, then others
 *     view    lists of `recordView`, story: `recordStory`; both name people and queues by their place
 *     more    what few calls have
 *
 * Words are written as their place in a list here, instants as what lies between them and the call's end, a `KnownTime` as a list:
 * when, how much earlier it may have been (null: any time), how much later, how certain. A newer build may append to any list.
 */
export const FORM = 1;
export const STATES = ['ended', 'answered', 'ringing', 'queued'] as const;
export const DIRECTIONS = ['inbound', 'outbound', 'local'] as const;
export const CERTAINTIES = ['upstream', 'observed', 'inferred'] as const;
export const OUTCOMES = [
  'answered',
  'abandoned',
  'no-answer',
  'unknown',
  'answered-elsewhere',
  'not-answered',
  'caller-left',
] as const;
export const VISIT_ENDS = ['answered', 'abandoned', 'flowed-out', 'unknown'] as const;

type View = EndedCallRecord['view'];
type Person = readonly [
  extension: string,
  extensionId: string | null,
  agentName: string | null,
  state?: number,
];

export function formOf(
  { view, story }: Omit<EndedCallRecord, 'terms'>,
  eventId: string | null,
  end: Instant,
): unknown {
  const names = new Names(view, end);
  const body = [names.view(), names.story(story)];
  return [FORM, view.upstreamIds.map(packed), names.people, names.queues, ...body, moreOf(view, eventId)];
}

class Names {
  readonly people: Person[] = [];
  readonly queues: (readonly [id: string, name: string])[] = [];
  readonly #view: View;
  readonly #end: Instant;

  constructor(view: View, end: Instant) {
    this.#view = view;
    this.#end = end;
    for (const { extension, extensionId, agentName, state } of view.extensions) {
      const id = extensionId === null ? null : packed(extensionId);
      const place = placeIn(STATES, state);
      this.people.push(place === 0 ? [extension, id, agentName] : [extension, id, agentName, place]);
    }
    for (const { id, name } of view.queues) this.queues.push([packed(id), name]);
  }

  view(): unknown {
    const { direction, state, customer, hotline, queue, queues, agent, extensions, observed } = this.#view;
    const { startedAt, answeredAt, endedAt, waitMs, talkMs, outcome } = this.#view;
    return [
      placeIn(DIRECTIONS, direction),
      placeIn(STATES, state),
      numberForm(customer),
      numberForm(hotline),
      queue === null ? null : this.#queue(queue),
      queues.length,
      agent === null ? null : this.#agent(agent),
      extensions.length,
      [startedAt, answeredAt, endedAt].map((time) => this.#since(time)),
      waitMs,
      talkMs,
      outcome === null ? null : placeIn(OUTCOMES, outcome),
      [
        this.#since(observed.earliest),
        this.#since(observed.latest),
        placeIn(CERTAINTIES, observed.certainty),
      ],
    ];
  }

  story({ started, visits, segments, offers }: Omit<CallStory, 'callId'>): unknown {
    return [
      this.#time(started),
      visits.map(({ queue, key, joined, left, how }) => [
        this.#queue(queue),
        packed(key),
        this.#time(joined),
        left === null ? null : this.#time(left),
        how === null ? null : placeIn(VISIT_ENDS, how),
      ]),
      segments.map(({ extension, agentName, placed, from, to }) => [
        this.#person(extension, agentName),
        placed ? 1 : 0,
        this.#time(from),
        to === null ? null : this.#time(to),
      ]),
      offers.map(({ extension, agentName, outcome, at }) => [
        this.#person(extension, agentName),
        placeIn(OUTCOMES, outcome),
        at - this.#end,
      ]),
    ];
  }

  /** `id`, `username` (0: the name), and who: a place, or name and extension where there is no extension. */
  #agent({ id, name, username, extension }: NonNullable<View['agent']>): unknown {
    const first = [id === null ? null : packed(id), username === name ? 0 : username];
    return extension === null ? [...first, null, name] : [...first, this.#person(extension, name)];
  }

  #person(extension: string, agentName: string | null): number {
    const known = this.people.findIndex(([one, , name]) => one === extension && name === agentName);
    return known === -1 ? this.people.push([extension, null, agentName]) - 1 : known;
  }

  #queue({ id, name }: Queue): number {
    const own = packed(id);
    const known = this.queues.findIndex(([one, called]) => one === own && called === name);
    return known === -1 ? this.queues.push([own, name]) - 1 : known;
  }

  #time({ at, earliest, latest, certainty }: KnownTime): unknown {
    const before = earliest === null ? null : at - earliest;
    return [at - this.#end, before, latest - at, placeIn(CERTAINTIES, certainty)];
  }

  /** A text that is no instant as the bridge writes them is left as it is. */
  #since(time: string | null): unknown {
    const at = time === null ? NaN : Date.parse(time);
    return Number.isNaN(at) || rfc3339(at) !== time ? time : at - this.#end;
  }
}

/** `raw`; or `raw` and what stands before its second digit in E.164, where it is the national form too; or all three. */
function numberForm(number: PhoneNumber | null): unknown {
  if (number === null) return null;
  const { raw, e164, national } = number;
  if (e164 === null && national === null) return raw;
  const rest = raw.slice(1);
  if (national === raw && rest !== '' && e164?.endsWith(rest) === true)
    return [raw, e164.slice(0, -rest.length)];
  return [raw, e164, national];
}

function moreOf(view: View, eventId: string | null): unknown {
  const { linkedCallIds, baseline, observed, offer, stale, transferredFrom } = view;
  return {
    ...(eventId !== null && { eventId }),
    ...(linkedCallIds.length > 0 && { linkedCallIds: linkedCallIds.map(packed) }),
    ...(baseline && { baseline: true }),
    ...(observed.precisionMs !== undefined && { precisionMs: observed.precisionMs }),
    ...(offer !== undefined && { offer }),
    ...(stale !== undefined && { stale }),
    ...(transferredFrom !== undefined && { transferredFrom }),
  };
}

function placeIn<Word extends string>(words: readonly Word[], word: Word): number {
  return words.indexOf(word);
}
