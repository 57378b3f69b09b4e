import type { Expectation } from './judge-expect.js';
import type { TruthIndex } from './judge-match.js';
import type { Reason } from './judge-reasons.js';
import type { JudgedEvent } from './judge-report.js';
import { goneAt, type Sight } from './judge-sight.js';
import type { CallTruth, Sighting } from './truth.js';

/** One event of one call, with all that its fields are compared with. */
export class Statement {
  readonly call: CallTruth;
  readonly event: JudgedEvent;
  /** What of the truth it announces; null: nothing. */
  readonly expectation: Expectation | null;
  /** The events of the same `callId` up to this one, which is the last. */
  readonly stated: readonly JudgedEvent[];
  readonly sight: Sight;
  readonly index: TruthIndex;
  /** When it was committed: what polls showed by then can be known. */
  readonly recorded: number;
  readonly legs: readonly Sighting[];
  readonly entries: readonly Sighting[];
  readonly #since: number;

  constructor(deps: {
    readonly call: CallTruth;
    readonly event: JudgedEvent;
    readonly expectation: Expectation | null;
    readonly stated: readonly JudgedEvent[];
    readonly sight: Sight;
    readonly index: TruthIndex;
    /** What polls before showed is another `callId`'s. Infinity: which rows are this one's is not known. */
    readonly since: number;
  }) {
    ({
      call: this.call,
      event: this.event,
      expectation: this.expectation,
      stated: this.stated,
      sight: this.sight,
      index: this.index,
      since: this.#since,
    } = deps);
    this.recorded = Date.parse(this.event.recordedtime);
    this.legs = this.call.sightings.filter(({ endpoint }) => endpoint === 'monitor');
    this.entries = this.call.sightings.filter(({ endpoint }) => endpoint === 'queue');
  }

  /** Whether the call's rows are all this `callId`'s, from the first on. */
  get isFirst(): boolean {
    return this.#since === -Infinity;
  }

  get data(): JudgedEvent['data'] {
    return this.event.data;
  }

  get isOver(): boolean {
    return this.event.type === 'call-ended' || this.event.type === 'call-abandoned';
  }

  /** Whether `call-answered` has been emitted. */
  get isAnswered(): boolean {
    return this.answer !== undefined;
  }

  get start(): JudgedEvent | undefined {
    return this.stated.find(({ type }) => type === 'call-started');
  }

  get answer(): JudgedEvent | undefined {
    return this.stated.find(({ type }) => type === 'call-answered');
  }

  /** Some poll that the bridge may know of showed one of these rows so. */
  may(sightings: readonly Sighting[], wanted: (state: string | null) => boolean = ANY): boolean {
    return this.sight.may(sightings, wanted, this.recorded);
  }

  /** Partial answers may have shown that the row is gone, because nothing better came for long. */
  mayBeDoubtful(sighting: Sighting): boolean {
    return (
      this.sight.mayBeAbsencesBy(sighting, this.recorded) > this.sight.absencesBy(sighting, this.recorded)
    );
  }

  /** A complete answer showed that it is. */
  isAbsenceShown(sighting: Sighting): boolean {
    return this.sight.absencesBy(sighting, this.recorded) > 0;
  }

  /** The bridge must know that these rows were so. */
  must(sightings: readonly Sighting[], wanted: (state: string | null) => boolean = ANY): boolean {
    return this.sight.must(this.own(sightings), wanted, this.recorded, this.#since);
  }

  /** Those of the rows that are this `callId`'s. */
  own(sightings: readonly Sighting[]): readonly Sighting[] {
    return this.isFirst ? sightings : sightings.filter((one) => goneAt(one) > this.#since);
  }
}

const ANY = (): boolean => true;

/** Null: true. A text: what is wrong. A reason: it differs from the truth, and the bridge could not know better. */
export type Verdict = null | string | { readonly excused: Reason };

export type Rule = (statement: Statement) => Verdict;
