import type { Directory, Extension } from './directory.js';
import type { CallKind, Options } from './options.js';
import type { CallPlan } from './plan.js';
import type { Random } from './random.js';
import type { RowNumbers } from './rows.js';
import type { Schedule, Timer } from './schedule.js';
import type { Leg, QueueEntry, Switchboard } from './switchboard.js';
import type { CallOutcome, CallTruth, OfferOutcome, Truth } from './truth.js';

/** The parts of a world that calls need. */
export interface Pbx {
  readonly schedule: Schedule;
  readonly board: Switchboard;
  readonly truth: Truth;
  readonly directory: Directory;
  readonly options: Options;
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
 * Guarantees: after `finish` none of its timers runs, no leg of it is left, and its queue row is gone or Abandoned;
 * the truth has recorded each step at its instant. The files beside this one make the calls of each kind.
 */
export class LiveCall {
  readonly legs = new Set<Leg>();
  readonly truth: CallTruth;
  entry: QueueEntry | null = null;
  answered = false;
  over = false;
  /** Called once, when the caller left unanswered, with the row that lingers. */
  whenAbandoned: ((entry: QueueEntry | null) => void) | null = null;
  readonly #timers = new Set<Timer>();
  readonly #offersOver = new Set<Leg>();

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
    this.truth = pbx.truth.open(pbx.schedule.now, {
      kind: as.kind,
      direction: as.direction,
      hotline: as.hotline,
      customer: as.direction === 'local' ? null : plan.customer,
      linkedTo: as.linkedTo ?? null,
    });
    pbx.live.set(this.truth.callKey, this);
  }

  /** Runs `act` after this long, unless the call is over by then. */
  later(ms: number, act: () => void): void {
    const timer = this.pbx.schedule.in(ms, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }

  /** Adds a leg. `offered`: it rings at an extension that may answer, and the truth records the offer. */
  addLeg(
    extension: Extension,
    leg: RowNumbers & Partial<Pick<Leg, 'state'>> & Pick<Leg, 'callId' | 'offered'>,
  ): Leg {
    const { oddStart } = this.plan;
    const state = leg.state === undefined ? 'RINGING' : leg.state;
    const odd = state === 'RINGING' ? oddStart : null;
    const added = this.pbx.board.addLeg(this.truth, {
      ...leg,
      extension,
      direction: this.truth.direction,
      state: odd === null ? state : odd.state,
    });
    this.legs.add(added);
    if (odd !== null) {
      this.later(odd.forMs, () => {
        if (added.alive && added.state === odd.state) this.pbx.board.setLegState(added, state);
      });
    }
    if (added.offered) {
      this.#record('call-offered', { extension: extension.number, part: added.id });
    }
    return added;
  }

  /** Ends an offer that this leg did not answer, and drops the leg. */
  stopRinging(leg: Leg, outcome: OfferOutcome): void {
    if (!leg.alive) return;
    this.#endOffer(leg, outcome);
    this.dropLeg(leg);
  }

  dropLeg(leg: Leg): void {
    if (!leg.alive) return;
    this.legs.delete(leg);
    this.pbx.board.dropLeg(leg);
  }

  /** This leg answers; every other one that rang stops. The queue status follows later (`docs/upstream.md`, mark F). */
  pickUp(leg: Leg): void {
    const { board, schedule } = this.pbx;
    for (const other of [...this.legs]) {
      if (other !== leg && this.#isOffering(other)) this.stopRinging(other, 'answered-elsewhere');
    }
    board.setLegState(leg, 'ONCALL');
    if (leg.offered) this.#endOffer(leg, 'answered');
    if (!this.answered) {
      this.answered = true;
      this.#record('call-answered', { extension: leg.extension.number });
    }
    const { entry } = this;
    if (entry === null) return;
    this.later(this.plan.bridgeLagMs, () => {
      if (this.entry !== entry || entry.status === 'Abandoned') return;
      board.setEntry(entry, { status: 'Answered', agent: leg.extension, bridgedAt: schedule.now });
    });
  }

  /** The customer answers, which no row can show (click-to-call). */
  answeredUnseen(leg: Leg): void {
    this.answered = true;
    this.#record('call-answered', { extension: leg.extension.number });
  }

  transferred(leg: Leg): void {
    this.#record('call-transferred', { extension: leg.extension.number, part: leg.id });
  }

  /** The agent's leg ended: the queue deletes the row, for hang-up and transfer alike (`docs/upstream.md`, mark F). */
  leaveQueue(): void {
    const { entry } = this;
    this.entry = null;
    if (entry === null) return;
    if (this.plan.staleRow && entry.status === 'Answered') {
      this.pbx.schedule.in(this.pbx.options.quirks.staleMs, () => this.pbx.board.removeEntry(entry));
    } else this.pbx.board.removeEntry(entry);
  }

  /** The row becomes Abandoned and lingers, for a caller who left and for one who overflowed. */
  abandonRow(touchTime = true): QueueEntry | null {
    const { entry } = this;
    const { board, schedule } = this.pbx;
    this.entry = null;
    if (entry === null) return null;
    board.setEntry(entry, {
      status: 'Abandoned',
      ...(touchTime ? { abandonedAt: schedule.now } : {}),
      ...(this.plan.emptyUuid ? { callUuid: '' } : {}),
    });
    board.linger(entry);
    return entry;
  }

  /** Ends the call, whichever side hangs up. `touchTime` false: the queue does not note when. */
  finish(touchTime = true): void {
    if (this.over) return;
    this.over = true;
    for (const timer of this.#timers) this.pbx.schedule.cancel(timer);
    this.#timers.clear();
    for (const leg of [...this.legs]) {
      this.#endOffer(leg, 'caller-left');
      this.dropLeg(leg);
    }
    const outcome: CallOutcome = this.answered
      ? 'answered'
      : this.truth.direction === 'inbound'
        ? 'abandoned'
        : 'no-answer';
    let lingering: QueueEntry | null = null;
    if (this.answered) this.leaveQueue();
    else lingering = this.abandonRow(touchTime);
    this.pbx.truth.close(this.truth, this.pbx.schedule.now, outcome);
    this.pbx.live.delete(this.truth.callKey);
    if (!this.answered) this.whenAbandoned?.(lingering);
  }

  #isOffering(leg: Leg): boolean {
    return leg.offered && !this.#offersOver.has(leg);
  }

  #endOffer(leg: Leg, outcome: OfferOutcome): void {
    if (!this.#isOffering(leg)) return;
    this.#offersOver.add(leg);
    this.#record('call-offer-ended', { extension: leg.extension.number, outcome, part: leg.id });
  }

  #record(
    type: Parameters<Truth['record']>[1],
    detail: { readonly extension?: string; readonly outcome?: OfferOutcome; readonly part?: number },
  ): void {
    this.pbx.truth.record(this.truth, type, this.pbx.schedule.now, detail);
  }
}
