import type { Reason } from './judge-reasons.js';
import type { TruthEvent } from './truth.js';

/**
 * The judge's input and output. The event's shape is declared here again, from `events.md`, on purpose: the judge shares no
 * type with the bridge.
 */
export interface JudgedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly recordedtime: string;
  readonly sequence: string;
  readonly epoch: string;
  /** Of `call-*` events; other types are not judged. */
  readonly data: JudgedCall;
}

export interface JudgedNumber {
  readonly raw: string;
  readonly e164: string | null;
  readonly national: string | null;
}

export interface JudgedAgent {
  readonly id: string | null;
  readonly name: string | null;
  readonly username: string | null;
  readonly extension: string | null;
}

export interface JudgedCall {
  readonly tenant: string;
  readonly callId: string;
  readonly linkedCallIds: readonly string[];
  readonly upstreamIds: readonly string[];
  readonly direction: string;
  readonly state: string;
  readonly customer: JudgedNumber | null;
  readonly hotline: JudgedNumber | null;
  readonly queue: { readonly id: string; readonly name: string } | null;
  readonly queues: readonly { readonly id: string; readonly name: string }[];
  readonly agent: JudgedAgent | null;
  readonly extensions: readonly {
    readonly extension: string;
    readonly extensionId: string | null;
    readonly agentName: string | null;
    readonly state: string;
  }[];
  readonly offer?:
    | { readonly extension: string; readonly extensionId: string | null; readonly outcome: string | null }
    | undefined;
  readonly transferredFrom?: { readonly extension: string } | undefined;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly waitMs: number | null;
  readonly talkMs: number | null;
  readonly outcome: string | null;
  readonly stale?: boolean | undefined;
  readonly baseline: boolean;
  readonly observed: {
    readonly earliest: string | null;
    readonly latest: string;
    readonly certainty: string;
    readonly precisionMs?: number | null | undefined;
  };
}

export interface JudgeOptions {
  /** As the bridge is configured; defaults as in `docs/configuration.md`. */
  readonly absencePolls?: number;
  readonly abandonedLookbackMs?: number;
  /** Only what polls up to here could show is demanded. Default: the last poll. */
  readonly until?: number;
  /** A state must have been visible to so many polls to be demanded: more than 1 when polls may have been lost with a killed bridge. */
  readonly sightingsToDemand?: number;
  /** How far clocks and rounding may be apart. */
  readonly toleranceMs?: number;
  /** How long the bridge may take from an answer to the commit of what it shows. */
  readonly commitMs?: number;
  /** The PBX lists extensions without a call, so that one that is missing is known not to be registered. */
  readonly listsIdle?: boolean;
  /** The log of the simulated PBX, for the registrations in it. */
  readonly log?: readonly TruthEvent[];
  /** False: events were left out, so that `sequence` has gaps and fields that refer to others may refer to those. */
  readonly wholeLog?: boolean;
}

export interface Finding {
  readonly rule: string;
  readonly callKey: string | null;
  readonly callId: string | null;
  readonly type: string;
  readonly extension?: string;
  readonly at: number | null;
  readonly reason: string;
}

export interface Excused extends Finding {
  readonly reason: Reason;
}

export interface Excuses {
  readonly count: number;
  readonly byReason: Readonly<Partial<Record<Reason, number>>>;
  readonly items: readonly Excused[];
}

export interface Report {
  /** Truth events that polls could see, so that the bridge must emit them. */
  readonly expected: number;
  /** Those of them that it emitted. */
  readonly matched: number;
  /** What was compared: each demanded event, and each field of each event. */
  readonly statements: number;
  /** Demanded, and not emitted. */
  readonly missing: readonly Finding[];
  /** Emitted more than once, or one call emitted as two. */
  readonly doubled: readonly Finding[];
  /** Emitted, and nothing like it ever happened. */
  readonly invented: readonly Finding[];
  /** A false statement: a field, an order, an outcome, a certainty. */
  readonly misreported: readonly Finding[];
  /** What happened, polls could not show, and the bridge did not emit. */
  readonly unseen: Excuses;
  /** What the bridge stated that is not the truth, and could not know better. */
  readonly forgiven: Excuses;
  /** Nothing missing, doubled, invented or misreported. */
  readonly ok: boolean;
}

/** Collects findings while judging. */
export class Findings {
  expected = 0;
  matched = 0;
  statements = 0;
  readonly missing: Finding[] = [];
  readonly doubled: Finding[] = [];
  readonly invented: Finding[] = [];
  readonly misreported: Finding[] = [];
  readonly unseen: Excused[] = [];
  readonly forgiven: Excused[] = [];

  /** Takes over what was found of one call; what is wrong there and has a reason is excused. */
  take(found: Findings, excuse: (finding: Finding) => Reason | null): void {
    this.expected += found.expected;
    this.matched += found.matched;
    this.statements += found.statements;
    this.unseen.push(...found.unseen);
    this.forgiven.push(...found.forgiven);
    for (const kind of ['missing', 'doubled', 'invented', 'misreported'] as const)
      for (const finding of found[kind]) {
        const reason = excuse(finding);
        if (reason === null) this[kind].push(finding);
        else (kind === 'missing' ? this.unseen : this.forgiven).push({ ...finding, reason });
      }
  }

  report(): Report {
    const { expected, matched, statements, missing, doubled, invented, misreported } = this;
    return {
      expected,
      matched,
      statements,
      missing,
      doubled,
      invented,
      misreported,
      unseen: counted(this.unseen),
      forgiven: counted(this.forgiven),
      ok: missing.length + doubled.length + invented.length + misreported.length === 0,
    };
  }
}

function counted(items: readonly Excused[]): Excuses {
  const byReason: Partial<Record<Reason, number>> = {};
  for (const { reason } of items) byReason[reason] = (byReason[reason] ?? 0) + 1;
  return { count: items.length, byReason, items };
}

export function extensionOf(event: JudgedEvent): string | null {
  return event.data.offer?.extension ?? event.data.agent?.extension ?? null;
}

export function instant(text: string): number {
  return Date.parse(text);
}
