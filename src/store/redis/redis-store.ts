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
import { answerLines, INBOX_FIELD, readInbox } from '../stored/inbox.js';
import { STORED_FORM, type StoredForm } from '../stored/formats.js';
import { parseContinued } from '../continued.js';
import {
  ALL_CHANNELS,
  callbacksKey,
  channel,
  deskKey,
  isTenant,
  leaseKeys,
  logKey,
  parseChannel,
  stateKey,
} from '../keys.js';
import { DEFAULT_DESK_RETENTION, type DeskRetention } from '../desk-store.js';
import { encodeDesk, readDesk } from '../stored/desk/desk-write.js';
import { deskArguments, deskKeys } from './desk-arguments.js';
import { aroundRecorded, checkEvents } from '../log-event.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisSender } from './redis-sender.js';
import { Subscriptions } from './redis-subscription.js';
import { ClaimCode, CommitCode, loadScripts, runScript, type ScriptName, type Scripts } from './scripts.js';
import { NewerFormatError, OutcomeUnknownError, StoreClosedError, StoreUnavailableError } from '../errors.js';
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

/**
 * The store in Redis: standalone, behind Sentinel or in a cluster, from version 6.2.
 *
 * Beyond the contract: every call is answered or rejected within about twice the connection's command time-out, with
 * `StoreUnavailableError` while Redis is away. The log keeps about `maxEvents` events, and up to a hundred more.
 */
export class RedisStore implements Store {
  // `#`, not `private`: printing a store does not show its connection.
  readonly #connection: RedisConnection;
  readonly #maxEvents: number;
  readonly #logs: string;
  readonly #desk: Pick<DeskRetention, 'statsMs'>;
  readonly #form: StoredForm;
  readonly format: number;
  readonly #scripts: Scripts;
  readonly #sender: RedisSender;
  readonly #subscriptions: Subscriptions;

  constructor(connection: RedisConnection, options: RedisStoreOptions) {
    this.#connection = connection;
    this.#sender = new RedisSender(connection);
    this.#subscriptions = new Subscriptions(connection, this.#sender.closed);
    this.#maxEvents = options.maxEvents;
    this.#logs = leaseKeys(options.group ?? 'default').logs;
    this.#desk = options.desk ?? DEFAULT_DESK_RETENTION;
    this.#form = options.form ?? STORED_FORM;
    this.format = this.#form.format;
    this.#scripts = options.scripts ?? loadScripts();
  }

  async claim(tenant: string, options: ClaimOptions): Promise<Claim> {
    const { epoch, newEpoch = false, withoutUnreadable = false } = options;
    const form = this.#form;
    if (!isTenant(tenant)) throw new TypeError(`no tenant: ${tenant}`);
    // Before there is a log, so that none is without an entry.
    await this.#sender.send((client) =>
      runScript(client, this.#scripts['register-1'], [this.#logs], [tenant]),
    );
    const keys = [stateKey(tenant), logKey(tenant), callbacksKey(tenant), deskKey(tenant)];
    const reply = await this.#run('claim-4', keys, [epoch, newEpoch ? '1' : '0', form.format]);
    const [code, flat, callbacks = [], standing = []] = reply as [ClaimCode, string[], string[]?, string[]?];
    const fields = inPairs(flat);
    const number = (field: string) => Number(fields.get(field));
    if (code === ClaimCode.NewerFormat) throw new NewerFormatError(tenant, number(FORMAT_FIELD), form.format);
    const state = withoutUnreadable
      ? decodeReadable(tenant, fields, form).state
      : decode(tenant, fields, form);
    const position = { epoch: fields.get('epoch') ?? '', sequence: number('sequence') };
    const desk = readDesk(inPairs(callbacks), inPairs(standing));
    return {
      fence: number('fence'),
      version: number('version'),
      position,
      continues: parseContinued(position.epoch, fields.get('continues')),
      state,
      format: formatOf(fields),
      attempts: attemptsOf(fields.get('attempts')),
      requests: readInbox(fields.get(INBOX_FIELD)),
      desk: desk.state,
      unreadableDesk: desk.unreadable,
    };
  }

  async attempt(tenant: string, fence: number, owner: string): Promise<number> {
    return (await this.#run('attempt-1', [stateKey(tenant)], [fence, owner])) as number;
  }

  async commit(tenant: string, commit: Commit): Promise<CommitResult> {
    checkEvents(tenant, commit);
    const desk = commit.desk && encodeDesk(commit.desk, this.#desk);
    const keys = [stateKey(tenant), logKey(tenant), ...(desk ? deskKeys(tenant, desk) : [])];
    const args = this.#commitArguments(tenant, commit, desk ? deskArguments(desk) : []);
    let reply: unknown;
    try {
      reply = await this.#run('commit-n', keys, args);
    } catch (error) {
      throw wasRefused(error) ? error : new OutcomeUnknownError(tenant, commit.commitId, error);
    }
    const [code, version, sequence, inbox] = reply as [CommitCode, number, number, string?];
    switch (code) {
      case CommitCode.Committed:
        return {
          status: 'committed',
          version,
          position: { epoch: commit.epoch, sequence },
          requests: readInbox(inbox),
        };
      case CommitCode.Conflict:
        return { status: 'conflict' };
      case CommitCode.Fenced:
        return { status: 'fenced' };
      case CommitCode.Lost:
        return { status: 'lost' };
      case CommitCode.Moved:
        return { status: 'moved' };
    }
  }

  async touch(tenant: string, fence: number, delta: FreshnessDelta): Promise<Touched | null> {
    const { set, remove } = freshnessPatch(delta);
    const pairs = [...set].flat();
    const reply = await this.#run('touch-1', [stateKey(tenant)], [fence, pairs.length, ...pairs, ...remove]);
    if (reply === 0) return null;
    return { requests: readInbox(typeof reply === 'string' ? reply : undefined) };
  }

  async snapshot(tenant: string): Promise<Snapshot | null> {
    const fields = await this.#fields(stateKey(tenant));
    const position = positionOf(fields.get('epoch'), fields.get('sequence'));
    return position && { position, state: decode(tenant, fields, this.#form) };
  }

  async inspect(tenant: string): Promise<Inspection | null> {
    const fields = await this.#fields(stateKey(tenant));
    if (!fields.has('epoch')) return null;
    const [callbacks, standing] = [callbacksKey(tenant), deskKey(tenant)];
    const { unreadable } = readDesk(await this.#fields(callbacks), await this.#fields(standing));
    return { ...inspectFields(tenant, fields, this.#form), unreadableDesk: unreadable };
  }

  async position(tenant: string): Promise<Position | null> {
    const key = stateKey(tenant);
    const [epoch, sequence] = await this.#sender.send((client) => client.hmget(key, 'epoch', 'sequence'));
    return positionOf(epoch, sequence);
  }

  async read(tenant: string, after: number, limit: number): Promise<LogSlice> {
    const keys = [stateKey(tenant), logKey(tenant)];
    const reply = await this.#run('read-2', keys, [after + 1, Math.max(0, limit)]);
    const [epoch, epochStart, last, oldest, entries, continues] = reply as [
      string?,
      string?,
      string?,
      Entry[]?,
      Entry[]?,
      string?,
    ];
    if (epoch === undefined)
      return { epoch: null, first: 0, last: 0, epochStart: 0, continues: [], events: [], foreign: [] };
    const read = entries ?? [];
    const isOurs = (entry: Entry) => /^\d{1,16}-0$/.test(entry[0]) && sequenceOf(entry) <= Number(last);
    return {
      epoch,
      first: oldest?.[0] === undefined ? 0 : sequenceOf(oldest[0]),
      last: Number(last),
      epochStart: Number(epochStart),
      continues: parseContinued(epoch, continues),
      events: read.filter(isOurs).map((entry) => ({ sequence: sequenceOf(entry), json: jsonOf(entry) })),
      foreign: read.filter((entry) => !isOurs(entry)).map(([id]) => id),
    };
  }

  async follow(follower: Follower): Promise<Subscription> {
    const listener = {
      pattern: ALL_CHANNELS,
      heard: (name: string, json: string) => {
        const from = parseChannel(name);
        if (from !== null) follower.event(from.tenant, json);
      },
      interrupted: () => {
        follower.interrupted();
      },
    };
    return await this.#subscriptions.follow(listener);
  }

  async ping(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new StoreUnavailableError(`Redis did not answer within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      await Promise.race([this.#sender.send((client) => client.ping()), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#sender.close();
    await this.#subscriptions.close();
    await this.#connection.close();
  }

  #commitArguments(tenant: string, commit: Commit, desk: readonly (string | number)[]): (string | number)[] {
    const { fence, expectedVersion, epoch, commitId, events } = commit;
    const { whole } = commit;
    const { set, remove } =
      whole === undefined ? patch(commit.delta) : { set: encodeWhole(whole, this.#form), remove: [] };
    const hash: (string | number)[] = ['version', expectedVersion + 1, 'commit', commitId];
    const last = events.at(-1);
    if (last !== undefined) hash.push('sequence', last.sequence);
    for (const [field, value] of set) hash.push(field, value);
    const first = events[0]?.sequence ?? 0;
    const args = [
      fence,
      expectedVersion,
      epoch,
      commitId,
      this.#maxEvents,
      first,
      hash.length,
      whole === undefined ? remove.length : -1,
      answerLines(commit.answers ?? []),
      desk.length,
    ];
    // No spread: a state has thousands of fields, and the number of a call's arguments is limited.
    const all: (string | number)[] = args.concat(hash, remove, desk);
    for (const event of events) all.push(channel(tenant, event.type), ...aroundRecorded(event.json));
    return all;
  }

  async #fields(key: string): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.#sender.send((client) => client.hgetall(key))));
  }

  #run(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#sender.send((client) => runScript(client, this.#scripts[name], keys, args));
  }
}

export interface RedisStoreOptions {
  readonly maxEvents: number;
  readonly desk?: Pick<DeskRetention, 'statsMs'>;
  /** Of the replicas that look after the logs (`RedisUpkeep`): each group after those of the tenants that it claims. */
  readonly group?: string;
  /** For tests: the form of another build than this one. */
  readonly form?: StoredForm;
  /** For tests: scripts that lack a rule. */
  readonly scripts?: Scripts;
}

type Entry = readonly [id: string, fields: readonly string[]];

/** Redis answered with an error, or was not asked: nothing was written. */
function wasRefused(error: unknown): boolean {
  return (
    error instanceof StoreUnavailableError ||
    error instanceof StoreClosedError ||
    (error instanceof Error && error.name === 'ReplyError')
  );
}

/** As attempt-1.lua writes them. */
function attemptsOf(stored: string | undefined): Attempts {
  const [count, owner] = stored?.split(' ') ?? [];
  return { count: Number(count ?? 0), owner: owner ?? null };
}

function positionOf(epoch: string | null | undefined, sequence: string | null | undefined): Position | null {
  return typeof epoch === 'string' ? { epoch, sequence: Number(sequence) } : null;
}

function sequenceOf([id]: Entry): number {
  return Number.parseInt(id, 10);
}

function jsonOf([, fields]: Entry): string {
  return fields[1] ?? '';
}

function inPairs(flat: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '');
  return fields;
}
