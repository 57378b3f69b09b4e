import { TenantCalls } from '../core/index/tenant-calls.js';
import { EMPTY_STATE, type Policy } from '../core/model/call.js';
import { type BridgeEvent, toEvents } from '../core/model/event.js';
import type { Observation, Observations } from '../core/model/observation.js';
import { decide } from '../core/reconcile.js';
import type { StartRecord } from '../source/capture/capture-record.js';
import { InstantReader } from '../source/parse/instant.js';
import { listReaders } from '../source/parse/list-reader.js';
import { failed } from '../source/poll-result.js';
import { PhoneNumbers } from '../source/parse/phone-number.js';
import type { CapturedPoll, Item } from './read-capture.js';

/**
 * Feeds captured answers through the bridge's own list readers and core, in the time of the capture.
 *
 * Guarantees: the same capture gives the same events, byte for byte; every event of a call that began within the
 * capture has the id that it had in production, unless numbers were hashed and the call had no upstream id. Not
 * guaranteed: what the bridge knew before the capture. Calls that were live then are emitted as a baseline
 * (`baseline`); `epoch` and `sequence` are the replay's own; registrations are not captured.
 */
export type Outcome =
  | { readonly kind: 'event'; readonly event: BridgeEvent }
  | Extract<Item, { kind: 'note' | 'problem' }>;

export interface ReplayOptions {
  /** Replays only this tenant's answers. */
  readonly tenant?: string | undefined;
  /** Replaces settings of the capture's policy. */
  readonly policy?: Partial<Policy>;
}

const REPLAY_EPOCH = 'replay';

export async function* replay(
  items: AsyncIterable<Item> | Iterable<Item>,
  { tenant, policy = {} }: ReplayOptions = {},
): AsyncGenerator<Outcome, void, undefined> {
  const replays = new Map<string, TenantReplay>();
  for await (const item of items) {
    if (item.kind === 'note' || item.kind === 'problem') {
      yield item;
      continue;
    }
    const of = item.kind === 'start' ? item.start.tenant : item.tenant;
    if (tenant !== undefined && of !== tenant) continue;
    if (item.kind === 'start') {
      const known = replays.get(of);
      const note = known?.goesOn(item.start, policy) ?? null;
      if (note !== null) yield { kind: 'note', text: note };
      if (known !== undefined && note === null) continue;
      replays.delete(of);
      try {
        replays.set(of, new TenantReplay(item.start, policy));
      } catch (error) {
        yield { kind: 'problem', text: `${of} cannot be replayed: ${(error as Error).message}` };
      }
    } else {
      for (const event of replays.get(of)?.cycle(item.polls) ?? []) yield { kind: 'event', event };
    }
  }
}

class TenantReplay {
  #start: StartRecord;
  #policy: Policy;
  readonly #readers: ReturnType<typeof listReaders>;
  readonly #known = new TenantCalls(EMPTY_STATE);
  #sequence = 0;

  /** @throws RangeError when the capture's zone or country does not exist. */
  constructor(start: StartRecord, policy: Partial<Policy>) {
    this.#start = start;
    this.#policy = { ...start.policy, ...policy };
    const locale = {
      instants: new InstantReader(start.timeZone),
      numbers: new PhoneNumbers(start.country),
    };
    this.#readers = listReaders(locale);
  }

  /** Takes the next file of the recording; or returns why the replay cannot continue from the one before. */
  goesOn(next: StartRecord, policy: Partial<Policy>): string | null {
    const { tenant, numbers, timeZone, country, capture } = this.#start;
    const at = new Date(next.at).toISOString();
    if (capture !== next.capture && (numbers === 'hashed' || next.numbers === 'hashed'))
      return `${tenant}: from ${at} on numbers are hashed with another key: the replay begins again`;
    if (timeZone !== next.timeZone || country !== next.country)
      return `${tenant}: from ${at} on with another time zone or country: the replay begins again`;
    this.#start = next;
    this.#policy = { ...next.policy, ...policy };
    return null;
  }

  cycle(polls: readonly CapturedPoll[]): BridgeEvent[] {
    const observations: Observations = Object.fromEntries(
      polls.map((poll) => [poll.record.endpoint, this.#observe(poll)]),
    );
    const { transitions } = decide(this.#known, observations, this.#policy);
    const recordedAt = Math.max(...polls.map(({ record }) => record.at));
    const stamp = { tenant: this.#start.tenant, epoch: REPLAY_EPOCH, sequence: this.#sequence, recordedAt };
    this.#sequence += transitions.length;
    return toEvents(transitions, stamp);
  }

  #observe({ record, body }: CapturedPoll): Observation {
    const { endpoint, startedAt, at, reason, retryAfterMs, doubt = null } = record;
    if (body === null) return failed({ endpoint, startedAt, at }, reason!, retryAfterMs);
    return this.#readers[endpoint].read(body, { startedAt, at, doubt });
  }
}
