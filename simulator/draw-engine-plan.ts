import type { Directory } from './directory.js';
import type { Engine } from './engine.js';
import type { ShareName } from './engine-habits.js';
import { type Customer, withheldCustomer } from './numbers.js';
import type { HabitName } from './options.js';
import type { CallPlan } from './plan.js';

/** What else the drawing needs of the world. */
export interface Drawing {
  readonly engine: Engine;
  readonly directory: Directory;
  readonly scaled: (ms: number) => number;
  /** The numbers of companies, of whom several people call. */
  readonly companies: readonly Customer[];
}

/** The plan as the habits of the engine have it. Without habits it is the plan that was given, and nothing is drawn. */
export function withHabits(plan: CallPlan, { engine, directory, scaled, companies }: Drawing): CallPlan {
  const { habits, random } = engine;
  const { kind } = plan;
  const marks: HabitName[] = [];
  const happens = (name: ShareName): boolean => engine.happens(name);
  /** Of what certainly happens; the rest is marked when it does. */
  const isMarked = (name: ShareName): boolean => {
    if (!happens(name)) return false;
    marks.push(name);
    return true;
  };
  const seconds = (low: number, high: number): number => scaled(random.int(low * 1000, high * 1000));
  const isQueue = kind === 'queue';
  const rings = kind === 'direct' || kind === 'ring-group';
  const inbound = isQueue || rings;
  const answers = plan.answerAfterMs !== null;

  const isCompany = inbound && companies.length > 0 && isMarked('company');
  const isWithheld = inbound && !isCompany && isMarked('withheld');
  const customer = isCompany ? random.pick(companies) : isWithheld ? withheldCustomer(random) : plan.customer;
  const isSameSecond = isQueue && isMarked('sameSecond');
  const blinks = isQueue && answers && happens('blinks');
  const neverRings = kind === 'direct' && happens('neverRings');
  const ringAllQueues = directory.queues.filter(({ strategy }) => strategy === 'ring-all');
  const waits = isQueue && ringAllQueues.length > 0 && happens('longWait') ? seconds(180, 1200) : null;
  const hunts = kind === 'ring-group' && isMarked('huntGroup');
  const comesBack = isQueue && happens('resumes');
  const talkMs = blinks ? random.int(350, 450) : plan.talkMs;
  const inTalk = (low: number, high: number): number =>
    Math.round(talkMs * (low + random.next() * (high - low)));
  const transfer = blinks ? null : transferOf(plan, engine, inTalk, seconds);
  return {
    ...plan,
    customer,
    talkMs,
    queue: waits === null ? plan.queue : random.pick(ringAllQueues),
    answerAfterMs: neverRings ? null : plan.answerAfterMs,
    // Half of those who wait long give up in the end, and the others are answered.
    leavesAfterMs: waits === null ? plan.leavesAfterMs : Math.round(waits * (random.chance(0.5) ? 0.9 : 1.5)),
    bridgeLagMs: habits.timing ? random.int(30, 120) : plan.bridgeLagMs,
    emptyUuid: habits.emptiesUuid || plan.emptyUuid,
    staleRow: plan.staleRow || (isQueue && happens('staleAnswered')),
    overflow:
      waits !== null
        ? null
        : plan.overflow !== null && habits.timing && random.chance(0.3)
          ? { ...plan.overflow, to: 'extension' }
          : plan.overflow,
    again: comesBack ? { as: 'resume', afterMs: seconds(3, 40) } : plan.again,
    unregister:
      answers && happens('signsOff')
        ? { afterMs: inTalk(0.1, 0.5), forMs: random.chance(0.6) ? seconds(2, 9) : seconds(12, 60) }
        : plan.unregister,
    transfer,
    engine: {
      neverRings,
      blinks,
      pickup: rings && happens('pickup') ? { by: null, code: random.pick(['**', '*8'] as const) } : null,
      huntMs: hunts ? seconds(5, 8) : null,
      rejects: kind === 'ring-group' && !hunts && happens('rejects') ? random.int(1, 2) : 0,
      supervises:
        answers && !blinks && kind !== 'local' && happens('supervises')
          ? {
              afterMs: inTalk(0.1, 0.5),
              forMs: random.chance(0.15) ? null : Math.max(500, inTalk(0.1, 0.4)),
              code: random.pick(['*33', '*34', '*88'] as const),
            }
          : null,
      mobileAgent: isQueue && waits === null && happens('mobileAgents'),
      stuckAfterMs: isQueue && happens('stuckTrying') ? random.int(20, 50) : null,
      leavesAtAnswerMs: isQueue && happens('leavesAtAnswer') ? random.int(0, 80) : null,
      waitsMs: waits,
      requeueAfterMs:
        isQueue && !blinks && transfer === null && directory.queues.length > 1 && happens('queueToQueue')
          ? inTalk(0.1, 0.5)
          : null,
      ringWait: kind === 'click-to-call' && happens('ringWait'),
      callsBackAfterMs:
        inbound && !isWithheld && customer.e164 !== null && happens('callsBack')
          ? scaled(random.int(500, 4000))
          : null,
      companion: isSameSecond
        ? { afterMs: random.int(0, 700), kind: 'same-queue' }
        : isCompany
          ? { afterMs: seconds(0, 8), kind: random.pick(['queue', 'direct'] as const) }
          : null,
    },
    marks,
  };
}

/** An outbound or a semi-attended transfer, or the one that was planned, and what comes of it. */
function transferOf(
  plan: CallPlan,
  engine: Engine,
  inTalk: (low: number, high: number) => number,
  seconds: (low: number, high: number) => number,
): CallPlan['transfer'] {
  const { random } = engine;
  const { kind } = plan;
  const isOutbound = kind === 'outbound' || kind === 'click-to-call';
  let { transfer } = plan;
  if (isOutbound && engine.happens('outboundTransfers')) {
    const as = random.pick(['blind', 'attended', 'semi-attended'] as const);
    transfer = {
      as,
      to: null,
      afterMs: inTalk(0.1, 0.4),
      ringMs: seconds(2, 8),
      answered: true,
      instead: null,
    };
  } else if (kind !== 'local' && !isOutbound && engine.happens('semiAttended')) {
    transfer = {
      as: 'semi-attended',
      to: null,
      afterMs: inTalk(0.1, 0.4),
      ringMs: seconds(3, 8),
      answered: true,
      instead: null,
    };
  }
  if (transfer === null) return null;
  const instead = engine.happens('targetSilent') ? 'silent' : engine.happens('givenUp') ? 'given-up' : null;
  return instead === null ? transfer : { ...transfer, answered: false, instead };
}
