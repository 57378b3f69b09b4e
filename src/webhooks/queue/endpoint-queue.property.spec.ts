import fc from 'fast-check';
import { ManualTime } from '../../../test/support/time.js';
import {
  AWAY,
  DELIVERED,
  GONE,
  progressAt,
  REFUSED,
  resultOf,
  TestLog,
} from '../../../test/support/webhook-log.js';
import { parseCursor } from '../../core/model/position.js';
import type { DeadLetter, EndpointProgress, WebhookGap } from '../../store/webhook-store.js';
import { EndpointQueue } from './endpoint-queue.js';
import { itemsIn, type Sending } from './gate.js';
import type { Rules } from './rules.js';

const MAX_AGE = 72 * 3_600_000;
const SHORT_AGE = 60_000;
const RUNS = 300;

/** What a receiver does with a request, and what comes back of it. */
const BEHAVIOURS = {
  takes: { arrives: true, result: DELIVERED },
  /** It has worked, and says that it has not. */
  lies: { arrives: true, result: REFUSED },
  refuses: { arrives: false, result: REFUSED },
  isAway: { arrives: false, result: AWAY },
  /** The answer is lost. */
  hangsUp: { arrives: true, result: AWAY },
  isBusy: { arrives: false, result: resultOf({ kind: 'endpoint-failed', retryAfterMs: 7_000 }, 429) },
  isGone: { arrives: false, result: GONE },
} as const;
type Behaviour = keyof typeof BEHAVIOURS;

type Move =
  | { readonly kind: 'write'; readonly subjects: readonly number[] }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'run'; readonly answers: readonly Behaviour[] }
  /** Answers come in another order than requests were made. */
  | { readonly kind: 'send' | 'save' | 'kill' | 'resume' | 'failOver' | 'loseTail' | 'loseLog' }
  | { readonly kind: 'answer'; readonly which: number; readonly behaviour: Behaviour }
  | { readonly kind: 'trim'; readonly count: number };

const behaviour = fc.constantFrom<Behaviour>(
  ...([
    'takes',
    'takes',
    'takes',
    'takes',
    'lies',
    'refuses',
    'isAway',
    'hangsUp',
    'isBusy',
    'isGone',
  ] as const),
);
const harmless: fc.Arbitrary<Move>[] = [
  fc.record({
    kind: fc.constant('write' as const),
    subjects: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 12 }),
  }),
  fc.record({
    kind: fc.constant('pass' as const),
    ms: fc.constantFrom(10, 1_000, 5_000, 40_000, 700_000, 7_200_000),
  }),
  fc.record({
    kind: fc.constant('run' as const),
    answers: fc.array(behaviour, { minLength: 1, maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant('answer' as const), which: fc.nat({ max: 7 }), behaviour }),
  ...(['send', 'send', 'save', 'save', 'kill', 'resume', 'failOver'] as const).map((kind) =>
    fc.constant({ kind }),
  ),
];
const losing: fc.Arbitrary<Move>[] = [
  fc.record({ kind: fc.constant('trim' as const), count: fc.integer({ min: 1, max: 15 }) }),
  ...(['loseTail', 'loseLog'] as const).map((kind) => fc.constant({ kind })),
];

interface Written {
  readonly id: string;
  readonly subject: string;
  readonly sequence: number;
  readonly expiresAt: number;
  readonly isWanted: boolean;
  /** `unknown`: lost before the bridge had saved that there was such an event; no gap can say so. */
  state: 'held' | 'trimmed' | 'lost' | 'unknown';
}

/** A log, a receiver, and a bridge that is killed and started again from what it last saved. */
class World {
  readonly time = new ManualTime(Date.UTC(2026, 2, 2, 3));
  readonly log = new TestLog();
  readonly written: Written[] = [];
  /** Ids in the order in which they first arrived. */
  readonly arrived = new Set<string>();
  readonly gaps: WebhookGap[] = [];
  readonly dead: DeadLetter[] = [];
  #saved: EndpointProgress = progressAt({ epoch: 'e1', sequence: 0 });
  #queue: EndpointQueue;
  #inFlight: Sending[] = [];
  #epochs = 1;
  readonly #rules: Rules;

  constructor(together: number) {
    this.#rules = {
      wants: (entry) => isWanted(entry.event.subject),
      maxAge: (entry) => ageOf(entry.event.subject),
      ratePerSecond: null,
      together,
    };
    this.#queue = this.#begin();
  }

  #begin(): EndpointQueue {
    return new EndpointQueue({
      rules: this.#rules,
      progress: this.#saved,
      time: this.time,
      random: () => 0.5,
    });
  }

  move(move: Move): void {
    switch (move.kind) {
      case 'write':
        return this.#write(move.subjects.map((n) => `call/${n}`));
      case 'pass':
        this.time.at += move.ms;
        return;
      case 'send':
        return this.#send();
      case 'answer': {
        const [one] = this.#inFlight.splice(move.which % Math.max(1, this.#inFlight.length), 1);
        if (one !== undefined) this.#answer(one, move.behaviour);
        return;
      }
      case 'run':
        this.#send();
        for (const [n, one] of this.#inFlight.splice(0).entries())
          this.#answer(one, move.answers[n % move.answers.length]!);
        return;
      case 'save':
        return this.#save();
      case 'kill':
        this.#inFlight = [];
        this.#queue = this.#begin();
        return;
      case 'resume':
        this.#queue.resume();
        return;
      case 'failOver':
        this.log.failOver(this.#newEpoch());
        return;
      case 'trim': {
        const held = this.written.filter(({ state }) => state === 'held').slice(0, move.count);
        for (const one of held) one.state = 'trimmed';
        if (held.length > 0) this.log.trim(held.at(-1)!.sequence);
        return;
      }
      case 'loseTail': {
        // A copy that knows of an epoch has all that came before it.
        const end = Math.max(this.log.continues[0]?.sequence ?? 0, this.log.last - 3);
        this.#lose(({ sequence }) => sequence > end);
        this.log.failOver(this.#newEpoch(), end);
        return;
      }
      case 'loseLog':
        this.#lose(() => true);
        this.log.lose(this.#newEpoch());
    }
  }

  /** The receiver is well from now on, and nothing more happens. */
  settle(): void {
    for (const one of this.#inFlight.splice(0)) this.#answer(one, 'isAway');
    for (let rounds = 0; ; rounds++) {
      if (rounds > 10_000) throw new Error('the queue does not come to its end');
      this.#queue.resume();
      this.#queue.lookAgain();
      this.#send();
      if (this.#inFlight.length > 0) {
        for (const one of this.#inFlight.splice(0)) this.#answer(one, 'takes');
        continue;
      }
      const { waitMs } = this.#queue;
      if (waitMs === null) break;
      this.time.at += Math.max(1, waitMs);
    }
    this.#save();
  }

  get remaining() {
    return { waiting: this.#queue.waiting, open: this.#saved.open, through: this.#saved.through.sequence };
  }

  #newEpoch(): string {
    this.#epochs += 1;
    return `e${this.#epochs}`;
  }

  #lose(which: (one: Written) => boolean): void {
    const { epoch, sequence } = this.#saved.through;
    for (const one of this.written) {
      if (one.state === 'lost' || one.state === 'unknown' || !which(one)) continue;
      const isKnown = epoch === this.log.epoch && one.sequence <= sequence;
      one.state = isKnown ? 'lost' : 'unknown';
    }
  }

  #write(subjects: readonly string[]): void {
    for (const subject of subjects) {
      this.log.write(this.time.now(), subject);
      this.written.push({
        id: `${this.log.epoch}/${this.log.last}`,
        subject,
        sequence: this.log.last,
        expiresAt: this.time.now() + ageOf(subject),
        isWanted: isWanted(subject),
        state: 'held',
      });
    }
    this.#queue.lookAgain();
  }

  #read(): void {
    this.#queue.lookAgain();
    for (let limit = this.#queue.wanted; limit > 0; limit = this.#queue.wanted) {
      const { slice, stretch } = this.log.read(this.#queue.position.sequence, limit);
      this.#queue.take(slice, stretch);
    }
  }

  #send(): void {
    this.#read();
    for (let one = this.#queue.next(); one !== null; one = this.#queue.next()) {
      let rest: Sending | null = one;
      // The bridge reads the text of an event when it sends it.
      for (const item of itemsIn(one))
        if (rest !== null && !this.log.holds(item.event.sequence)) rest = this.#queue.lost(rest, item).rest;
      if (rest !== null) this.#inFlight.push(rest);
    }
  }

  #answer(sending: Sending, behaviour: Behaviour): void {
    const { arrives, result } = BEHAVIOURS[behaviour];
    if (arrives) this.#arrive(sending);
    this.#queue.settle(sending, result);
  }

  #arrive(sending: Sending): void {
    if (sending.gap !== null) this.gaps.push(sending.gap);
    for (const { event } of itemsIn(sending)) this.arrived.add(`${event.epoch}/${event.sequence}`);
  }

  #save(): void {
    const { progress, dead } = this.#queue.progress();
    // As the store does: through JSON.
    this.#saved = JSON.parse(JSON.stringify(progress)) as EndpointProgress;
    this.dead.push(...dead);
  }
}

const isWanted = (subject: string) => subject !== 'call/5';
const ageOf = (subject: string) => (subject === 'call/4' ? SHORT_AGE : MAX_AGE);

function accountOf(world: World): string[] {
  const wrong: string[] = [];
  const dead = new Map(world.dead.map((letter) => [idOf(letter.cursor), letter]));
  for (const one of world.written) {
    const letter = dead.get(one.id);
    if (letter !== undefined && letter.at < one.expiresAt)
      wrong.push(`${one.id} was given up before its age`);
    if (!one.isWanted && (world.arrived.has(one.id) || letter !== undefined))
      wrong.push(`${one.id} is not for it`);
    if (!one.isWanted || world.arrived.has(one.id) || letter !== undefined || one.state === 'unknown')
      continue;
    const isTold = world.gaps.some((gap) =>
      one.state === 'lost'
        ? gap.count === null
        : // One without a count may span two logs, whose sequences say nothing of one another.
          (gap.count === null || one.sequence > parseCursor(gap.from)!.sequence) &&
          one.sequence <= parseCursor(gap.to)!.sequence,
    );
    if (!isTold) wrong.push(`${one.id} (${one.state}) is missing`);
    else if (one.state === 'held') wrong.push(`${one.id} is in the log and was missed`);
  }
  const order = new Map(world.written.map((one, n) => [one.id, { ...one, n }]));
  const latest = new Map<string, number>();
  for (const id of world.arrived) {
    const { subject, n } = order.get(id)!;
    if (n < (latest.get(subject) ?? -1)) wrong.push(`${id} came after a later event of ${subject}`);
    latest.set(subject, Math.max(n, latest.get(subject) ?? -1));
  }
  return wrong;
}

function idOf(cursor: string): string {
  const { epoch, sequence } = parseCursor(cursor)!;
  return `${epoch}/${sequence}`;
}

const play = (moves: readonly Move[], together: number): World => {
  const world = new World(together);
  for (const move of moves) world.move(move);
  world.settle();
  return world;
};

describe.each([1, 4])(
  'over any history, the queue of an endpoint that takes %i events together',
  (together) => {
    it('accounts for every event, in the order of its call, whatever the receiver does and whenever the bridge is killed', () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(...harmless), { maxLength: 80, size: 'max' }), (moves) => {
          const world = play(moves, together);
          expect(accountOf(world)).toEqual([]);
          expect(world.gaps).toEqual([]);
          expect(world.remaining).toEqual({ waiting: 0, open: [], through: world.log.last });
        }),
        { numRuns: RUNS },
      );
    });

    it('announces what the log has lost or no longer holds', () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(...harmless, ...losing), { maxLength: 80, size: 'max' }), (moves) => {
          const world = play(moves, together);
          expect(accountOf(world)).toEqual([]);
          expect(world.remaining).toEqual({ waiting: 0, open: [], through: world.log.last });
        }),
        { numRuns: RUNS },
      );
    });
  },
);
