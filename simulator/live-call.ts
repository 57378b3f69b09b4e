import type { Directory, Extension } from './directory.js';
import type { Engine } from './engine.js';
import type { Members } from './members.js';
import type { Customer } from './numbers.js';
import { Offers } from './offers.js';
import type { CallKind, HabitName, Options } from './options.js';
import type { CallPlan } from './plan.js';
import type { Random } from './random.js';
import { LegIds } from './leg-ids.js';
import type { RowNumbers } from './leg-view.js';
import type { QueueAgent } from './rows.js';
import type { Schedule, Timer } from './schedule.js';
import type { Leg, QueueEntry } from './switchboard-parts.js';
import type { Switchboard } from './switchboard.js';
import { noteTransferAnswered, noteTransfersOver } from './transfer-notes.js';
import type { CallOutcome, CallTruth, LegRole, OfferOutcome, Truth } from './truth.js';

/** The parts of a world that calls need. */
export interface Pbx {
  readonly schedule: Schedule;
  readonly board: Switchboard;
  readonly members: Members;
  readonly truth: Truth;
  readonly directory: Directory;
  readonly options: Options;
  readonly engine: Engine;
  /** The numbers of companies, of whom several people call (the habit `company`). */
  readonly companies: readonly Customer[];
  /** A list has a row at present that is no row. */
  poisoned: boolean;
  /** Calls that are alive, by `callKey`. */
  readonly live: Map<string, LiveCall>;
  readonly scaled: (ms: number) => number;
  /** May another call begin, or has `totalCalls` been reached? */
  readonly mayOpen: () => boolean;
}

/**
 * One conversation while it lives. Only this class changes its state:
 *
 *     open → (offer → stop ringing)* → pick up → finish          outcome answered
 *     open → (offer → stop ringing)* → finish                    abandoned (inbound) or no-answer
 *
 * Guarantees: after `finish` none of its timers runs, no leg of it is left, and its queue row is gone, Abandoned or stuck;
 * the truth has recorded each step at its instant. The files beside this one make the calls of each kind.
 */
export class LiveCall {
  readonly legs = new Set<Leg>();
  readonly truth: CallTruth;
  entry: QueueEntry | null = null;
  answered = false;
  over = false;
  /** An answered caller who waits in another queue: leaving it is Abandoned there. */
  waitsAgain = false;
  readonly ids: LegIds;
  /** Called once, when the caller left unanswered, with the row that lingers. */
  whenAbandoned: ((entry: QueueEntry | null) => void) | null = null;
  /** Of a queue call: the caller joins another queue when this leg's agent transfers it there. */
  requeue: ((from: Leg) => void) | null = null;
  readonly #timers = new Set<Timer>();
  readonly #offers = new Offers((type, detail) => this.#record(type, detail));
  /** Legs whose rows stay until the call is answered or over. */
  readonly #kept: Leg[] = [];
  /** Legs that end with another one: who listens in goes with the agent. */
  readonly #tied = new Map<Leg, Leg>();

  constructor(
    readonly pbx: Pbx,
    readonly plan: CallPlan,
    readonly random: Random,
    as: {
      readonly kind: CallKind;
      readonly direction: CallTruth['direction'];
      readonly hotline: string | null;
      readonly linkedTo?: string | null;
    },
  ) {
    const { engine, schedule } = pbx;
    this.ids = new LegIds(engine);
    this.truth = pbx.truth.open(schedule.now, {
      kind: as.kind,
      direction: as.direction,
      hotline: as.hotline,
      customer: as.direction === 'local' ? null : plan.customer,
      linkedTo: as.linkedTo ?? null,
      clockSkewMs: engine.skewAt(schedule.now),
      clockDriftPpm: engine.habits.clockDriftPpm,
    });
    for (const habit of [...plan.marks, ...engine.ofEveryCall(as.direction)]) this.mark(habit);
    if (pbx.poisoned) this.mark('poison');
    pbx.live.set(this.truth.callKey, this);
  }

  mark(habit: HabitName): void {
    this.pbx.truth.mark(this.truth, habit);
  }

  /** Runs `act` after this long, unless the call is over by then. */
  later(ms: number, act: () => void): void {
    const timer = this.pbx.schedule.in(ms, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }

  /** Runs `act` when the engine gets to it: 20 ms later with its own timing, otherwise at once. */
  soon(act: () => void): void {
    if (this.pbx.engine.habits.timing) this.later(20, act);
    else act();
  }

  /**
   * Adds a leg. `offered`: it rings at an extension that may answer, and the truth records the offer when it does.
   * `byEngine`: the PBX makes the leg, as it does those it offers. `callId`: the id where ids are `kept`.
   */
  addLeg(
    extension: Extension,
    leg: RowNumbers &
      Partial<Pick<Leg, 'state' | 'direction'>> &
      Pick<Leg, 'callId' | 'offered'> & { readonly byEngine?: boolean; readonly role?: LegRole },
  ): Leg {
    const { board, engine } = this.pbx;
    const { oddStart } = this.plan;
    const { byEngine = leg.offered, role, ...numbers } = leg;
    const state = leg.state === undefined ? 'RINGING' : leg.state;
    const odd = state === 'RINGING' ? oddStart : null;
    const isDown = odd === null && state === 'RINGING' && byEngine && this.#isDown();
    const first = isDown ? '' : odd === null ? state : odd.state;
    const added = board.addLeg(this.truth, {
      ...numbers,
      ...this.ids.next(leg.callId, {
        offered: leg.offered,
        inQueue: this.entry !== null,
        ...(role === undefined ? {} : { role }),
      }),
      extension,
      direction: leg.direction ?? this.truth.direction,
      towardsExtension: byEngine && this.truth.direction === 'outbound',
      state: first,
      role,
    });
    this.legs.add(added);
    if (engine.habits.oneRow && extension.devices.length > 1) this.mark('oneRow');
    if (odd !== null) {
      this.later(odd.forMs, () => {
        if (added.alive && added.state === odd.state) board.setLegState(added, state);
      });
    }
    if (isDown && !this.plan.engine.neverRings) {
      this.mark('downFirst');
      this.later(engine.random.int(60, 150), () => {
        if (!added.alive || added.state !== '') return;
        board.setLegState(added, state);
        this.#offers.begin(added);
      });
    }
    if (!isDown) this.#offers.begin(added);
    return added;
  }

  /** Ends an offer that this leg did not answer, and drops the leg. `keepRow`: its row stays for now. */
  stopRinging(leg: Leg, outcome: OfferOutcome, keepRow = false): void {
    if (!leg.alive) return;
    this.#offers.end(leg, outcome);
    this.dropLeg(leg, keepRow);
  }

  dropLeg(leg: Leg, keepRow = false): void {
    if (!leg.alive) return;
    this.legs.delete(leg);
    this.pbx.board.dropLeg(leg, keepRow);
    if (keepRow) this.#kept.push(leg);
    const tied = this.#tied.get(leg);
    this.#tied.delete(leg);
    if (tied !== undefined) this.dropLeg(tied);
  }

  /** This leg ends when that one does; null: it no longer does. */
  tie(leg: Leg, to: Leg | null): void {
    for (const [one, other] of this.#tied) if (other === leg) this.#tied.delete(one);
    if (to !== null) this.#tied.set(to, leg);
  }

  /** This leg answers; every other one that rang stops. The queue status follows later (`docs/upstream.md`, mark F). */
  pickUp(leg: Leg): void {
    const { members, schedule } = this.pbx;
    this.answers(leg);
    this.waitsAgain = false;
    if (!this.answered) {
      this.answered = true;
      this.#record('call-answered', { extension: leg.extension.number });
    }
    const { entry } = this;
    if (entry === null) return;
    this.later(this.plan.bridgeLagMs, () => {
      if (this.entry !== entry || entry.status === 'Abandoned') return;
      members.change(entry, { status: 'Answered', agent: leg.extension, bridgedAt: schedule.now });
    });
  }

  /** This leg is ONCALL, and no other rings any more; whether the two ever talk is another matter. */
  answers(leg: Leg): void {
    this.stopOthers(leg);
    this.#offers.begin(leg);
    const callId = this.ids.bridged;
    this.pbx.board.changeLeg(leg, { state: 'ONCALL', ...(callId === null ? {} : { callId }) });
    if (callId !== null) this.mark('legIds');
    this.#offers.end(leg, 'answered');
  }

  stopOthers(leg: Leg | null): void {
    for (const other of [...this.legs]) {
      if (other !== leg && this.#offers.isOpen(other)) this.stopRinging(other, 'answered-elsewhere');
    }
    this.#releaseRows();
  }

  /** The customer answers, which no row can show (click-to-call without RING_WAIT), or an agent whose leg no row shows. */
  answeredUnseen(by: Extension | null): void {
    this.answered = true;
    this.#record('call-answered', by === null ? {} : { extension: by.number });
  }

  transferred(leg: Leg): void {
    noteTransferAnswered(this.truth, this.pbx.schedule.now, leg.extension.number);
    this.#record('call-transferred', { extension: leg.extension.number, part: leg.id });
  }

  /** The call has the leg from now on, as `change` has it; the call that had it goes on without. */
  adopt(leg: Leg, from: LiveCall, change: Parameters<Switchboard['moveLeg']>[2]): void {
    from.legs.delete(leg);
    from.#offers.end(leg, 'answered');
    this.pbx.board.moveLeg(leg, this.truth, change);
    this.#offers.close(leg);
    this.legs.add(leg);
  }

  /** The leg outlives the call. */
  release(leg: Leg): void {
    this.legs.delete(leg);
  }

  /** The agent's leg ended: the queue deletes the row, for hang-up and transfer alike (`docs/upstream.md`, mark F). */
  leaveQueue(): void {
    const { entry } = this;
    this.entry = null;
    if (entry === null) return;
    if (this.plan.staleRow && entry.status === 'Answered') {
      this.mark(this.pbx.engine.isOn('staleAnswered') ? 'staleAnswered' : 'staleRow');
      this.pbx.schedule.in(this.pbx.options.quirks.staleMs, () => this.pbx.members.remove(entry));
    } else this.pbx.members.remove(entry);
  }

  /** The row becomes Abandoned and lingers, for a caller who left and for one who overflowed. */
  abandonRow(touchTime = true): QueueEntry | null {
    const { entry } = this;
    const { engine, members, schedule } = this.pbx;
    this.entry = null;
    if (entry === null) return null;
    if (engine.habits.emptiesUuid) this.mark('emptiesUuid');
    members.change(entry, {
      status: 'Abandoned',
      ...(touchTime ? { abandonedAt: schedule.now } : {}),
      ...(this.plan.emptyUuid ? { callUuid: '' } : {}),
    });
    members.linger(entry);
    return entry;
  }

  /** Trying, with the agent's name where the queue rings one agent at a time. */
  tries(entry: QueueEntry, agent: QueueAgent | null): void {
    const { engine, members } = this.pbx;
    if (agent === null && engine.isOn('servingAgent')) this.mark('servingAgent');
    if (engine.isOn('agentNames')) this.mark('agentNames');
    members.change(entry, agent === null ? { status: 'Trying' } : { status: 'Trying', agent });
  }

  /** Ends the call, whichever side hangs up. `touchTime` false: the queue does not note when. */
  finish(touchTime = true): void {
    if (this.over) return;
    this.over = true;
    for (const timer of this.#timers) this.pbx.schedule.cancel(timer);
    this.#timers.clear();
    for (const leg of [...this.legs]) {
      this.#offers.end(leg, 'caller-left');
      this.dropLeg(leg);
    }
    const outcome: CallOutcome = this.answered
      ? 'answered'
      : this.truth.direction === 'inbound'
        ? 'abandoned'
        : 'no-answer';
    this.#releaseRows();
    let lingering: QueueEntry | null = null;
    if (this.answered && !this.waitsAgain) this.leaveQueue();
    else lingering = this.abandonRow(touchTime);
    noteTransfersOver(this.truth, this.pbx.schedule.now);
    this.pbx.truth.close(this.truth, this.pbx.schedule.now, outcome);
    this.pbx.live.delete(this.truth.callKey);
    if (!this.answered) this.whenAbandoned?.(lingering);
  }

  /** Does the engine say of this leg for a while, or for ever, only that it is there? */
  #isDown(): boolean {
    return this.plan.engine.neverRings || this.pbx.engine.happens('downFirst');
  }

  #releaseRows(): void {
    for (const leg of this.#kept.splice(0)) this.pbx.board.releaseRow(leg);
  }

  #record(
    type: Parameters<Truth['record']>[1],
    detail: { readonly extension?: string; readonly outcome?: OfferOutcome; readonly part?: number },
  ): void {
    this.pbx.truth.record(this.truth, type, this.pbx.schedule.now, detail);
  }
}
