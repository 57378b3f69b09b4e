import { type DeskHabits, NO_DESK_HABITS } from './desk-habits.js';
import type { DirectoryOptions } from './directory.js';
import { type EngineHabits, NO_ENGINE_HABITS } from './engine-habits.js';
import type { Sentinel } from './vietnam-time.js';

/** What may be chosen about a simulated world, with the defaults. Every number of milliseconds is real unless it says "before speed". */

export type CallKind = 'queue' | 'ring-group' | 'direct' | 'outbound' | 'click-to-call' | 'local' | 'consult';
export type TrafficKind = Exclude<CallKind, 'consult'>;

export interface TrafficOptions {
  /** In the busy hour, before `speed`: at speed 10 ten times as many arrive in a real hour. 0: only scripted calls. */
  readonly callsPerHour: number;
  /** `office`: two peaks a day in Vietnam time, quiet at night; `flat`: always the busy hour. */
  readonly profile: 'flat' | 'office';
  /** The world makes exactly so many calls, resumed callers and consultations included, and then no more. */
  readonly totalCalls: number;
  /** When the first call comes; without it the first gap is drawn like the others. */
  readonly firstCallAfterMs: number | null;
  readonly mix: Readonly<Record<TrafficKind, number>>;
  /** How often idle devices lose their registration for a while, per hour and before `speed`. */
  readonly unregistersPerHour: number;
}

/** Probabilities of what may happen in a call. */
export interface Habits {
  readonly anonymous: number;
  /** The queue writes the customer's number in another format than the monitor. */
  readonly mixedFormats: number;
  /** The caller hangs up early. */
  readonly impatient: number;
  /** Answered and over within a fraction of a second. */
  readonly short: number;
  /** An agent does not answer the offer, and the next one is rung. */
  readonly declines: number;
  readonly blindTransfer: number;
  readonly attendedTransfer: number;
  readonly hold: number;
  /** An unusual state (empty, null, ACTIVE, DOWN…) for a moment in mid-call. */
  readonly blip: number;
  /** An unusual state before the first usual one. */
  readonly oddStart: number;
  readonly unregister: number;
  readonly overflow: number;
  /** After abandoning: comes back into the same row. */
  readonly resume: number;
  /** After abandoning: calls again and gets a new row beside the lingering one. */
  readonly callAgain: number;
  /** A local call whose two rows carry one call id. */
  readonly oneLocalId: number;
  /** The customer of an outbound call does not pick up. */
  readonly noAnswer: number;
  /** The queue row outlives its call as Answered, by `staleMs`. */
  readonly staleRow: number;
}

/** The names under which the truth says which habits touched a call: the engine's, and those that any traffic has. */
export type HabitName = keyof EngineHabits | keyof Habits | keyof DeskHabits;

/** Where `docs/upstream.md` is not certain, which way this upstream behaves; the marks are explained there. */
export interface Quirks {
  /** How long an Abandoned row lingers: 60 s, or 900 s by FusionPBX's default (mark F). */
  readonly lingerMs: number;
  /** Probability that `call_uuid` is emptied when the row becomes Abandoned (mark F). */
  readonly emptyUuidOnAbandon: number;
  readonly sentinel: Sentinel;
  /** Extensions without a call are listed too (mark S), with their call fields so. */
  readonly listIdle: boolean;
  readonly idleFields: 'empty' | 'null';
  /** The vendor's page contradicts its own sample about outbound numbers (mark D). */
  readonly outboundShape: 'sample' | 'documented';
  /** Answered is set after the bridge (mark F): at most so much later, before speed. */
  readonly bridgeLagMs: number;
  /** `call_time` becomes the instant of the bridge (mark S). */
  readonly callTimeMoves: boolean;
  readonly staleMs: number;
}

export interface WorldOptions {
  readonly seed?: number | string;
  /** Virtual now at the beginning, ms since the epoch. */
  readonly startAt: number;
  /** Divides durations and the gaps between arrivals; instants shown are always the world's own clock. Default 1. */
  readonly speed?: number;
  readonly directory?: Partial<DirectoryOptions>;
  readonly traffic?: Partial<TrafficOptions>;
  readonly habits?: Partial<Habits>;
  readonly quirks?: Partial<Quirks>;
  readonly engine?: Partial<EngineHabits>;
  readonly desk?: Partial<DeskHabits>;
  /** Ended calls that the truth keeps; the oldest go first. Bounds the memory of a long test. */
  readonly truthLimit?: number;
}

export interface Options {
  readonly seed: number | string;
  readonly startAt: number;
  readonly speed: number;
  readonly directory: DirectoryOptions;
  readonly traffic: TrafficOptions;
  readonly habits: Habits;
  readonly quirks: Quirks;
  readonly engine: EngineHabits;
  readonly desk: DeskHabits;
  readonly truthLimit: number;
}

const DEFAULTS: Omit<Options, 'startAt'> = {
  seed: 1,
  speed: 1,
  truthLimit: 200_000,
  directory: { domain: 'demo.tel4vn.com', extensions: 30, doubleRegistered: 3, queues: 3, ringGroups: 2 },
  traffic: {
    callsPerHour: 240,
    profile: 'flat',
    totalCalls: Infinity,
    firstCallAfterMs: null,
    mix: {
      queue: 0.5,
      'ring-group': 0.1,
      direct: 0.12,
      outbound: 0.15,
      'click-to-call': 0.05,
      local: 0.08,
    },
    unregistersPerHour: 2,
  },
  habits: {
    anonymous: 0.03,
    mixedFormats: 0.1,
    impatient: 0.12,
    short: 0.04,
    declines: 0.18,
    blindTransfer: 0.05,
    attendedTransfer: 0.03,
    hold: 0.08,
    blip: 0.04,
    oddStart: 0.1,
    unregister: 0.01,
    overflow: 0.06,
    resume: 0.2,
    callAgain: 0.15,
    oneLocalId: 0.5,
    noAnswer: 0.25,
    staleRow: 0,
  },
  quirks: {
    lingerMs: 60_000,
    emptyUuidOnAbandon: 0.5,
    sentinel: 'epoch',
    listIdle: true,
    idleFields: 'empty',
    outboundShape: 'sample',
    bridgeLagMs: 400,
    callTimeMoves: true,
    staleMs: 4 * 3_600_000,
  },
  engine: NO_ENGINE_HABITS,
  desk: NO_DESK_HABITS,
};

/** Nothing unusual ever happens: for tests that script their calls. */
export const NO_HABITS: Habits = Object.fromEntries(
  Object.keys(DEFAULTS.habits).map((name) => [name, 0]),
) as unknown as Habits;

export function withDefaults(options: WorldOptions): Options {
  return {
    seed: options.seed ?? DEFAULTS.seed,
    startAt: options.startAt,
    speed: options.speed ?? DEFAULTS.speed,
    truthLimit: options.truthLimit ?? DEFAULTS.truthLimit,
    directory: { ...DEFAULTS.directory, ...options.directory },
    traffic: { ...DEFAULTS.traffic, ...options.traffic },
    habits: { ...DEFAULTS.habits, ...options.habits },
    quirks: { ...DEFAULTS.quirks, ...options.quirks },
    engine: { ...DEFAULTS.engine, ...options.engine },
    desk: { ...DEFAULTS.desk, ...options.desk },
  };
}
