import type { DayPlan } from './guard-day.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const fast: DayPlan['latencyMs'] = (_, random) => random.int(20, 80);

/** An endpoint hangs at intervals for 15 seconds: most requests time out, some are answered seconds late. */
const hanging: DayPlan['latencyMs'] = (endpoint, random, now) => {
  const stretch = Math.floor(now / (20 * MINUTE));
  const isHanging = stretch % 3 !== (endpoint === 'queue' ? 0 : 1) && now % (20 * MINUTE) < 25 * SECOND;
  if (!isHanging) return random.chance(0.02) ? random.int(80, 3_000) : random.int(20, 80);
  return random.chance(0.3) ? random.int(20, 4_900) : 5_000;
};

const FAULTS = { commit: 90 * SECOND, touch: 4 * MINUTE, claim: 6 * MINUTE, read: 30 * MINUTE };
const DAY = { durationMs: 24 * HOUR, registrationsMs: null, spoiled: 0.005 };
const FIXED = { intervalMs: 1_500, adaptive: null };
const ADAPTIVE = {
  intervalMs: 1_000,
  adaptive: { minIntervalMs: 300, maxIntervalMs: 4_000, budgetPerHour: 0 },
};

/** As many calls of each kind. */
const EVEN = { queue: 1, 'ring-group': 1, direct: 1, outbound: 1, 'click-to-call': 1, local: 1 };

/** The fifth day is free of faults: a difference there comes from the core or the pace, not from how faults are handled. */
export const DAYS: readonly DayPlan[] = [
  {
    ...DAY,
    seed: 'guard 1: office',
    pace: FIXED,
    latencyMs: fast,
    registrationsMs: 2 * MINUTE,
    traffic: { profile: 'office', callsPerHour: 120, unregistersPerHour: 4 },
    faultsEveryMs: FAULTS,
    endsEveryMs: 12 * MINUTE,
    clockStepsEveryMs: Infinity,
  },
  {
    ...DAY,
    seed: 'guard 2: adaptive, hanging',
    pace: ADAPTIVE,
    latencyMs: hanging,
    traffic: { profile: 'flat', callsPerHour: 45, mix: EVEN },
    quirks: { listIdle: false, sentinel: 'go', emptyUuidOnAbandon: 1 },
    faultsEveryMs: { ...FAULTS, commit: 4 * MINUTE },
    endsEveryMs: 20 * MINUTE,
    clockStepsEveryMs: Infinity,
  },
  {
    ...DAY,
    seed: 'guard 3: clock steps',
    pace: FIXED,
    latencyMs: fast,
    traffic: { profile: 'office', callsPerHour: 120 },
    quirks: { lingerMs: 900_000, outboundShape: 'documented' },
    faultsEveryMs: FAULTS,
    endsEveryMs: 30 * MINUTE,
    clockStepsEveryMs: 15 * MINUTE,
  },
  {
    ...DAY,
    seed: 'guard 4: clock steps, adaptive, hanging',
    pace: ADAPTIVE,
    latencyMs: hanging,
    registrationsMs: 5 * MINUTE,
    traffic: { profile: 'flat', callsPerHour: 45 },
    quirks: { idleFields: 'null', callTimeMoves: false },
    habits: { staleRow: 0.02 },
    faultsEveryMs: { ...FAULTS, commit: 6 * MINUTE },
    endsEveryMs: 45 * MINUTE,
    clockStepsEveryMs: 25 * MINUTE,
  },
  {
    ...DAY,
    seed: 'guard 5: no faults',
    pace: { intervalMs: 3_000, adaptive: null },
    latencyMs: fast,
    spoiled: 0,
    traffic: { profile: 'flat', callsPerHour: 60 },
    habits: { blindTransfer: 0.15, attendedTransfer: 0.15, hold: 0.2, overflow: 0.2 },
    faultsEveryMs: {},
    endsEveryMs: Infinity,
    clockStepsEveryMs: Infinity,
  },
];
