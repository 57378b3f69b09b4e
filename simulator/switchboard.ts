import type { Directory, Extension, Queue } from './directory.js';
import type { Quirks } from './options.js';
import { type MonitorRow, type QueueRow, type RowNumbers, queueRow, rowsOf } from './rows.js';
import type { Schedule, Timer } from './schedule.js';
import type { CallTruth, Sighting, Truth } from './truth.js';

/**
 * The live rows of both endpoints. Only this class adds, changes and removes rows, and it records each change in the truth
 * at the same time.
 *
 * Guarantees: a sighting is open exactly while a poll would find its row. Bodies are rendered when asked for and kept
 * until something changed; of a changed monitor only the extensions that changed are rendered again.
 */
export class Switchboard {
  readonly entries = new Set<QueueEntry>();
  readonly #lines: Line[];
  readonly #entryText = new Map<QueueEntry, string>();
  #monitorBody: Buffer | null = null;
  #queueBody: Buffer | null = null;

  constructor(
    readonly directory: Directory,
    private readonly quirks: Quirks,
    private readonly schedule: Schedule,
    private readonly truth: Truth,
  ) {
    this.#lines = directory.extensions.map(() => ({
      legs: [],
      registered: true,
      idleSince: schedule.now,
      text: null,
      rows: 0,
    }));
  }

  // ----- legs

  addLeg(
    truth: CallTruth,
    leg: RowNumbers & Pick<Leg, 'extension' | 'callId' | 'direction' | 'offered' | 'state'>,
  ): Leg {
    const { now } = this.schedule;
    const id = this.truth.nextPart();
    const added: Leg = { id, truth, ...leg, callTime: now, alive: true, sighting: null };
    const line = this.#line(leg.extension);
    line.legs.push(added);
    this.#touch(line);
    if (line.registered) this.#show(added);
    return added;
  }

  setLegState(leg: Leg, state: string | null): void {
    if (state === 'ONCALL' && leg.state === 'RINGING' && this.quirks.callTimeMoves) {
      leg.callTime = this.schedule.now;
    }
    leg.state = state;
    if (leg.sighting !== null) {
      this.truth.change(leg.sighting, this.schedule.now, state);
      this.truth.show(leg.sighting.callTimes, this.schedule.now, leg.callTime);
    }
    this.#touch(this.#line(leg.extension));
  }

  dropLeg(leg: Leg): void {
    const line = this.#line(leg.extension);
    leg.alive = false;
    line.legs.splice(line.legs.indexOf(leg), 1);
    line.idleSince = this.schedule.now;
    if (leg.sighting !== null) this.truth.vanish(leg.sighting, this.schedule.now, 'gone');
    this.#touch(line);
  }

  // ----- extensions

  isRegistered(extension: Extension): boolean {
    return this.#line(extension).registered;
  }

  isFree(extension: Extension): boolean {
    const line = this.#line(extension);
    return line.registered && line.legs.length === 0;
  }

  idleSince(extension: Extension): number {
    return this.#line(extension).idleSince;
  }

  legsAt(extension: Extension): readonly Leg[] {
    return this.#line(extension).legs;
  }

  /** The extension's rows vanish, also during a call; the calls themselves go on (`docs/upstream.md`, mark S). */
  unregister(extension: Extension): void {
    const line = this.#line(extension);
    if (!line.registered) return;
    line.registered = false;
    for (const leg of line.legs) {
      if (leg.sighting !== null) this.truth.vanish(leg.sighting, this.schedule.now, 'unregistered');
      leg.sighting = null;
    }
    this.#touch(line);
    this.truth.record(null, 'extension-unregistered', this.schedule.now, { extension: extension.number });
  }

  register(extension: Extension): void {
    const line = this.#line(extension);
    if (line.registered) return;
    line.registered = true;
    for (const leg of line.legs) this.#show(leg);
    this.#touch(line);
    this.truth.record(null, 'extension-registered', this.schedule.now, { extension: extension.number });
  }

  // ----- queue entries

  join(truth: CallTruth, queue: Queue, mobile: string, callUuid: string): QueueEntry {
    truth.queues.push({ id: queue.uuid, name: queue.name });
    const joinedAt = this.#unusedJoin(queue, mobile);
    const entry: QueueEntry = {
      queue,
      mobile,
      joinedAt,
      truth,
      status: 'Waiting',
      agent: null,
      abandonedAt: null,
      bridgedAt: null,
      rejoinedAt: null,
      callUuid,
      sighting: this.#showEntry(truth, { queue, callUuid, mobile, joinedAt, rejoinedAt: null }),
      linger: null,
    };
    this.entries.add(entry);
    this.#touchEntry(entry);
    return entry;
  }

  /** `(queue, mobile, joined_time)` identifies a row (mark F), and rows show whole seconds: a second that is taken is skipped. */
  #unusedJoin(queue: Queue, mobile: string): number {
    const second = (instant: number): number => Math.floor(instant / 1000);
    const taken = new Set<number>();
    for (const entry of this.entries) {
      if (entry.queue === queue && entry.mobile === mobile) taken.add(second(entry.joinedAt));
    }
    let joinedAt = this.schedule.now;
    while (taken.has(second(joinedAt))) joinedAt += 1000;
    return joinedAt;
  }

  setEntry(
    entry: QueueEntry,
    change: Partial<Pick<QueueEntry, 'status' | 'agent' | 'bridgedAt' | 'abandonedAt' | 'callUuid'>>,
  ): void {
    Object.assign(entry, change);
    if (change.abandonedAt !== undefined) entry.sighting.abandonedAt = change.abandonedAt;
    if (change.bridgedAt !== undefined) entry.sighting.bridgedAt = change.bridgedAt;
    this.truth.change(entry.sighting, this.schedule.now, entry.status);
    this.truth.show(entry.sighting.callIds, this.schedule.now, entry.callUuid);
    this.truth.show(entry.sighting.agents, this.schedule.now, agentOf(entry.agent));
    this.#touchEntry(entry);
  }

  /** The row remains as Abandoned for a while and is then deleted (mark F). */
  linger(entry: QueueEntry): void {
    entry.linger ??= this.schedule.in(this.quirks.lingerMs, () => this.removeEntry(entry));
  }

  /** The same row and `joined_time` for another call; `abandoned_time` is not cleared (mark F). */
  resume(entry: QueueEntry, truth: CallTruth, callUuid: string): void {
    const { now } = this.schedule;
    if (entry.linger !== null) this.schedule.cancel(entry.linger);
    this.truth.vanish(entry.sighting, now, 'resumed');
    truth.queues.push({ id: entry.queue.uuid, name: entry.queue.name });
    entry.linger = null;
    entry.truth = truth;
    entry.rejoinedAt = now;
    entry.status = 'Waiting';
    entry.agent = null;
    entry.callUuid = callUuid;
    entry.sighting = this.#showEntry(truth, entry);
    this.#touchEntry(entry);
  }

  removeEntry(entry: QueueEntry): void {
    if (!this.entries.delete(entry)) return;
    if (entry.linger !== null) this.schedule.cancel(entry.linger);
    this.truth.vanish(entry.sighting, this.schedule.now, 'gone');
    this.#entryText.delete(entry);
    this.#queueBody = null;
  }

  // ----- what a poll gets

  monitorRows(): MonitorRow[] {
    return this.directory.extensions.flatMap((extension) => this.#rowsOf(extension));
  }

  queueRows(): QueueRow[] {
    return [...this.entries].map((entry) => queueRow(entry, this.quirks.sentinel));
  }

  monitorBody(): Buffer {
    if (this.#monitorBody !== null) return this.#monitorBody;
    const texts: string[] = [];
    let total = 0;
    this.directory.extensions.forEach((extension) => {
      const line = this.#line(extension);
      if (line.text === null) {
        const rows = this.#rowsOf(extension);
        line.text = rows.map((row) => JSON.stringify(row)).join(',');
        line.rows = rows.length;
      }
      total += line.rows;
      if (line.rows > 0) texts.push(line.text);
    });
    this.#monitorBody = Buffer.from(`{"data":[${texts.join(',')}],"total":${total}}`);
    return this.#monitorBody;
  }

  queueBody(): Buffer {
    if (this.#queueBody !== null) return this.#queueBody;
    const texts: string[] = [];
    for (const entry of this.entries) {
      let text = this.#entryText.get(entry);
      if (text === undefined) {
        text = JSON.stringify(queueRow(entry, this.quirks.sentinel));
        this.#entryText.set(entry, text);
      }
      texts.push(text);
    }
    this.#queueBody = Buffer.from(`{"data":[${texts.join(',')}]}`);
    return this.#queueBody;
  }

  // ----- inside

  #rowsOf(extension: Extension): MonitorRow[] {
    const line = this.#line(extension);
    return line.registered ? rowsOf(this.directory, extension, line.legs, this.quirks) : [];
  }

  #show(leg: Leg): void {
    leg.sighting = this.truth.appear(
      leg.truth,
      {
        endpoint: 'monitor',
        part: leg.id,
        callId: leg.callId,
        extension: leg.extension.number,
        from: this.schedule.now,
        numbers: [leg.bCid, leg.cid, leg.destination],
        who: {
          extensionId: leg.extension.uuid,
          agentName: leg.extension.agentName,
          userId: leg.extension.userUuid,
        },
        callTimes: [{ at: this.schedule.now, value: leg.callTime }],
      },
      leg.state,
    );
  }

  #showEntry(
    truth: CallTruth,
    entry: Pick<QueueEntry, 'queue' | 'callUuid' | 'mobile' | 'joinedAt' | 'rejoinedAt'>,
  ): Sighting {
    const { queue, callUuid: callId, mobile, joinedAt, rejoinedAt } = entry;
    return this.truth.appear(
      truth,
      {
        endpoint: 'queue',
        part: this.truth.nextPart(),
        callId,
        queueId: queue.uuid,
        joinedAt,
        rejoinedAt,
        from: this.schedule.now,
        abandonedAt: null,
        bridgedAt: null,
        numbers: [mobile],
        callIds: [{ at: this.schedule.now, value: callId }],
        agents: [{ at: this.schedule.now, value: null }],
      },
      'Waiting',
    );
  }

  #touch(line: Line): void {
    line.text = null;
    this.#monitorBody = null;
  }

  #touchEntry(entry: QueueEntry): void {
    this.#entryText.delete(entry);
    this.#queueBody = null;
  }

  #line(extension: Extension): Line {
    const line = this.#lines[extension.index];
    if (line === undefined) throw new Error(`no extension ${extension.number}`);
    return line;
  }
}

/** The same object for the same extension: `Truth.show` compares by identity. */
function agentOf(extension: Extension | null): { readonly id: string; readonly name: string } | null {
  if (extension === null) return null;
  const known = AGENTS.get(extension);
  if (known !== undefined) return known;
  const agent = { id: extension.agentUuid, name: extension.agentName };
  AGENTS.set(extension, agent);
  return agent;
}

const AGENTS = new WeakMap<Extension, { readonly id: string; readonly name: string }>();

export interface Leg extends RowNumbers {
  readonly id: number;
  readonly truth: CallTruth;
  readonly extension: Extension;
  readonly callId: string;
  readonly direction: 'inbound' | 'outbound' | 'local';
  /** It rings at an extension that may answer. */
  readonly offered: boolean;
  state: string | null;
  callTime: number;
  alive: boolean;
  /** Null while the extension is not registered. */
  sighting: Sighting | null;
}

/** A caller's row in a queue. A resume keeps the row and gives it to another call. */
export interface QueueEntry {
  readonly queue: Queue;
  readonly mobile: string;
  readonly joinedAt: number;
  truth: CallTruth;
  status: 'Waiting' | 'Trying' | 'Answered' | 'Abandoned';
  agent: Extension | null;
  abandonedAt: number | null;
  bridgedAt: number | null;
  rejoinedAt: number | null;
  callUuid: string;
  sighting: Sighting;
  linger: Timer | null;
}

interface Line {
  readonly legs: Leg[];
  registered: boolean;
  idleSince: number;
  /** Its rows as JSON without brackets, and their number; null when they must be rendered again. */
  text: string | null;
  rows: number;
}
