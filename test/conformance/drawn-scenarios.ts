import { Random } from '../../simulator/random.js';
import type { Transition } from '../../src/core/model/event.js';
import type { DeliveryStage } from './delivery-stage.js';
import { abandoned, answered, ended, started, unheardOf } from './played-calls.js';
import type { Entry, PlayedLog } from './played-log.js';
import { RULES } from './rules.js';
import type { Scenario } from './stream-scenarios.js';
import type { StreamStage } from './stream-stage.js';

const ROUNDS = 12;
const STEPS = 5;

/** What may happen to a connection, and how often it does. */
const MISHAPS = {
  nothing: 8,
  drop: 3,
  cut: 2,
  absence: 2,
  repeat: 2,
  again: 2,
  'another epoch': 2,
  'lost newest': 1,
  wiped: 0.5,
  trimmed: 1,
  gap: 2,
  crash: 1,
} as const;

/** Calls that begin, are answered and end, one transition of a drawn call at a time, as the log's state says. */
class Traffic {
  private calls = 0;

  constructor(private readonly random: Random) {}

  next(log: PlayedLog): Transition[] {
    const alive = Object.entries(log.states.calls);
    if (alive.length === 0 || (alive.length < 6 && this.random.chance(0.4)))
      return [started(`c${(this.calls += 1)}`)];
    const [callId, state] = this.random.pick(alive);
    if (this.random.chance(0.1)) return [unheardOf(callId)];
    if (state !== 'ringing') return [ended(callId)];
    return this.random.chance(0.7) ? [answered(callId)] : abandoned(callId);
  }
}

/** All of it mixed: twelve rounds of five events each, with what happens between them drawn by the seed. */
export function drawnStream(seed: string): Scenario<StreamStage> {
  return {
    name: `a drawn history, seed ${seed}`,
    rule: RULES.together,
    missing: RULES.resume,
    async play(stage) {
      const random = new Random(seed);
      const traffic = new Traffic(random);
      let last: readonly Entry[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const mishaps: string[] = [];
        for (let step = 0; step < STEPS; step++) {
          const mishap = random.weighted(MISHAPS);
          if (mishap !== 'nothing') mishaps.push(mishap);
          stage.begins(`round ${round}: ${mishaps.join(', ') || 'nothing but events'}`);
          await befalls(stage, mishap, last, traffic);
          last = stage.happens(...traffic.next(stage.log));
        }
        await stage.settles();
      }
    },
  };
}

async function befalls(
  stage: StreamStage,
  mishap: keyof typeof MISHAPS,
  last: readonly Entry[],
  traffic: Traffic,
): Promise<void> {
  const { log } = stage;
  switch (mishap) {
    case 'nothing':
      return;
    case 'drop':
      return stage.drops();
    case 'cut':
      return stage.dropsWithin(...traffic.next(log));
    case 'absence':
    case 'trimmed':
      stage.goesAway();
      stage.happens(...traffic.next(log));
      if (mishap === 'trimmed') log.trim();
      return stage.isBack();
    case 'repeat':
      return stage.sendsAgain(last.filter((entry) => log.holds(entry)));
    case 'again':
      return stage.announcesAgain(last.filter((entry) => log.isNewestOf(entry)));
    case 'another epoch':
      return log.continueInNewEpoch();
    case 'lost newest':
      return log.size === 0 ? undefined : stage.losesNewest(Math.min(2, log.size));
    case 'wiped':
      return stage.wipes();
    case 'gap':
      return log.skip(3);
    case 'crash':
      return stage.restarts();
  }
}

/** Calls that overtake each other, repeats, crashes and epochs, mixed. */
export function drawnDeliveries(seed: string): Scenario<DeliveryStage> {
  return {
    name: `a drawn history, seed ${seed}`,
    rule: RULES.together,
    async play(stage) {
      const random = new Random(seed);
      const traffic = new Traffic(random);
      let delivered: readonly Entry[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const mishap = random.weighted({ nothing: 4, repeats: 3, crash: 1, epoch: 2 });
        stage.begins(`round ${round}: ${mishap}`);
        if (mishap === 'crash') await stage.restarts();
        if (mishap === 'epoch') stage.log.continueInNewEpoch();
        const entries = Array.from({ length: STEPS * 2 }, () =>
          stage.happens(...traffic.next(stage.log)),
        ).flat();
        const repeats = mishap === 'repeats' ? delivered.slice(-STEPS) : [];
        for (const batch of inTurns(random, [...entries, ...repeats])) await stage.delivers(...batch);
        await stage.settles();
        delivered = entries;
      }
    },
  };
}

/** Batches in a drawn order, in which each call's events keep theirs and no two of a call are in one batch. */
function inTurns(random: Random, entries: readonly Entry[]): Entry[][] {
  const queues = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { subject } = entry.event;
    queues.set(subject, [...(queues.get(subject) ?? []), entry]);
  }
  const batches: Entry[][] = [];
  while (queues.size > 0) {
    const subjects = [...queues.keys()];
    const batch: Entry[] = [];
    for (let wanted = random.int(1, 4); wanted > 0 && subjects.length > 0; wanted--) {
      const [subject] = subjects.splice(random.int(0, subjects.length - 1), 1);
      const queue = queues.get(subject!)!;
      batch.push(queue.shift()!);
      if (queue.length === 0) queues.delete(subject!);
    }
    batches.push(batch);
  }
  return batches;
}
