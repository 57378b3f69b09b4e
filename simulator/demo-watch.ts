import { eventLine, unseenLine, wrongLine } from './demo-lines.js';
import { judge, truthOf } from './judge.js';
import type { PollInstants } from './judge-polls.js';
import { TruthIndex } from './judge-match.js';
import type { Finding, JudgedEvent } from './judge-report.js';
import type { CallTruth } from './truth.js';
import type { World } from './world.js';

/**
 * Shows the bridge's events beside the truth as they arrive, and judges each call a little after its end.
 * Its only side effect is `print`; time is passed in.
 */
export class DemoWatch {
  readonly #events: JudgedEvent[] = [];
  readonly #settled = new Set<string>();
  #since = Infinity;

  constructor(
    private readonly world: World,
    private readonly polls: PollInstants,
    private readonly print: (line: string) => void,
  ) {}

  /** From now on every event arrives: calls that began before are shown, but not judged by what is missing. */
  connected(at: number): void {
    this.#since = at;
  }

  arrived(event: JudgedEvent, seenAt: number): void {
    if (!event.type.startsWith('call-')) {
      this.print(eventLine(event, null, seenAt));
      return;
    }
    this.#events.push(event);
    if (this.#events.length > 5000) this.#events.splice(0, 1000);
    const found = truthOf(this.#recent(), event, this.polls);
    this.print(eventLine(event, found?.event ?? null, seenAt));
  }

  /** Judges the calls that ended before `before`; each once, beside those that were alive with it: which leg is whose shows there. */
  settle(before: number): void {
    const recent = this.#recent();
    const ended = recent.filter(
      ({ callKey, startedAt, endedAt }) =>
        startedAt >= this.#since && endedAt !== null && endedAt < before && !this.#settled.has(callKey),
    );
    if (ended.length === 0) return;
    const keys = new Set(ended.map(({ callKey }) => callKey));
    for (const key of keys) this.#settled.add(key);
    const since = Math.min(...ended.map(({ startedAt }) => startedAt)) - BESIDE_MS;
    const around = recent.filter(({ endedAt }) => endedAt === null || endedAt >= since);
    const index = new TruthIndex(around);
    const events = this.#events.filter((event) => index.callOf(event) !== null);
    const report = judge(around, events, this.polls, OF_REAL_REQUESTS);
    const isOfEnded = ({ callKey }: Finding) => callKey !== null && keys.has(callKey);
    for (const finding of report.unseen.items) if (isOfEnded(finding)) this.print(unseenLine(finding));
    for (const kind of ['missing', 'doubled', 'invented', 'misreported'] as const) {
      for (const finding of report[kind]) if (isOfEnded(finding)) this.print(wrongLine(kind, finding));
    }
    if (this.#settled.size > 10_000) this.#settled.clear();
  }

  #recent(): readonly CallTruth[] {
    return this.world.truth.slice(-500);
  }
}

/** A call may name one that had ended so long before, whose row was still there. */
const BESIDE_MS = 60_000;

/** The events are some calls'; the polls' instants are the simulator's, and the bridge's are a request earlier or later. */
const OF_REAL_REQUESTS = { wholeLog: false, toleranceMs: 250, commitMs: 1_000 };
