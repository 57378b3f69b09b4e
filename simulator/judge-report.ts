/**
 * The judge's input and output. The event's shape is declared here again, from `events.md`, on purpose: the judge shares no
 * type with the bridge.
 */
export interface JudgedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly sequence: string;
  readonly epoch: string;
  /** Of `call-*` events; other types are not judged. */
  readonly data: JudgedCall;
}

interface JudgedCall {
  readonly callId: string;
  readonly linkedCallIds: readonly string[];
  readonly upstreamIds: readonly string[];
  readonly direction: string;
  readonly customer: { readonly raw: string; readonly e164: string | null } | null;
  readonly hotline: { readonly raw: string } | null;
  readonly queue: { readonly id: string; readonly name: string } | null;
  readonly agent: { readonly extension: string | null } | null;
  readonly offer?: { readonly extension: string } | undefined;
  readonly startedAt: string;
  readonly outcome: string | null;
  readonly observed: {
    readonly earliest: string | null;
    readonly latest: string;
    readonly certainty: string;
  };
}

/** The instants (ms) of the complete answers that the bridge got, of each endpoint; those that failed are left out. */
export interface PollInstants {
  readonly monitor: readonly number[];
  readonly queue: readonly number[];
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
}

export interface Finding {
  readonly callKey: string | null;
  readonly callId: string | null;
  readonly type: string;
  readonly extension?: string;
  readonly at: number | null;
  readonly reason: string;
}

export interface Report {
  /** Truth events that polls could see, so that the bridge must emit them. */
  readonly expected: number;
  /** Those of them that it emitted. */
  readonly matched: number;
  /** Demanded, and not emitted. */
  readonly missing: readonly Finding[];
  /** Emitted more than once, or one call emitted as two. */
  readonly doubled: readonly Finding[];
  /** Emitted, and nothing like it ever happened. */
  readonly invented: readonly Finding[];
  /** Emitted wrongly: a false statement with certainty, a false outcome, order, person or number. */
  readonly misreported: readonly Finding[];
  /** What polls could not show, whether the bridge inferred it or emitted nothing, and why. */
  readonly unseen: {
    readonly count: number;
    readonly byReason: Readonly<Record<string, number>>;
    readonly items: readonly Finding[];
  };
  /** Nothing missing, doubled, invented or misreported. */
  readonly ok: boolean;
}

/** Collects findings while judging. */
export class Findings {
  expected = 0;
  matched = 0;
  readonly missing: Finding[] = [];
  readonly doubled: Finding[] = [];
  readonly invented: Finding[] = [];
  readonly misreported: Finding[] = [];
  readonly unseen: Finding[] = [];

  report(): Report {
    const byReason: Record<string, number> = {};
    for (const { reason } of this.unseen) byReason[reason] = (byReason[reason] ?? 0) + 1;
    const { expected, matched, missing, doubled, invented, misreported } = this;
    return {
      expected,
      matched,
      missing,
      doubled,
      invented,
      misreported,
      unseen: { count: this.unseen.length, byReason, items: this.unseen },
      ok: missing.length + doubled.length + invented.length + misreported.length === 0,
    };
  }
}

export function extensionOf(event: JudgedEvent): string | null {
  return event.data.offer?.extension ?? event.data.agent?.extension ?? null;
}
