import type { Directory, Extension, Queue, RingGroup } from './directory.js';
import { type EnginePlan, type EngineScript, NO_ENGINE_PLAN } from './engine-plan.js';
import { type Customer, customerOf, drawCustomer } from './numbers.js';
import { type HabitName, NO_HABITS, type Options, type TrafficKind } from './options.js';
import type { Random } from './random.js';

/**
 * Everything that is decided about a call before it begins: drawn from the seed for traffic, or written by a person
 * (`CallScript`). Durations are real milliseconds, `speed` already applied. Null means that it does not happen.
 *
 * At most one thing happens in mid-talk (hold, blip, lost registration, transfer): each has its own tests, and a
 * viewer can follow it.
 */
export interface CallPlan {
  readonly kind: TrafficKind;
  readonly customer: Customer;
  readonly queue: Queue | null;
  readonly ringGroup: RingGroup | null;
  /** Direct: the extension that is rung. Outbound and local: the one that calls. Null: any free one. */
  readonly extension: Extension | null;
  /** Local: the extension that is called. */
  readonly peer: Extension | null;
  /** The caller hangs up after this long without an answer. */
  readonly leavesAfterMs: number | null;
  /** How long the extension that answers rings first. */
  readonly answerAfterMs: number | null;
  /** How many agents do not answer their offer first. */
  readonly declines: number;
  readonly ringTimeoutMs: number;
  readonly talkMs: number;
  /** Click-to-call: how long the agent's own extension rings first. */
  readonly pickUpMs: number;
  readonly bridgeLagMs: number;
  readonly overflow: { readonly afterMs: number; readonly to: 'queue' | 'ring-group' | 'extension' } | null;
  readonly again: { readonly as: 'resume' | 'new-row'; readonly afterMs: number } | null;
  readonly hold: Episode | null;
  readonly blip: (Episode & { readonly state: string | null }) | null;
  readonly unregister: Episode | null;
  readonly transfer: {
    readonly as: 'blind' | 'attended' | 'semi-attended';
    readonly to: Extension | null;
    readonly afterMs: number;
    readonly ringMs: number;
    /** Blind: otherwise the caller hangs up while the new extension rings. */
    readonly answered: boolean;
    /** What comes of it instead: the target does not answer, or the caller leaves while it rings. */
    readonly instead: 'silent' | 'given-up' | null;
  } | null;
  readonly oddStart: { readonly state: string | null; readonly forMs: number } | null;
  readonly oneLocalId: boolean;
  readonly emptyUuid: boolean;
  readonly staleRow: boolean;
  /** What the engine's habits make of the call. */
  readonly engine: EnginePlan;
  /** The habits of which the plan itself is a case: a withheld number, a talk of 0.4 s. */
  readonly marks: readonly HabitName[];
}

interface Episode {
  readonly afterMs: number;
  readonly forMs: number;
}

/** A call as a person asks for it: what is left out takes an ordinary value, and nothing unusual happens. */
export interface CallScript {
  readonly kind: TrafficKind;
  readonly customer?: string;
  /** Name or uuid. */
  readonly queue?: string;
  readonly ringGroup?: string;
  /** Number or uuid. */
  readonly extension?: string;
  readonly peer?: string;
  /** How long it rings before it is answered; null: it is not answered. */
  readonly answerAfterMs?: number | null;
  /** How long the caller waits unanswered at most; null: for ever. */
  readonly leavesAfterMs?: number | null;
  readonly talkMs?: number;
  readonly pickUpMs?: number;
  readonly declines?: number;
  readonly ringTimeoutMs?: number;
  readonly bridgeLagMs?: number;
  readonly oneLocalId?: boolean;
  readonly emptyUuid?: boolean;
  readonly staleRow?: boolean;
  readonly hold?: Episode;
  readonly unregister?: Episode;
  readonly blip?: Episode & { readonly state: string | null };
  readonly oddStart?: { readonly state: string | null; readonly forMs: number };
  readonly overflow?: { readonly afterMs: number; readonly to: 'queue' | 'ring-group' | 'extension' };
  readonly again?: { readonly as: 'resume' | 'new-row'; readonly afterMs: number };
  readonly transfer?: {
    readonly as: 'blind' | 'attended' | 'semi-attended';
    readonly to?: string;
    readonly afterMs: number;
    readonly ringMs?: number;
    readonly answered?: boolean;
    readonly instead?: 'silent' | 'given-up';
  };
  readonly engine?: EngineScript;
}

/** States other than RINGING and ONCALL that the upstream may show (`docs/upstream.md`, mark S). */
const ODD_STARTS = ['EARLY', 'DIALING', 'RING_WAIT', '', null];
const ODD_STATES = ['ACTIVE', 'DOWN', 'UNHELD', '', null];

export function drawPlan(
  random: Random,
  options: Options,
  directory: Directory,
  kind: TrafficKind,
): CallPlan {
  const { habits, quirks } = options;
  const scaled = (ms: number): number => Math.max(1, Math.round(ms / options.speed));
  const seconds = (low: number, high: number): number => scaled(1000 * (low + random.next() * (high - low)));
  const inbound = kind === 'queue' || kind === 'ring-group' || kind === 'direct';

  const short = random.chance(habits.short);
  const ringMs = kind === 'queue' ? seconds(2, 9) : seconds(3, 14);
  const talkMs = short ? seconds(0.05, 0.6) : scaled(1000 * Math.min(3600, random.logNormal(110)) + 3000);
  const patience = kind === 'queue' ? scaled(8000 + random.exponential(90_000)) : seconds(28, 40);
  const declines = kind === 'queue' && random.chance(habits.declines) ? random.int(1, 2) : 0;
  const noAnswer = !inbound && random.chance(habits.noAnswer);
  const inTalk = (): Episode => ({
    afterMs: Math.round(talkMs * (0.1 + 0.3 * random.next())),
    forMs: Math.max(1, Math.round(talkMs * (0.05 + 0.3 * random.next()))),
  });
  const episode = short ? 'none' : drawEpisode(random, options, inbound);
  const transfer = episode === 'blindTransfer' || episode === 'attendedTransfer';
  return {
    kind,
    customer: drawCustomer(random, habits),
    queue: kind === 'queue' ? random.pick(directory.queues) : null,
    ringGroup: kind === 'ring-group' ? random.pick(directory.ringGroups) : null,
    extension: null,
    peer: null,
    leavesAfterMs: random.chance(habits.impatient) ? seconds(0.2, 6) : patience,
    answerAfterMs: noAnswer ? null : short && random.chance(0.5) ? seconds(0.05, 0.4) : ringMs,
    declines,
    ringTimeoutMs: seconds(10, 15),
    talkMs,
    pickUpMs: seconds(1, 5),
    bridgeLagMs: scaled(quirks.bridgeLagMs * random.next()),
    overflow: random.chance(habits.overflow)
      ? { afterMs: seconds(10, 30), to: random.chance(0.5) ? 'queue' : 'ring-group' }
      : null,
    again: random.chance(habits.resume)
      ? { as: 'resume', afterMs: seconds(3, 40) }
      : random.chance(habits.callAgain)
        ? { as: 'new-row', afterMs: seconds(3, 40) }
        : null,
    hold: episode === 'hold' ? inTalk() : null,
    blip: episode === 'blip' ? { ...inTalk(), forMs: seconds(0.5, 3), state: random.pick(ODD_STATES) } : null,
    unregister: episode === 'unregister' ? inTalk() : null,
    transfer: transfer
      ? {
          as: episode === 'blindTransfer' ? 'blind' : 'attended',
          to: null,
          afterMs: inTalk().afterMs,
          ringMs: seconds(2, 8),
          answered: random.chance(0.85),
          instead: null,
        }
      : null,
    oddStart: random.chance(habits.oddStart)
      ? { state: random.pick(ODD_STARTS), forMs: seconds(0.2, 1.5) }
      : null,
    oneLocalId: random.chance(habits.oneLocalId),
    emptyUuid: random.chance(quirks.emptyUuidOnAbandon),
    staleRow: random.chance(habits.staleRow),
    engine: NO_ENGINE_PLAN,
    marks: [],
  };
}

/** @throws Error in one line, when the script names an extension or a queue that does not exist. */
export function planOf(random: Random, options: Options, directory: Directory, script: CallScript): CallPlan {
  const ordinary = drawPlan(random, { ...options, habits: NO_HABITS }, directory, script.kind);
  const { customer, queue, ringGroup, extension, peer, transfer, engine, ...same } = script;
  const extensionOf = (name: string): Extension =>
    known(
      directory.extensions.find(({ number, uuid }) => number === name || uuid === name),
      `extension ${name}`,
    );
  return {
    ...ordinary,
    ...same,
    ...(customer === undefined ? {} : { customer: customerOf(customer) }),
    ...(queue === undefined
      ? {}
      : {
          queue: known(
            directory.queues.find(({ name, uuid }) => name === queue || uuid === queue),
            `queue ${queue}`,
          ),
        }),
    ...(ringGroup === undefined
      ? {}
      : {
          ringGroup: known(
            directory.ringGroups.find(({ name }) => name === ringGroup),
            `ring group ${ringGroup}`,
          ),
        }),
    ...(extension === undefined ? {} : { extension: extensionOf(extension) }),
    ...(peer === undefined ? {} : { peer: extensionOf(peer) }),
    ...(transfer === undefined
      ? {}
      : {
          transfer: {
            as: transfer.as,
            afterMs: transfer.afterMs,
            to: transfer.to === undefined ? null : extensionOf(transfer.to),
            ringMs: transfer.ringMs ?? 4000,
            answered: transfer.answered ?? transfer.instead === undefined,
            instead: transfer.instead ?? null,
          },
        }),
    ...(engine === undefined
      ? {}
      : {
          engine: {
            ...NO_ENGINE_PLAN,
            ...engine,
            pickup:
              engine.pickup === undefined
                ? null
                : {
                    ...engine.pickup,
                    by: engine.pickup.by === undefined ? null : extensionOf(engine.pickup.by),
                  },
          },
        }),
  };
}

type EpisodeKind = 'hold' | 'blip' | 'unregister' | 'blindTransfer' | 'attendedTransfer' | 'none';

function drawEpisode(random: Random, { habits }: Options, inbound: boolean): EpisodeKind {
  const odds = {
    hold: habits.hold,
    blip: habits.blip,
    unregister: habits.unregister,
    // How the vendor shows a transferred outbound call is not known; only inbound ones are transferred here.
    blindTransfer: inbound ? habits.blindTransfer : 0,
    attendedTransfer: inbound ? habits.attendedTransfer : 0,
  };
  const usual = 1 - Object.values(odds).reduce((sum, odd) => sum + odd, 0);
  return random.weighted<EpisodeKind>({ ...odds, none: Math.max(1e-9, usual) });
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`There is no ${what}`);
  return found;
}
