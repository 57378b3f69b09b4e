import { DEFAULT_DESK_RULES, type DeskRules } from '../../../src/core/desk-rules.js';
import type { BridgeEvent } from '../../../src/core/model/event.js';
import { until } from '../../support/until.js';
import { judgeAgreement } from '../desk-agreement.js';
import { judgeDesk, type StoredDesk, storedDesk } from '../desk-verdict.js';
import { type Durable, durable } from '../redis-in-use.js';
import { type Rig, type RigSetup, withRig } from '../rig.js';
import { type Chaos, type Scenario, times } from '../scenario.js';

/** At this speed conversations still last for the ten seconds after which they count, and callers wait for longer than five. */
const SPEED = 4;
const LIMITS = { waiting: 2, longestWait: 12 };

const RULES: DeskRules = {
  ...DEFAULT_DESK_RULES,
  shortAbandonMs: 2_000,
  thresholds: [
    { queue: null, rule: 'waiting', limit: LIMITS.waiting },
    { queue: null, rule: 'longestWait', limit: LIMITS.longestWait },
  ],
};

/** Many callers give up, and agents and customers call one another back in every way. */
const SETUP = {
  redis: durable,
  speed: SPEED,
  rows: new Map([['acme', { thresholds: [LIMITS] }]]),
  env: { SHORT_ABANDON_MS: String(RULES.shortAbandonMs) },
  world: {
    // The PBX's minute at this speed, which is longer than a bridge takes to start: what it shows of a caller who gave up is not
    // lost with a kill.
    quirks: { lingerMs: 15_000 },
    desk: {
      regulars: 0.3,
      oldForms: 0.4,
      ownNumbers: 0.03,
      givesUp: 0.4,
      callsBackLater: 0.8,
      backUnanswered: 0.3,
      backBrief: 0.2,
      backByClick: 0.3,
      backCrossed: 0.2,
      backRepeated: 0.6,
      callsAgainLater: 0.4,
    },
  },
} satisfies RigSetup<Durable>;

export const deskFailedOver: Scenario = {
  row: 43,
  testedIn: 'test/desk/desk.spec.ts',
  fault: 'SIGKILL and SIGSTOP of the owner of a desk, and restarts of Redis, each of which begins an epoch',
  invariant:
    'every caller who gave up is owed one call, which the right call closes; thresholds and numbers are counted once',
  run: (chaos) =>
    withRig(chaos, SETUP, async (rig) => {
      const { tally, random, say, long } = chaos;
      await rig.replicas(2);
      const rounds = times(chaos, 1, 6);
      for (let round = 1; round <= rounds; round++) {
        for (const fault of [killedOwner, stoppedOwner, restartedRedis]) {
          await rig.polled(random.int(times(chaos, 25, 60), times(chaos, 40, 100)));
          await rig.shared();
          await rig.anyMoment();
          await fault(rig, chaos);
          tally.injected += 1;
        }
        say(`${round} of ${rounds} rounds`);
      }
      // The calls that were begun before the last fault come to their ends.
      await rig.polled(times(chaos, 40, 400));
      await rig.settle();
      const { stored, sequence } = await standing(rig);
      // A poll that was answered may have died with the bridge before its commit.
      const { events, report } = await rig.verdict({ sightings: 3 });
      const judged = { report, events: upTo(sequence, events) };
      judgeAgreement(judged.events, stored, tally);
      const { callbacks, thresholds } = judgeDesk(rig.pbx(), judged, stored, RULES, tally);
      const { due, missed, tried, closed, closedByAttempt } = callbacks;
      const { crossed, cleared } = thresholds;
      const reasons = Object.entries(closed).map(([reason, count]) => `${reason} ${count}`);
      tally.notes.push(
        `${stored.records.length} calls in the history; ${due} due, ${missed} missed, ${tried} tried, closed ${reasons.join(', ') || 'none'}, ` +
          `by an attempt ${closedByAttempt.sure} surely and ${closedByAttempt.probable} probably; ${crossed} crossed, ${cleared} cleared`,
      );
      const wasTried = due > 0 && crossed > 0 && (!long || (missed > due && tried > 0 && cleared > 0));
      tally.demand(wasTried, 'nothing was owed, tried, crossed or cleared');
    }),
};

export const deskKilledInCommit: Scenario = {
  row: 44,
  testedIn: 'src/poll/cycle/desk-claims.property.spec.ts',
  fault: 'SIGKILL of the bridge while many calls end at once',
  invariant: 'history, tables, call-backs and events agree with one another',
  run: (chaos) =>
    withRig(chaos, SETUP, async (rig) => {
      const { tally, random, say } = chaos;
      const [bridge] = await rig.replicas(1);
      const kills = times(chaos, 3, 24);
      const atOnce = times(chaos, 10, 20);
      const { world } = rig.pbx();
      for (let kill = 1; kill <= kills; kill++) {
        const live = () => world.truth.filter(({ endedAt }) => endedAt === null);
        await until(() => live().length >= atOnce, 'calls that are alive');
        await rig.polled(3);
        for (const { callKey } of live()) if (random.chance(0.8)) world.hangUp(callKey);
        // Two answers confirm that they are gone: the commit follows the second, and a busy machine is late.
        await rig.polled(random.int(1, 3));
        await rig.anyMoment();
        await bridge!.kill();
        tally.injected += 1;
        await bridge!.start();
        if (kill % 6 === 0) say(`${kill} of ${kills} kills`);
      }
      await rig.polled(20);
      await rig.settle();
      const { stored, sequence } = await standing(rig);
      const events = upTo(sequence, await rig.agreed());
      judgeAgreement(events, stored, tally);
      const of = (type: string) => events.filter((event) => event.type === type).length;
      tally.notes.push(
        `${stored.records.length} calls in the history, at most ${mostOf(events)} ends in one commit, ${of('callback-due')} due, ${of('callback-updated')} updated`,
      );
      tally.demand(
        of('callback-due') > 0 && mostOf(events) >= 5,
        'no caller was owed a call, or calls did not end at once',
      );
    }),
};

async function killedOwner(rig: Rig<Durable>): Promise<void> {
  const owner = rig.owner();
  const before = await rig.claimed();
  await owner.kill();
  await rig.takenOver(before);
  await owner.start();
}

/** Past its lease: another replica takes over, and it wakes up with what it knew before. */
async function stoppedOwner(rig: Rig<Durable>): Promise<void> {
  const { service } = rig.owner();
  const before = await rig.claimed();
  service.signal('SIGSTOP');
  try {
    await rig.takenOver(before);
    await rig.polled(10);
  } finally {
    service.signal('SIGCONT');
  }
  await rig.polled(10);
}

async function restartedRedis(rig: Rig<Durable>, { tally }: Chaos): Promise<void> {
  const epoch = await rig.epoch();
  await rig.redis.restart();
  tally.kinds.failover += 1;
  await until(async () => ((await rig.book.place('acme'))?.epoch ?? epoch) !== epoch, 'a new epoch');
}

/** What is stored, and the sequence that the log had reached in the same moment. */
async function standing(rig: Rig<Durable>): Promise<{ stored: StoredDesk; sequence: number }> {
  for (;;) {
    const before = (await rig.book.place('acme'))?.sequence;
    const stored = await storedDesk(rig);
    const after = (await rig.book.place('acme'))?.sequence;
    if (before !== undefined && before === after) return { stored, sequence: before };
  }
}

/** Time goes on, and closes call-backs: the log and what was stored are compared as of one commit. */
function upTo(sequence: number, events: readonly BridgeEvent[]): readonly BridgeEvent[] {
  return events.filter((event) => Number(event.sequence) <= sequence);
}

/** How many calls ended in one commit at most. */
function mostOf(events: readonly BridgeEvent[]): number {
  const commits = new Map<string, number>();
  for (const { type, recordedtime } of events)
    if (type === 'call-ended') commits.set(recordedtime, (commits.get(recordedtime) ?? 0) + 1);
  return Math.max(0, ...commits.values());
}
