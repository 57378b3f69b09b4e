import {
  EMPTY_STATE,
  type Call,
  type EndedCall,
  type Registration,
  type TenantState,
} from '../core/model/call.js';
import type { Changed, Delta } from '../core/model/delta.js';
import type { ClaimOptions, Commit, CommitResult, Follower, LogEvent, Store } from './store.js';
import type { StoredForm } from './stored/formats.js';

/** What the store's tests are written with: an owner that commits cycle after cycle, and a follower that keeps all. */

/** A store under test. */
export interface Subject {
  readonly store: Store;
  /** Another build over the same memory; `close` closes it too. */
  build(form: StoredForm): Store;
  /** Replaces a field of the state behind the store's back. */
  overwrite(tenant: string, field: string, text: string): Promise<void>;
  /** Wipes the memory behind the store. */
  loseMemory(): Promise<void>;
  close(): Promise<void>;
}

/** How many events the store under test keeps. */
export const MAX_EVENTS = 100;

/** Both included. */
export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** A call of which nothing is known but its id, and a `note` that distinguishes its versions. */
export function call(callId: string, note: unknown = null): Call {
  return {
    callId,
    linkedCallIds: [],
    upstreamIds: [],
    direction: 'inbound',
    customer: { raw: JSON.stringify(note), e164: null, national: null },
    hotline: null,
    queues: [],
    legs: [],
    entry: null,
    pastEntries: [],
    participants: [],
    startedAt: 0,
    pbxStartedAt: null,
    startedCertainty: 'observed',
    answeredAt: null,
    answeredCertainty: null,
    connected: null,
    consultation: null,
    transfers: 0,
    lastLegs: [],
    baseline: false,
    pendingAbsence: false,
    observed: { earliest: null, latest: 0, certainty: 'observed' },
  };
}

export function endedCall(callId: string, endedAt: number): EndedCall {
  return { callId, upstreamIds: [callId], entries: [], rows: [], endedAt };
}

export function registration(extension: string, registered = true): Registration {
  return { extension, extensionId: null, registered, since: 1, checked: { startedAt: 1, at: 2 } };
}

export function stateOf(calls: readonly Call[], rest: Partial<TenantState> = {}): TenantState {
  return { ...EMPTY_STATE, calls: new Map(calls.map((one) => [one.callId, one])), ...rest };
}

export function logEvent(
  sequence: number,
  more: Record<string, unknown> = {},
  type = 'call-started',
): LogEvent {
  return { sequence, type, json: JSON.stringify({ type, sequence, ...more }) };
}

/** What makes one state of the other; what is the same object in both has not changed. */
export function difference(before: TenantState, after: TenantState): Delta {
  return {
    sources: before.sources === after.sources ? null : after.sources,
    registrations: changed(before.registrations, after.registrations),
    calls: changed(before.calls, after.calls),
    ended: changed(before.ended, after.ended),
    ignoredEntries: sameJson([...before.ignoredEntries], [...after.ignoredEntries])
      ? null
      : after.ignoredEntries,
    listsIdle: before.listsIdle === after.listsIdle ? null : after.listsIdle,
    created: sameJson([...before.created], [...after.created]) ? null : after.created,
    agents: sameJson([...before.agents], [...after.agents]) ? null : after.agents,
    hotlines: sameJson([...before.hotlines], [...after.hotlines]) ? null : after.hotlines,
    direction: sameJson(before.direction, after.direction) ? null : after.direction,
  };
}

function changed<Value>(
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
): Changed<Value> {
  const gone = [...before.keys()].filter((id) => !after.has(id));
  const differing = [...after].filter(([id, value]) => before.get(id) !== value);
  return new Map<string, Value | null>([...gone.map((id) => [id, null] as const), ...differing]);
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface Cycle {
  readonly state?: TenantState;
  /** How many events, or the events. */
  readonly events?: number | readonly LogEvent[];
}

/** A commit, and the state that it leaves. */
interface Prepared extends Commit {
  readonly state: TenantState;
}

/** Who polls a tenant: claims it and goes on from what each commit answers. */
export class Owner {
  static #commits = 0;
  #hasCommitted = false;

  private constructor(
    readonly store: Store,
    readonly tenant: string,
    readonly fence: number,
    readonly epoch: string,
    public version: number,
    public sequence: number,
    public state: TenantState,
    /** That the claim found. */
    readonly format: number,
  ) {}

  static async claim(store: Store, tenant = 'acme', options: ClaimOptions = { epoch: 'e1' }): Promise<Owner> {
    const { fence, version, position, state, format } = await store.claim(tenant, options);
    return new Owner(store, tenant, fence, position.epoch, version, position.sequence, state, format);
  }

  prepare({ state = this.state, events = 0 }: Cycle): Prepared {
    return {
      state,
      fence: this.fence,
      expectedVersion: this.version,
      commitId: `commit-${++Owner.#commits}`,
      epoch: this.epoch,
      delta: difference(this.state, state),
      ...(this.#hasCommitted ? {} : { whole: state }),
      events:
        typeof events === 'number'
          ? Array.from({ length: events }, (_, index) => logEvent(this.sequence + 1 + index))
          : events,
    };
  }

  async send({ state, ...commit }: Prepared): Promise<CommitResult> {
    const result = await this.store.commit(this.tenant, commit);
    if (result.status === 'committed') {
      this.#hasCommitted = true;
      this.version = result.version;
      this.sequence = result.position.sequence;
      this.state = state;
    }
    return result;
  }

  commit(cycle: Cycle): Promise<CommitResult> {
    return this.send(this.prepare(cycle));
  }
}

/** Keeps the events that it gets, and resolves a wait when they are enough. */
export class Recorder implements Follower {
  readonly heard: { readonly tenant: string; readonly json: string }[] = [];
  interruptions = 0;
  readonly #waiting = new Set<() => void>();

  event(tenant: string, json: string): void {
    this.heard.push({ tenant, json });
    this.#changed();
  }

  interrupted(): void {
    this.interruptions += 1;
    this.#changed();
  }

  /** Resolves when `is` holds; the test's own time limit ends the wait otherwise. */
  async until(is: (recorder: this) => boolean): Promise<void> {
    while (!is(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Sequences heard of one tenant. */
  sequences(tenant = 'acme'): number[] {
    return this.heard
      .filter((one) => one.tenant === tenant)
      .map((one) => (JSON.parse(one.json) as { sequence: number }).sequence);
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
