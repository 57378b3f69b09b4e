import type { Directory, Extension } from './directory.js';
import type { Engine } from './engine.js';
import { asTheLegsDirection } from './leg-direction.js';
import type { Quirks } from './options.js';
import { type MonitorRow, namelessRow, rowsOf } from './rows.js';
import type { Schedule } from './schedule.js';
import type { Leg, LegChange, Line, NewLeg, ShownLeg } from './switchboard-parts.js';
import type { CallTruth, LegRole, Truth } from './truth.js';

/**
 * The extensions with their live legs, and the rows of the monitor that show them. Only this class adds, changes and removes
 * them, and it records each change of a row in the truth at the same time.
 *
 * Guarantees: a sighting is open exactly while a poll would find its row. Without the habit `trail` a row changes with its leg.
 * The body is rendered when asked for and kept until something changed; then only the extensions that changed are rendered
 * again.
 */
export class Switchboard {
  readonly #lines: Line[];
  #body: Buffer | null = null;
  /** A row that is no row (the habit `poison`). */
  #poison: object | null = null;

  constructor(
    readonly directory: Directory,
    private readonly quirks: Quirks,
    private readonly schedule: Schedule,
    private readonly truth: Truth,
    private readonly engine: Engine,
  ) {
    this.#lines = directory.extensions.map(() => ({
      legs: [],
      shown: [],
      registered: true,
      idleSince: schedule.now,
      text: null,
      rows: 0,
    }));
  }

  // ----- legs

  addLeg(truth: CallTruth, { extension, ownId, offered, role, ...view }: NewLeg): Leg {
    const { now } = this.schedule;
    const id = this.truth.nextPart();
    const leg: Leg = { id, truth, extension, ownId, offered, ...view, callTime: now, alive: true, row: null };
    this.#line(extension).legs.push(leg);
    const row: ShownLeg = { id, extension, truth, ...view, callTime: now, sighting: null, role };
    leg.row = row;
    this.engine.trail.leg(() => {
      const line = this.#line(extension);
      line.shown.push(row);
      this.#touch(line);
      if (line.registered) this.#show(row);
    });
    return leg;
  }

  setLegState(leg: Leg, state: string | null): void {
    this.changeLeg(leg, { state });
  }

  /** The state, the numbers or the id that the row shows. */
  changeLeg(leg: Leg, given: LegChange): void {
    const answered = given.state === 'ONCALL' && leg.state === 'RINGING';
    const moves = answered && this.quirks.callTimeMoves;
    const change = moves ? { ...given, callTime: this.schedule.now } : given;
    Object.assign(leg, change);
    this.#changeRow(leg.row, change);
  }

  /**
   * The leg ends, and its row goes. Where ids are the column call_uuid, the row of a bridged leg shows the leg's own id for
   * 0.4 to 0.6 s before.
   */
  dropLeg(leg: Leg, keepRow = false): void {
    const line = this.#line(leg.extension);
    leg.alive = false;
    line.legs.splice(line.legs.indexOf(leg), 1);
    line.idleSince = this.schedule.now;
    if (keepRow) return;
    const isParted = this.engine.habits.legIds === 'call-uuid' && leg.callId !== leg.ownId;
    if (isParted && leg.state !== 'RINGING' && leg.state !== '') {
      this.#changeRow(leg.row, { callId: leg.ownId }, true);
      const forMs = this.engine.random.int(400, 600);
      this.schedule.in(forMs, () => this.engine.trail.leg(() => this.#removeRow(leg)));
    } else this.engine.trail.afterHangUp(() => this.#removeRow(leg));
  }

  /** Says in the truth what the leg has turned out to be. */
  setRole({ row }: Leg, role: LegRole): void {
    if (row === null) return;
    row.role = role;
    if (row.sighting !== null) row.sighting.role = role;
  }

  /** The row of a leg that was dropped with `keepRow`. */
  releaseRow(leg: Leg): void {
    this.engine.trail.afterHangUp(() => this.#removeRow(leg));
  }

  /** The leg belongs to another call from now on: what was a consultation is the customer's call. */
  moveLeg(leg: Leg, truth: CallTruth, change: LegChange): void {
    leg.truth = truth;
    Object.assign(leg, change);
    const { row } = leg;
    if (row === null) return;
    this.engine.trail.leg(() => {
      if (row.sighting !== null) this.truth.vanish(row.sighting, this.schedule.now, 'joined');
      row.truth = truth;
      Object.assign(row, change);
      if (row.sighting !== null) this.#show(row);
      this.#touch(this.#line(row.extension));
    });
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
    for (const row of line.shown) {
      if (row.sighting !== null) this.truth.vanish(row.sighting, this.schedule.now, 'unregistered');
      row.sighting = null;
    }
    this.#touch(line);
    this.truth.record(null, 'extension-unregistered', this.schedule.now, { extension: extension.number });
  }

  register(extension: Extension): void {
    const line = this.#line(extension);
    if (line.registered) return;
    line.registered = true;
    for (const row of line.shown) this.#show(row);
    this.#touch(line);
    this.truth.record(null, 'extension-registered', this.schedule.now, { extension: extension.number });
  }

  // ----- what a poll gets

  setPoison(row: object | null): void {
    this.#poison = row;
    this.#body = null;
  }

  /** With a row that is no row among them, where there is one: typed as if it were. */
  rows(): MonitorRow[] {
    return [
      ...this.directory.extensions.flatMap((extension) => this.#rowsOf(extension)),
      ...(this.#extraMonitorRows() as MonitorRow[]),
    ];
  }

  body(): Buffer {
    if (this.#body !== null) return this.#body;
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
    for (const row of this.#extraMonitorRows()) {
      texts.push(JSON.stringify(row));
      total += 1;
    }
    this.#body = Buffer.from(`{"data":[${texts.join(',')}],"total":${total}}`);
    return this.#body;
  }

  // ----- inside

  get #look() {
    return { quirks: this.quirks, engine: this.engine };
  }

  #rowsOf(extension: Extension): MonitorRow[] {
    const line = this.#line(extension);
    return line.registered ? rowsOf(this.directory, extension, line.shown, this.#look) : [];
  }

  #extraMonitorRows(): object[] {
    const [first] = this.directory.extensions;
    const nameless = this.engine.habits.namelessIdle && this.quirks.listIdle && first !== undefined;
    return [
      ...(nameless ? [namelessRow(this.directory, first, this.#look)] : []),
      ...(this.#poison === null ? [] : [this.#poison]),
    ];
  }

  #changeRow(row: ShownLeg | null, change: LegChange, isPhantom = false): void {
    if (row === null) return;
    this.engine.trail.leg(() => {
      const { callId } = row;
      Object.assign(row, change);
      if (row.sighting !== null) {
        this.truth.change(row.sighting, this.schedule.now, row.state);
        this.truth.show(row.sighting.callTimes, this.schedule.now, row.callTime);
        if (row.callId !== callId) {
          this.truth.rename(row.truth, row.sighting, this.schedule.now, row.callId, isPhantom);
        }
      }
      this.#touch(this.#line(row.extension));
    });
  }

  #removeRow({ row }: Leg): void {
    if (row === null) return;
    const line = this.#line(row.extension);
    const place = line.shown.indexOf(row);
    if (place < 0) return;
    line.shown.splice(place, 1);
    if (row.sighting !== null) this.truth.vanish(row.sighting, this.schedule.now, 'gone');
    this.#touch(line);
  }

  #show(row: ShownLeg): void {
    const isLegs = this.engine.habits.direction === 'leg';
    const view = isLegs ? asTheLegsDirection(row, row.extension.number) : row;
    row.sighting = this.truth.appear(
      row.truth,
      {
        endpoint: 'monitor',
        part: row.id,
        callId: row.callId,
        extension: row.extension.number,
        ...(row.role === undefined ? {} : { role: row.role }),
        from: this.schedule.now,
        numbers: [view.bCid, view.cid, view.destination],
        ...(view.direction === row.direction ? {} : { says: view.direction }),
        who: {
          extensionId: row.extension.uuid,
          agentName: row.extension.agentName,
          userId: row.extension.userUuid,
        },
        callTimes: [{ at: this.schedule.now, value: row.callTime }],
      },
      row.state,
    );
  }

  #touch(line: Line): void {
    line.text = null;
    this.#body = null;
  }

  #line(extension: Extension): Line {
    const line = this.#lines[extension.index];
    if (line === undefined) throw new Error(`no extension ${extension.number}`);
    return line;
  }
}
