import type { Logger } from 'pino';
import type { Clock, Stop } from '../../base/clock.js';
import { DEFAULT_DESK_RETENTION, type DeskRetention } from '../desk-store.js';
import { HISTORY_STEP, type LogSize, type LogUpkeep, type ServerReport, TRIM_STEP } from '../log-upkeep.js';
import { fairCuts } from './fair-cuts.js';

/**
 * Keeps every log within its age, and all logs within their bytes, and every history of ended calls within its age, those of tenants that were removed too. It does not depend
 * on polling. Every replica has one, and one of them at a time does the work.
 *
 * Guarantees:
 * - A regular pass, once a minute, drops at most a tenth of a log for its age: if the store's clock is wrong, there is time
 *   to put it right.
 * - Where there are more bytes than there may be, or a server's memory is nearly used up (`isPressed`), all that is past its
 *   age goes at once, and then the oldest events of the logs that take the most (`fairCuts`).
 * - A tenant whose log cannot be trimmed keeps no other from it.
 *
 * Not guaranteed: that there is room afterwards, since something else may take it. `relieve` says whether there is.
 */
export class LogKeeper {
  readonly #deps: LogKeeperDeps;
  #stop: Stop | null = null;
  #running: Promise<void> | null = null;
  readonly #trimmed: Record<TrimReason, number> = { age: 0, bytes: 0, memory: 0 };
  #failure: string | null = null;
  /** What was cut and is not in the log yet, and when a cut was logged last, by the monotonic clock. */
  #unlogged = { events: 0, tenants: new Set<string>() };
  #loggedAt = -Infinity;
  #isStopped = false;

  constructor(deps: LogKeeperDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#stop = this.#deps.clock.every(PASS_EVERY_MS, () => void this.pass());
    void this.pass();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stop?.();
    await this.#running;
  }

  /** How many events this replica has dropped, by why. */
  get trimmed(): Readonly<Record<TrimReason, number>> {
    return this.#trimmed;
  }

  /** Why the last try failed; null where it did not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** The regular pass, if it is this replica's turn. Never rejects. */
  pass(): Promise<void> {
    return this.#alone(async () => {
      // Less than the interval, so that timers that differ a little leave no pass out.
      if (await this.#deps.upkeep.takeTurn('retention', PASS_EVERY_MS * 0.9)) await this.#pass();
    });
  }

  /** Makes room on servers whose memory is nearly used up, if it is this replica's turn. Never rejects. */
  relieve(servers: readonly ServerReport[]): Promise<void> {
    return this.#alone(async () => {
      const names = servers.filter(isPressed).map(({ name }) => name);
      if (names.length === 0 || !(await this.#deps.upkeep.takeTurn('relief', RELIEF_TURN_MS))) return;
      const sizes = await this.#measure();
      for (let round = 0; round < RELIEF_ROUNDS && !this.#isStopped; round++) {
        const reports = await this.#deps.upkeep.survey();
        const pressed = reports.filter((report) => names.includes(report.name) && isPressed(report));
        if (pressed.length === 0) return;
        for (const server of pressed) await this.#relieveOne(server, onServer(sizes, server.name), round > 0);
      }
    });
  }

  async #pass(): Promise<void> {
    const { upkeep, retention } = this.#deps;
    const logs = await upkeep.logs();
    await this.#each(logs, (tenant) => this.#trimHistory(tenant));
    const sizes = await this.#drop(logs, { share: PASS_SHARE, most: Infinity }, 'age');
    if (retention.bytes !== null) return this.#bound(sizes, retention.bytes);
    for (const { name, memory } of await upkeep.survey())
      if (memory !== null) await this.#bound(onServer(sizes, name), memory.max * LOGS_SHARE);
  }

  async #measure(): Promise<ReadonlyMap<string, LogSize>> {
    const { upkeep } = this.#deps;
    return this.#each(await upkeep.logs(), (tenant) => upkeep.measure(tenant));
  }

  /** Drops at once what is past its age, and then the oldest of what is too much. */
  async #bound(sizes: ReadonlyMap<string, LogSize>, bytes: number): Promise<void> {
    if (total(sizes) <= bytes) return;
    await this.#cut(await this.#drop([...sizes.keys()], EXPIRED, 'age'), bytes, 'bytes');
  }

  /** What is past its age first, and that alone where it is enough. */
  async #relieveOne(
    { memory }: ServerReport,
    logs: ReadonlyMap<string, LogSize>,
    again: boolean,
  ): Promise<void> {
    const sizes = await this.#drop([...logs.keys()], EXPIRED, 'age');
    if (again) await this.#cut(sizes, total(sizes) - (memory!.used - memory!.max * RELIEVED_SHARE), 'memory');
  }

  async #cut(sizes: ReadonlyMap<string, LogSize>, bytes: number, reason: TrimReason): Promise<void> {
    const cuts = fairCuts(sizes, bytes);
    for (const [tenant, most] of cuts) {
      const before = sizes.get(tenant)!.events;
      const after = (await this.#drop([tenant], { share: 1, most }, reason)).get(tenant)?.events ?? before;
      this.#unlogged.events += Math.max(0, before - after);
      if (after < before) this.#unlogged.tenants.add(tenant);
    }
    this.#logCuts(reason);
  }

  /** Returns what the logs hold then. */
  #drop(
    tenants: readonly string[],
    { share, most }: { readonly share: number; readonly most: number },
    reason: TrimReason,
  ): Promise<ReadonlyMap<string, LogSize>> {
    const { upkeep, retention } = this.#deps;
    return this.#each(tenants, async (tenant) => {
      for (;;) {
        const trimmed = await upkeep.trim(tenant, { retentionMs: retention.ms, share, most });
        this.#trimmed[reason] += trimmed.dropped;
        if (trimmed.dropped < TRIM_STEP || (share > 1 && most === Infinity)) return trimmed;
      }
    });
  }

  /** So many at a time, so often a pass, that the other tenants' turn comes: the next pass goes on. */
  async #trimHistory(tenant: string): Promise<number> {
    const { upkeep, retention } = this.#deps;
    const { desk = DEFAULT_DESK_RETENTION } = retention;
    let dropped = 0;
    for (let step = 0; step < HISTORY_STEPS && !this.#isStopped; step++) {
      const now = await upkeep.trimHistory(tenant, desk);
      dropped += now;
      if (now < HISTORY_STEP) break;
    }
    return dropped;
  }

  /** One tenant after the other; those whose log or history cannot be read or trimmed are missing in the answer. */
  async #each<Result>(
    tenants: readonly string[],
    step: (tenant: string) => Promise<Result>,
  ): Promise<ReadonlyMap<string, Result>> {
    const sizes = new Map<string, Result>();
    for (const tenant of tenants) {
      if (this.#isStopped) break;
      try {
        sizes.set(tenant, await step(tenant));
      } catch (error) {
        if (!isOfTheKey(error)) throw error;
        this.#deps.log.warn({ tenant, reason: error.message }, `log not trimmed: ${error.message}`);
      }
    }
    return sizes;
  }

  /** One line a minute at most, with all that was cut since the last. */
  #logCuts(reason: TrimReason): void {
    const { clock, log } = this.#deps;
    const { events, tenants } = this.#unlogged;
    const now = clock.monotonic();
    if (events === 0 || now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    this.#unlogged = { events: 0, tenants: new Set() };
    const why = reason === 'bytes' ? 'they take more bytes than they may' : 'the memory of Redis is used up';
    log.warn(
      { events, tenants: tenants.size },
      `logs cut: ${why}; their oldest events are dropped (events: ${events}, tenants: ${tenants.size})`,
    );
  }

  /** One thing at a time, and one line when a reason appears, changes or is gone. */
  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#running !== null || this.#isStopped) return;
    this.#running = work().then(
      () => this.#note(null),
      (error: unknown) => this.#note(error instanceof Error ? error.message : String(error)),
    );
    await this.#running;
    this.#running = null;
  }

  #note(reason: string | null): void {
    if (reason === this.#failure || this.#isStopped) return;
    this.#failure = reason;
    const { log } = this.#deps;
    if (reason === null) log.info('log retention recovered');
    else log.warn({ reason }, `log retention failed: ${reason}`);
  }
}

/** Why events were dropped: their age, `LOG_RETENTION_BYTES`, or a server whose memory was used up. */
export type TrimReason = 'age' | 'bytes' | 'memory';

export interface LogKeeperDeps {
  readonly upkeep: LogUpkeep;
  readonly retention: {
    readonly ms: number;
    /** Over all logs; null: of each server `LOGS_SHARE` of its memory, if that has a bound. */
    readonly bytes: number | null;
    readonly desk?: DeskRetention;
  };
  readonly clock: Pick<Clock, 'every' | 'monotonic'>;
  readonly log: Logger;
}

/** Whether the server will soon refuse what needs memory, or does. */
export function isPressed({ memory }: ServerReport): boolean {
  return memory !== null && memory.used >= memory.max * PRESSED_SHARE;
}

function onServer(logs: ReadonlyMap<string, LogSize>, name: string): ReadonlyMap<string, LogSize> {
  return new Map([...logs].filter(([, { server }]) => server === name));
}

function total(sizes: ReadonlyMap<string, LogSize>): number {
  return [...sizes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Another client has put something else at the key, or it moves to another node: the others' logs can be trimmed. */
function isOfTheKey(error: unknown): error is Error {
  return (
    error instanceof Error && /^(WRONGTYPE|MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b|WRONGTYPE/.test(error.message)
  );
}

const EXPIRED = { share: 1, most: Infinity };
const PASS_EVERY_MS = 60_000;
const PASS_SHARE = 10;
/** What the logs of a server may take without a setting: the rest is for the states, the clients and Redis itself. */
const LOGS_SHARE = 2 / 3;
const PRESSED_SHARE = 0.95;
/** So far it is emptied: at once, so that it is not emptied event by event. */
const RELIEVED_SHARE = 0.85;
/** Sizes of logs are estimates: after each round the memory is read again. */
const RELIEF_ROUNDS = 4;
const RELIEF_TURN_MS = 1_000;
const LOG_EVERY_MS = 60_000;
/** 4,000 records a minute and tenant: a change from a year to a day is through within hours, and no other waits for it. */
const HISTORY_STEPS = 20;
