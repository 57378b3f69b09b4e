import { systemClock, type Time } from '../../base/clock.js';
import {
  decode,
  decodeReadable,
  encodeWhole,
  FORMAT_FIELD,
  formatOf,
  freshnessPatch,
  inspectFields,
  patch,
} from '../stored/codec.js';
import {
  ANSWERED_FIELD,
  INBOX_FIELD,
  readInbox,
  type requestLine,
  withAnswers,
  withRequest,
} from '../stored/inbox.js';
import { STORED_FORM, type StoredForm } from '../stored/formats.js';
import { encodeDesk, readDesk } from '../stored/desk/desk-write.js';
import { DEFAULT_DESK_RETENTION, type DeskRetention } from '../desk-store.js';
import type { Asked } from '../inbox.js';
import { stateKey } from '../keys.js';
import { checkEvents, recorded } from '../log-event.js';
import { NewerFormatError, StoreClosedError } from '../errors.js';
import type {
  Attempts,
  Claim,
  ClaimOptions,
  Commit,
  CommitResult,
  Follower,
  Inspection,
  LogSlice,
  Snapshot,
  Store,
  Subscription,
  Touched,
} from '../store.js';
import type { FreshnessDelta } from '../../core/model/delta.js';
import type { Position } from '../../core/model/position.js';
import type { WaitingRequest } from '../../core/requests.js';

import { Followers } from './followers.js';
import { MemoryDesk } from './memory-desk.js';

/**
 * The store in this process' memory: for trying out, and for tests.
 *
 * It keeps the same encoded fields as Redis, so that readers get copies and what cannot be stored fails here too.
 * Nothing outlives the process, and each replica has a store of its own.
 */
export class MemoryStore implements Store {
  readonly #tenants: Map<string, Tenant>;
  readonly #followers = new Followers<{ readonly tenant: string; readonly json: string }>();
  readonly #maxEvents: number;
  readonly #desk: DeskRetention;
  readonly #form: StoredForm;
  readonly format: number;
  /** The clock by which events are recorded. */
  readonly now: Time['now'];
  #closed = false;

  constructor(options: MemoryStoreOptions) {
    this.#maxEvents = options.maxEvents;
    this.#desk = options.desk ?? DEFAULT_DESK_RETENTION;
    this.#form = options.form ?? STORED_FORM;
    this.format = this.#form.format;
    this.now = options.now ?? systemClock.now;
    const { memoryOf } = options;
    this.#tenants = memoryOf === undefined ? new Map<string, Tenant>() : memoryOf.#tenants;
  }

  claim(name: string, options: ClaimOptions): Promise<Claim> {
    return this.#do(() => {
      let tenant = this.#tenant(name);
      const found = tenant === undefined ? 0 : formatOf(tenant.fields);
      if (found > this.format) throw new NewerFormatError(name, found, this.format);
      if (tenant === undefined) {
        tenant = newTenant(options.epoch);
        tenant.fields.set(FORMAT_FIELD, String(this.format));
        this.#tenants.set(name, tenant);
      } else if (options.newEpoch) {
        const epochStart = tenant.sequence + 1;
        Object.assign(tenant, { epoch: options.epoch, epochStart, continues: [], commitId: null });
      }
      tenant.fence += 1;
      const { fence, version, fields, attempts } = tenant;
      const state = options.withoutUnreadable
        ? decodeReadable(name, fields, this.#form).state
        : decode(name, fields, this.#form);
      const { continues } = tenant;
      const desk = readDesk(tenant.desk.callbacks, tenant.desk.standing);
      return {
        fence,
        version,
        position: positionOf(tenant),
        continues,
        state,
        format: formatOf(fields),
        attempts,
        requests: requestsOf(tenant),
        desk: desk.state,
        unreadableDesk: desk.unreadable,
      };
    });
  }

  attempt(name: string, fence: number, owner: string): Promise<number> {
    return this.#do(() => {
      const tenant = this.#tenant(name);
      if (tenant?.fence !== fence) return 0;
      const { count } = tenant.attempts;
      if (tenant.attempts.owner !== owner) tenant.attempts = { count: count + 1, owner };
      return tenant.attempts.count;
    });
  }

  commit(name: string, commit: Commit): Promise<CommitResult> {
    return this.#do(() => {
      checkEvents(name, commit);
      const tenant = this.#tenant(name);
      if (tenant === undefined) return { status: 'lost' };
      const refusal = judge(tenant, commit);
      if (refusal !== null) return refusal;
      const { whole } = commit;
      const desk = commit.desk && encodeDesk(commit.desk, this.#desk);
      const inbox = tenant.fields.get(INBOX_FIELD) ?? '';
      const answered = tenant.fields.get(ANSWERED_FIELD) ?? '';
      if (whole !== undefined) tenant.fields.clear();
      const { set, remove } =
        whole === undefined ? patch(commit.delta) : { set: encodeWhole(whole, this.#form), remove: [] };
      for (const [field, value] of set) tenant.fields.set(field, value);
      for (const field of remove) tenant.fields.delete(field);
      if (desk !== undefined) tenant.desk.write(desk);
      keepInbox(tenant, withAnswers(inbox, answered, commit.answers ?? [], this.now()));
      const time = new Date(this.now()).toISOString();
      const events = commit.events.map(({ sequence, json }) => ({ sequence, json: recorded(json, time) }));
      for (const event of events) tenant.log.push(event);
      tenant.log.splice(0, tenant.log.length - this.#maxEvents);
      tenant.sequence += commit.events.length;
      tenant.version += 1;
      tenant.commitId = commit.commitId;
      tenant.attempts = NO_ATTEMPTS;
      for (const { json } of events) this.#followers.notify({ tenant: name, json });
      return committed(tenant);
    });
  }

  touch(name: string, fence: number, delta: FreshnessDelta): Promise<Touched | null> {
    return this.#do(() => {
      const tenant = this.#tenant(name);
      if (tenant?.fence !== fence) return null;
      tenant.attempts = NO_ATTEMPTS;
      const { set, remove } = freshnessPatch(delta);
      for (const [field, value] of set) tenant.fields.set(field, value);
      for (const field of remove) tenant.fields.delete(field);
      return { requests: requestsOf(tenant) };
    });
  }

  snapshot(name: string): Promise<Snapshot | null> {
    return this.#do(() => {
      const tenant = this.#tenant(name);
      return tenant === undefined
        ? null
        : { position: positionOf(tenant), state: decode(name, tenant.fields, this.#form) };
    });
  }

  inspect(name: string): Promise<Inspection | null> {
    return this.#do(() => {
      const tenant = this.#tenant(name);
      if (tenant === undefined) return null;
      const { unreadable: unreadableDesk } = readDesk(tenant.desk.callbacks, tenant.desk.standing);
      return { ...inspectFields(name, tenant.fields, this.#form), unreadableDesk };
    });
  }

  position(name: string): Promise<Position | null> {
    return this.#do(() => {
      const tenant = this.#tenant(name);
      return tenant === undefined ? null : positionOf(tenant);
    });
  }

  read(name: string, after: number, limit: number): Promise<LogSlice> {
    return this.#do(() => {
      const tenant = this.#tenant(name);
      if (tenant === undefined)
        return { epoch: null, first: 0, last: 0, epochStart: 0, continues: [], events: [], foreign: [] };
      const { epoch, epochStart, continues, sequence: last, log } = tenant;
      const first = log[0]?.sequence ?? 0;
      const begin = Math.max(0, after + 1 - first);
      const events = log.slice(begin, begin + Math.max(0, limit));
      return { epoch, first, last, epochStart, continues, events, foreign: [] };
    });
  }

  follow(follower: Follower): Promise<Subscription> {
    return this.#do(() => this.#followers.add(({ tenant, json }) => follower.event(tenant, json)));
  }

  ping(): Promise<void> {
    return this.#do(() => undefined);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#followers.clear();
    return Promise.resolve();
  }

  /** For `MemoryInbox`. */
  ask(name: string, request: ReturnType<typeof requestLine>): Promise<Asked> {
    return this.#do(() => {
      const tenant = this.#tenant(name);
      if (tenant === undefined) return { status: 'unserved' };
      const [before, answered] = [
        tenant.fields.get(INBOX_FIELD) ?? '',
        tenant.fields.get(ANSWERED_FIELD) ?? '',
      ];
      const { asked, inbox } = withRequest(before, answered, request);
      keepInbox(tenant, { inbox, answered });
      return asked;
    });
  }

  /** For `MemoryDeskStore`; undefined for a tenant that was never claimed. */
  desk(name: string): MemoryDesk | undefined {
    return this.#tenant(name)?.desk;
  }

  /** The tenants' logs and histories, for their upkeep. */
  get logs(): ReadonlyMap<string, Pick<Tenant, 'log' | 'desk'>> {
    return this.#tenants;
  }

  /** For tests: forgets everything, like a Redis that was wiped. */
  loseMemory(): void {
    this.#tenants.clear();
  }

  /** For tests: what a claim does after a fail-over to a replica that had the tenant's log up to `last`. */
  failOver(name: string, epoch: string, last = Infinity): void {
    const tenant = this.#tenant(name)!;
    const log = tenant.log.filter(({ sequence }) => sequence <= last);
    const sequence = Math.min(tenant.sequence, last);
    const continues = [{ epoch: tenant.epoch, sequence }, ...tenant.continues];
    Object.assign(tenant, { epoch, continues, sequence, log, commitId: null });
  }

  /** For tests: replaces a stored field behind the store's back. */
  overwrite(name: string, field: string, text: string): void {
    this.#tenant(name)?.fields.set(field, text);
  }

  /** Refuses the names that `keys.ts` refuses for Redis. */
  #tenant(name: string): Tenant | undefined {
    stateKey(name);
    return this.#tenants.get(name);
  }

  /** Runs `step` in one go, like a script in Redis, and rejects with what it throws. */
  async #do<T>(step: () => T): Promise<T> {
    if (this.#closed) throw new StoreClosedError();
    return await Promise.resolve(step());
  }
}

export interface MemoryStoreOptions {
  readonly maxEvents: number;
  readonly desk?: DeskRetention;
  /** The clock by which events are recorded; default: the system's. */
  readonly now?: Time['now'];
  /** For tests: the form of another build than this one. */
  readonly form?: StoredForm;
  /** For tests: the store whose memory to share, as two builds share a Redis. */
  readonly memoryOf?: MemoryStore;
}

const NO_ATTEMPTS: Attempts = { count: 0, owner: null };

interface Tenant {
  fence: number;
  version: number;
  epoch: string;
  epochStart: number;
  /** None but in tests: this memory does not fail over. */
  continues: readonly Position[];
  sequence: number;
  commitId: string | null;
  attempts: Attempts;
  readonly fields: Map<string, string>;
  readonly desk: MemoryDesk;
  /** Contiguous, the newest has `sequence`. */
  readonly log: { readonly sequence: number; readonly json: string }[];
}

/** The checks of `commit-n.lua`, in its order; null where the commit may be made. */
function judge(tenant: Tenant, commit: Commit): CommitResult | null {
  if (tenant.commitId === commit.commitId) return committed(tenant);
  if (tenant.fence < commit.fence) return { status: 'lost' };
  if (tenant.fence > commit.fence) return { status: 'fenced' };
  if (tenant.epoch !== commit.epoch || tenant.version < commit.expectedVersion) return { status: 'lost' };
  if (tenant.version > commit.expectedVersion) return { status: 'conflict' };
  const first = commit.events[0]?.sequence;
  return first === undefined || first === tenant.sequence + 1 ? null : { status: 'conflict' };
}

function committed(tenant: Tenant): CommitResult {
  const { version } = tenant;
  return { status: 'committed', version, position: positionOf(tenant), requests: requestsOf(tenant) };
}

function requestsOf({ fields }: Tenant): readonly WaitingRequest[] {
  return readInbox(fields.get(INBOX_FIELD));
}

function keepInbox({ fields }: Tenant, { inbox, answered }: { inbox: string; answered: string }): void {
  for (const [field, text] of [
    [INBOX_FIELD, inbox],
    [ANSWERED_FIELD, answered],
  ] as const)
    if (text === '') fields.delete(field);
    else fields.set(field, text);
}

function positionOf({ epoch, sequence }: Tenant): Position {
  return { epoch, sequence };
}

function newTenant(epoch: string): Tenant {
  return {
    fence: 0,
    version: 0,
    epoch,
    epochStart: 1,
    continues: [],
    sequence: 0,
    commitId: null,
    attempts: NO_ATTEMPTS,
    fields: new Map(),
    desk: new MemoryDesk(),
    log: [],
  };
}
