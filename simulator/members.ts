import type { Queue } from './directory.js';
import type { Engine } from './engine.js';
import type { Quirks } from './options.js';
import { type EntryView, type QueueRow, queueRow } from './rows.js';
import type { Schedule } from './schedule.js';
import type { QueueEntry, ShownEntry } from './switchboard-parts.js';
import type { CallTruth, Truth } from './truth.js';

/**
 * The callers in queues, mod_callcenter's members, and the rows of the queue endpoint that show them. Only this class adds,
 * changes and removes them, and it records each change of a row in the truth at the same time.
 *
 * Guarantees as the switchboard's: a sighting is open exactly while a poll would find its row; the body is kept until a row
 * changed.
 */
export class Members {
  /** As the engine has them; rows may lag behind. */
  readonly entries = new Set<QueueEntry>();
  readonly #shown = new Set<ShownEntry>();
  readonly #texts = new Map<ShownEntry, string>();
  readonly #agents = new Map<string, NamedAgent>();
  #body: Buffer | null = null;
  /** A row that is no row (the habit `poison`). */
  #poison: object | null = null;

  constructor(
    private readonly quirks: Quirks,
    private readonly schedule: Schedule,
    private readonly truth: Truth,
    private readonly engine: Engine,
  ) {}

  join(truth: CallTruth, queue: Queue, mobile: string, callUuid: string): QueueEntry {
    truth.queues.push({ id: queue.uuid, name: queue.name });
    const entry: QueueEntry = {
      queue,
      mobile,
      joinedAt: this.#unusedJoin(queue, mobile),
      truth,
      status: 'Waiting',
      agent: null,
      abandonedAt: null,
      bridgedAt: null,
      rejoinedAt: null,
      callUuid,
      row: null,
      linger: null,
    };
    this.entries.add(entry);
    this.#show(entry);
    return entry;
  }

  /**
   * `(queue, mobile, joined_time)` identifies a row (mark F), and rows show whole seconds: a second that is taken is skipped.
   * Where several callers of one number come at once by habit, as on a real PBX, only their `call_uuid` tells them apart.
   */
  #unusedJoin(queue: Queue, mobile: string): number {
    const second = (instant: number): number => Math.floor(this.engine.clock(instant) / 1000);
    const taken = new Set<number>();
    if (!(['sameSecond', 'company', 'withheld'] as const).some((habit) => this.engine.isOn(habit))) {
      for (const entry of this.entries) {
        if (entry.queue === queue && entry.mobile === mobile) taken.add(second(entry.joinedAt));
      }
    }
    let joinedAt = this.schedule.now;
    while (taken.has(second(joinedAt))) joinedAt += 1000;
    return joinedAt;
  }

  change(
    entry: QueueEntry,
    change: Partial<Pick<QueueEntry, 'status' | 'agent' | 'bridgedAt' | 'abandonedAt' | 'callUuid'>>,
  ): void {
    Object.assign(entry, change);
    const { row } = entry;
    this.engine.trail.entry(() => {
      if (row === null || row.sighting === null) return;
      Object.assign(row, change);
      if (change.abandonedAt !== undefined) row.sighting.abandonedAt = change.abandonedAt;
      this.truth.show(row.sighting.abandonedTimes, this.schedule.now, row.sighting.abandonedAt ?? null);
      if (change.bridgedAt !== undefined) row.sighting.bridgedAt = change.bridgedAt;
      this.truth.change(row.sighting, this.schedule.now, row.status);
      this.truth.show(row.sighting.callIds, this.schedule.now, row.callUuid);
      this.truth.show(row.sighting.agents, this.schedule.now, this.#agentOf(row));
      this.#touch(row);
    });
  }

  /** The row remains as Abandoned for a while and is then deleted (mark F). */
  linger(entry: QueueEntry): void {
    const extra = this.engine.habits.timing ? this.engine.random.int(0, 1000) : 0;
    entry.linger ??= this.schedule.in(this.quirks.lingerMs + extra, () => this.remove(entry));
  }

  /** The same row and `joined_time` for another call; `abandoned_time` is not cleared (mark F). */
  resume(entry: QueueEntry, truth: CallTruth, callUuid: string): void {
    if (entry.linger !== null) this.schedule.cancel(entry.linger);
    truth.queues.push({ id: entry.queue.uuid, name: entry.queue.name });
    entry.linger = null;
    entry.truth = truth;
    entry.rejoinedAt = this.schedule.now;
    entry.status = 'Waiting';
    entry.agent = null;
    entry.callUuid = callUuid;
    this.#show(entry);
  }

  remove(entry: QueueEntry): void {
    if (!this.entries.delete(entry)) return;
    if (entry.linger !== null) this.schedule.cancel(entry.linger);
    const { row } = entry;
    this.engine.trail.entry(() => {
      if (row === null || row.sighting === null) return;
      this.#shown.delete(row);
      this.truth.vanish(row.sighting, this.schedule.now, 'gone');
      this.#touch(row);
    });
  }

  // ----- what a poll gets

  setPoison(row: object | null): void {
    this.#poison = row;
    this.#body = null;
  }

  /** With a row that is no row among them, where there is one: typed as if it were. */
  rows(): QueueRow[] {
    const rows = [...this.#shown].map((row) => queueRow(row, this.#look));
    return this.#poison === null ? rows : [...rows, this.#poison as QueueRow];
  }

  body(): Buffer {
    if (this.#body !== null) return this.#body;
    const texts: string[] = [];
    for (const row of this.#shown) {
      let text = this.#texts.get(row);
      if (text === undefined) {
        text = JSON.stringify(queueRow(row, this.#look));
        this.#texts.set(row, text);
      }
      texts.push(text);
    }
    if (this.#poison !== null) texts.push(JSON.stringify(this.#poison));
    this.#body = Buffer.from(`{"data":[${texts.join(',')}]}`);
    return this.#body;
  }

  // ----- inside

  get #look() {
    return { quirks: this.quirks, engine: this.engine };
  }

  /** Shows a new entry, or one that another call has taken over, in its old place. */
  #show(entry: QueueEntry): void {
    const { queue, callUuid: callId, joinedAt, rejoinedAt, truth } = entry;
    const part = this.truth.nextPart();
    const view = viewOf(entry);
    const row: ShownEntry = (entry.row ??= { ...view, sighting: null });
    this.engine.trail.entry(() => {
      if (row.sighting !== null) this.truth.vanish(row.sighting, this.schedule.now, 'resumed');
      Object.assign(row, view);
      row.sighting = this.truth.appear(
        truth,
        {
          endpoint: 'queue',
          part,
          callId,
          queueId: queue.uuid,
          joinedAt,
          rejoinedAt,
          from: this.schedule.now,
          abandonedAt: null,
          abandonedTimes: [{ at: this.schedule.now, value: null }],
          bridgedAt: null,
          numbers: [row.mobile],
          callIds: [{ at: this.schedule.now, value: row.callUuid }],
          agents: [{ at: this.schedule.now, value: this.#agentOf(row) }],
        },
        'Waiting',
      );
      this.#shown.add(row);
      this.#touch(row);
    });
  }

  /** Whom the row names. The same object for the same agent: the truth compares by identity. */
  #agentOf(row: ShownEntry): NamedAgent | null {
    const { call_center_agent_uuid: id, call_center_agent_name: name } = queueRow(row, this.#look);
    if (row.agent === null || name === '') return null;
    const extension = row.agent.isMobile === true ? null : row.agent.number;
    // Two mobiles may have one name.
    const key = `${id} ${name}`;
    const agent = this.#agents.get(key) ?? { id, name, extension };
    this.#agents.set(key, agent);
    return agent;
  }

  #touch(row: ShownEntry): void {
    this.#texts.delete(row);
    this.#body = null;
  }
}

/** An agent as a row names one, and where the agent is. */
interface NamedAgent {
  readonly id: string;
  readonly name: string;
  readonly extension: string | null;
}

function viewOf(entry: QueueEntry): EntryView {
  const { queue, agent, mobile, status, joinedAt, abandonedAt, bridgedAt, rejoinedAt, callUuid } = entry;
  return { queue, agent, mobile, status, joinedAt, abandonedAt, bridgedAt, rejoinedAt, callUuid };
}
