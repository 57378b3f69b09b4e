import { createHash } from 'node:crypto';
import { Random } from '../../simulator/random.js';
import { createWorld, type WorldOptions } from '../../simulator/world.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { expectHonestTimes } from '../support/honest.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Agenda } from './agenda.js';
import { type FaultGaps, StoreFaults } from './faulty-store.js';
import { BridgeProcess, EventLog, type Pace, type ProcessDeps } from './rig.js';

/** A simulated day of one tenant. Gaps are means, in ms of virtual time. */
export interface DayPlan extends Omit<WorldOptions, 'startAt'> {
  readonly seed: string;
  readonly startAt?: number;
  readonly durationMs: number;
  readonly pace: Pace;
  readonly latencyMs: ProcessDeps['latencyMs'];
  readonly spoiled: number;
  readonly registrationsMs: number | null;
  readonly faultsEveryMs: FaultGaps;
  /** Restarts, and kills: at any moment, during a request, during a commit. */
  readonly endsEveryMs: number;
  /** How often the wall clock is set; Infinity: never. */
  readonly clockStepsEveryMs: number;
}

export interface DayResult {
  /** The JSON of each event, in the order of the log, over all epochs. */
  readonly events: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  /** Of the faults of the store alone. */
  readonly faults: ReadonlyMap<string, number>;
}

export const ENDS = ['restart', 'kill', 'kill in a poll', 'kill in a commit'] as const;
/** A process that was killed is back within so long. */
const DOWN_MS = 20_000;
const MAX_SKEW_MS = 180_000;
const STOPPING_MS = 120_000;

export async function runDay(plan: DayPlan): Promise<DayResult> {
  const { seed, durationMs, startAt = Date.UTC(2026, 2, 2, 1) } = plan;
  const world = createWorld({ ...plan, startAt });
  const time = new VirtualTime(startAt);
  const faults = new StoreFaults(seed, startAt, plan.faultsEveryMs);
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  let ids = 0;
  let skewMs = 0;
  const log = new EventLog(() => time.now + skewMs);
  let killIn: 'poll' | 'commit' | null = null;
  let process: BridgeProcess | null = null;

  const begin = () => {
    process = new BridgeProcess({
      ...plan,
      world,
      time,
      log,
      faults,
      clock: () => time.now + skewMs,
      newId: (of) => `${of}${++ids}`,
      using: (what, takesMs) => {
        if (killIn !== what || process === null) return;
        killIn = null;
        kill(`kill in a ${what}`, new Random(`${seed} moment ${time.now}`).int(0, takesMs));
      },
      count,
    });
  };
  const kill = (name: string, afterMs: number) => {
    const victim = process;
    process = null;
    void time.pass(afterMs).then(async () => {
      victim?.kill();
      count(name);
      await time.pass(new Random(`${seed} down ${time.now}`).int(0, DOWN_MS));
      begin();
    });
  };
  const restart = async () => {
    const old = process;
    process = null;
    await old?.stop();
    count('restart');
    begin();
  };

  const ends = new Agenda(`${seed} ends`, startAt, plan.endsEveryMs, ENDS);
  planned(time, ends, (end) => {
    if (process === null) return;
    if (end === 'restart') void restart();
    else if (end === 'kill') kill(end, 0);
    else killIn = end === 'kill in a poll' ? 'poll' : 'commit';
  });
  const steps = new Agenda(`${seed} clock`, startAt, plan.clockStepsEveryMs, ['clock step']);
  planned(time, steps, (step) => {
    skewMs = new Random(`${seed} skew ${time.now}`).int(-MAX_SKEW_MS, MAX_SKEW_MS);
    count(step);
  });

  begin();
  await time.runUntil(startAt + durationMs);
  const stopped = (process as BridgeProcess | null)?.stop();
  await time.runUntil(startAt + durationMs + STOPPING_MS);
  await stopped;
  const events = await log.all();
  await log.store.close();
  expectHonestTimes(events.map((json) => JSON.parse(json) as BridgeEvent));
  counts.set('calls', world.truth.length);
  counts.set('events', events.length);
  return { events, counts, faults: faults.injected };
}

/** Acts on each entry of the agenda when it is due. */
function planned<Kind extends string>(
  time: VirtualTime,
  agenda: Agenda<Kind>,
  act: (kind: Kind) => void,
): void {
  if (agenda.nextAt === Infinity) return;
  void time.pass(agenda.nextAt - time.now).then(() => {
    const kind = agenda.take(time.now);
    if (kind !== null) act(kind);
    planned(time, agenda, act);
  });
}

export interface Hashes {
  readonly whole: string;
  /** Without the texts of reasons, which may be reworded. */
  readonly noReason: string;
}

export function hashesOf(events: readonly string[]): Hashes {
  const [whole, noReason] = [createHash('sha256'), createHash('sha256')];
  for (const json of events) {
    whole.update(`${json}\n`);
    noReason.update(`${withoutReason(json)}\n`);
  }
  return { whole: whole.digest('hex'), noReason: noReason.digest('hex') };
}

function withoutReason(json: string): string {
  return JSON.stringify(JSON.parse(json), (name, value: unknown) => (name === 'reason' ? undefined : value));
}
