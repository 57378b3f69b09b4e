import type { DeskHabits } from './desk-habits.js';
import { NO_ENGINE_PLAN } from './engine-plan.js';
import { somebodyFree } from './free-extension.js';
import type { LiveCall, Pbx } from './live-call.js';
import { drawRegulars, type Regular } from './number-forms.js';
import { areAlike, type Customer } from './numbers.js';
import { type HabitName, NO_HABITS } from './options.js';
import { type CallPlan, drawPlan } from './plan.js';
import type { Random } from './random.js';

/** Begins another call, with what follows from it; null: the world may begin no more. */
type Begin = (plan: CallPlan) => LiveCall | null;

/** Another one would follow only after hours, of a desk that is not given up by then. */
const MOST_ATTEMPTS = 4;

/**
 * What customers and agents do about abandoned calls (`desk-habits.ts`). A stream of its own decides it, so that a habit that is
 * off draws nothing, and the traffic's decisions stay as they are.
 */
export class CallBacks {
  readonly #regulars: readonly Regular[];

  constructor(
    readonly habits: DeskHabits,
    readonly random: Random,
  ) {
    this.#regulars = habits.regulars > 0 ? drawRegulars(random) : [];
  }

  /** The plan with whom it is about: a regular, in one of the forms of the number; or a number of the PBX's own. */
  withCustomer(
    plan: CallPlan,
    { directory, live, scaled }: Pick<Pbx, 'directory' | 'live' | 'scaled'>,
  ): CallPlan {
    if (plan.kind === 'local') return plan;
    const { random } = this;
    if (plan.kind === 'queue' && this.#happens('ownNumbers')) {
      const queue = directory.queues.find(({ strategy }) => strategy === 'ring-all');
      const raw = random.chance(0.5)
        ? random.pick(directory.queues.filter((one) => one !== queue)).hotline
        : random.pick(directory.extensions).number;
      const customer: Customer = { raw, queueRaw: raw, e164: null, own: true };
      const leavesAfterMs = scaled(random.int(1_000, 25_000));
      if (queue !== undefined)
        return {
          ...plan,
          customer,
          queue,
          leavesAfterMs,
          answerAfterMs: null,
          overflow: null,
          again: null,
          // No agent is free: a leg of such a caller would look like another call.
          engine: { ...NO_ENGINE_PLAN, waitsMs: 2 * leavesAfterMs },
          marks: ['ownNumbers'],
        };
    }
    return this.#withPatience(this.#withRegular(plan, live), scaled);
  }

  #withPatience(plan: CallPlan, scaled: Pbx['scaled']): CallPlan {
    const isInbound = plan.kind === 'queue' || plan.kind === 'direct' || plan.kind === 'ring-group';
    if (!isInbound || !this.#happens('givesUp')) return plan;
    const leavesAfterMs = scaled(this.random.int(3_000, 40_000));
    const engine = { ...plan.engine, waitsMs: null, huntMs: null, pickup: null, mobileAgent: false };
    return { ...plan, leavesAfterMs, answerAfterMs: null, engine, marks: [...plan.marks, 'givesUp'] };
  }

  #withRegular(plan: CallPlan, live: Pbx['live']): CallPlan {
    const { random } = this;
    if (this.#regulars.length === 0 || !this.#happens('regulars')) return plan;
    const idle = this.#regulars.filter(({ today }) => !isCalling(live, today));
    if (idle.length === 0) return plan;
    const { today, old } = random.pick(idle);
    const isOld = old !== null && this.#happens('oldForms');
    const marks: HabitName[] = isOld ? ['regulars', 'oldForms'] : ['regulars'];
    return { ...plan, customer: isOld ? old : today, marks: [...plan.marks, ...marks] };
  }

  /** To be called once of each call that begins. */
  follow(pbx: Pbx, call: LiveCall, begin: Begin): void {
    const { customer } = call.plan;
    const isInbound = call.truth.direction === 'inbound';
    if (!isInbound || customer.own === true || (customer.e164 ?? customer.line ?? null) === null) return;
    const { random } = this;
    const backAfterMs = this.#happens('callsBackLater') ? pbx.scaled(random.int(2_000, 90_000)) : null;
    const againAfterMs = this.#happens('callsAgainLater') ? pbx.scaled(random.int(5_000, 150_000)) : null;
    if (backAfterMs === null && againAfterMs === null) return;
    const before = call.whenAbandoned;
    call.whenAbandoned = (row) => {
      before?.(row);
      if (againAfterMs !== null)
        pbx.schedule.in(againAfterMs, () => this.#callAgain(pbx, call, begin, 'callsAgainLater'));
      if (backAfterMs !== null) pbx.schedule.in(backAfterMs, () => this.#callBack(pbx, call, begin, 1));
    };
  }

  #callAgain(pbx: Pbx, { plan }: LiveCall, begin: Begin, mark: HabitName): void {
    if (!isCalling(pbx.live, plan.customer)) begin(this.#again(pbx, plan, mark));
  }

  /** The customer calls in again. */
  #again(pbx: Pbx, { customer }: CallPlan, mark: HabitName): CallPlan {
    const { random } = this;
    const kind = random.weighted({ queue: 0.7, direct: 0.2, 'ring-group': 0.1 });
    const drawn = drawPlan(random, { ...pbx.options, habits: NO_HABITS }, pbx.directory, kind);
    const leavesAfterMs = random.chance(0.5) ? pbx.scaled(random.int(2_000, 30_000)) : drawn.leavesAfterMs;
    const answerAfterMs = random.chance(0.4) ? null : drawn.answerAfterMs;
    const form = this.#formOf(customer);
    return { ...drawn, customer: form, leavesAfterMs, answerAfterMs, marks: [mark] };
  }

  #callBack(pbx: Pbx, call: LiveCall, begin: Begin, attempt: number): void {
    const { random } = this;
    const extension = somebodyFree(pbx, random);
    if (extension === null) return;
    const isClick = this.#happens('backByClick');
    const isAnswered = !this.#happens('backUnanswered');
    const isBrief = isAnswered && this.#happens('backBrief');
    const isCrossed = this.#happens('backCrossed');
    const crossedAfterMs = pbx.scaled(random.int(300, 6_000));
    const isRepeated = this.#happens('backRepeated');
    const repeatedAfterMs = pbx.scaled(random.int(60_000, 120_000));
    const ringsMs = pbx.scaled(random.int(6_000, random.chance(0.2) ? 45_000 : 24_000));
    const talkMs = pbx.scaled(random.int(500, 9_000));
    const kind = isClick ? 'click-to-call' : 'outbound';
    const drawn = drawPlan(random, { ...pbx.options, habits: NO_HABITS }, pbx.directory, kind);
    const marks: HabitName[] = ['callsBackLater'];
    if (isClick) marks.push('backByClick');
    if (!isAnswered) marks.push('backUnanswered');
    if (isBrief) marks.push('backBrief');
    if (isCrossed) marks.push('backCrossed');
    if (attempt > 1) marks.push('backRepeated');
    const next = begin({
      ...drawn,
      customer: this.#formOf(call.plan.customer),
      extension,
      answerAfterMs: isAnswered ? drawn.answerAfterMs : null,
      leavesAfterMs: isAnswered ? drawn.leavesAfterMs : ringsMs,
      talkMs: isBrief ? talkMs : drawn.talkMs,
      marks,
    });
    if (next === null) return;
    next.truth.callsBack = call.truth.callKey;
    if (isCrossed) pbx.schedule.in(crossedAfterMs, () => this.#callAgain(pbx, call, begin, 'backCrossed'));
    if (isRepeated && (!isAnswered || isBrief) && attempt < MOST_ATTEMPTS)
      pbx.schedule.in(repeatedAfterMs, () => this.#callBack(pbx, call, begin, attempt + 1));
  }

  /** The customer, in any form of the number. */
  #formOf(customer: Customer): Customer {
    const regular = this.#regulars.find(({ today }) => areAlike(today, customer));
    if (regular === undefined || regular.old === null) return customer;
    return this.#happens('oldForms') ? regular.old : regular.today;
  }

  #happens(name: keyof DeskHabits): boolean {
    const share = this.habits[name];
    return share > 0 && this.random.chance(share);
  }
}

/** A customer makes one call at a time: two calls in at once are a company's (the engine's habit `company`). */
function isCalling(live: Pbx['live'], customer: Customer): boolean {
  return [...live.values()].some(
    ({ plan, truth }) => truth.direction === 'inbound' && areAlike(plan.customer, customer),
  );
}
