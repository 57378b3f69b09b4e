/**
 * The input and output of the judges of the desk: call-backs, thresholds, numbers. The shapes are declared here again, from
 * `docs/events.md`, on purpose: the judges share no type with the bridge.
 */
export interface DeskEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly recordedtime: string;
  readonly sequence: string;
  readonly data: unknown;
}

export interface JudgedWindow {
  readonly earliest: string | null;
  readonly latest: string;
  readonly certainty: string;
}

export interface JudgedQueue {
  readonly id: string;
  readonly name: string;
}

export interface JudgedPart {
  readonly queue: JudgedQueue | null;
  readonly missed: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly longestWaitMs: number | null;
  readonly callIds: readonly string[];
  readonly probable: boolean;
  readonly afterHours: boolean;
}

export interface JudgedCallback extends Omit<JudgedPart, 'queue'> {
  readonly id: string;
  readonly customer: { readonly raw: string; readonly e164: string | null };
  readonly queues: readonly JudgedQueue[];
  readonly tried: number;
  readonly claimedBy: string | null;
  readonly claimedUntil: string | null;
  readonly parts: readonly JudgedPart[];
}

/** `data` of the `callback-*` events. */
export interface JudgedCallbackEvent {
  readonly callback: JudgedCallback;
  readonly change?: string | undefined;
  readonly missedCallId?: string | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  readonly probable?: boolean | undefined;
  readonly observed: JudgedWindow;
}

/** `data` of the `queue-threshold-*` events. */
export interface JudgedThreshold {
  readonly rule: string;
  readonly queue: JudgedQueue;
  readonly value: number;
  readonly limit: number;
  readonly since: string;
  readonly observed: JudgedWindow;
}

export interface DeskFinding {
  readonly rule: string;
  /** The call-back, queue or row that it is about. */
  readonly about: string;
  readonly at: number | null;
  readonly reason: string;
}

/** What was found, and how often something was excused, by its reason. */
export class DeskFindings {
  readonly found: DeskFinding[] = [];
  readonly excused = new Map<string, number>();
  /** What was compared. */
  statements = 0;

  wrong(rule: string, about: string, at: number | null, reason: string): void {
    this.found.push({ rule, about, at, reason });
  }

  /** Compares what is stated with what should be. */
  same(rule: string, about: string, at: number | null, stated: unknown, right: unknown): void {
    this.statements += 1;
    const [one, other] = [JSON.stringify(stated), JSON.stringify(right)];
    if (one !== other) this.wrong(rule, about, at, `${one} instead of ${other}`);
  }

  holds(rule: string, about: string, at: number | null, holds: boolean, reason: string): void {
    this.statements += 1;
    if (!holds) this.wrong(rule, about, at, reason);
  }

  excuse(reason: string): void {
    this.excused.set(reason, (this.excused.get(reason) ?? 0) + 1);
  }
}
