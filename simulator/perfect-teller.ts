import { ToldCall } from './perfect-call.js';
import type { Cycle, Emitted, Previous } from './perfect-cycle.js';
import { withoutPhantoms } from './judge-phantom.js';
import type { JudgedEvent } from './judge-report.js';
import type { CallTruth } from './truth.js';

/**
 * A bridge that makes no mistake: it sees what polls show, as any bridge does, but it is stated by the truth which rows are
 * which call's. It proves that the judge accepts a bridge that keeps the contract, and its events are what lies are made
 * of. It shares no code with the judge and none with the bridge.
 */
export interface TellerPolls {
  readonly monitor: readonly number[];
  readonly queue: readonly number[];
}

const FORGET_AFTER_MS = 60_000;

export function perfectEvents(
  whole: readonly CallTruth[],
  polls: TellerPolls,
  { listsIdle = true }: { readonly listsIdle?: boolean } = {},
): JudgedEvent[] {
  const cycles = cyclesOf(polls, listsIdle);
  const truth = withoutPhantoms(whole, (from, to) => polls.monitor.some((at) => from <= at && at < to));
  const callIds = new Map<string, readonly string[]>();
  const emitted: Emitted[] = [];
  for (const call of truth) {
    const before = call.linkedTo === null ? [] : (callIds.get(call.linkedTo) ?? []);
    const stated = tellCall(call, cycles, before);
    callIds.set(call.callKey, stated.callIds);
    emitted.push(...stated.events);
  }
  // Stable: events of one call and one commit stay in their order.
  emitted.sort((a, b) => (a.recordedtime < b.recordedtime ? -1 : a.recordedtime > b.recordedtime ? 1 : 0));
  return emitted.map((event, index) => ({ ...event, sequence: String(index + 1).padStart(16, '0') }));
}

function cyclesOf({ monitor, queue }: TellerPolls, listsIdle: boolean): Cycle[] {
  const instants = [...new Set([...monitor, ...queue])].sort((a, b) => a - b);
  const [monitors, queues] = [new Set(monitor), new Set(queue)];
  const last: { monitor: number | null; queue: number | null } = { monitor: null, queue: null };
  return instants.map((at) => {
    const polled = (endpoint: 'monitor' | 'queue', all: ReadonlySet<number>): Previous | null => {
      if (!all.has(at)) return null;
      const before = last[endpoint];
      last[endpoint] = at;
      return { before };
    };
    return { at, monitor: polled('monitor', monitors), queue: polled('queue', queues), listsIdle };
  });
}

/** One call of the truth: one `callId` or, where no poll could find it for a while, several that follow one another. */
function tellCall(
  call: CallTruth,
  cycles: readonly Cycle[],
  before: readonly string[],
): { readonly callIds: readonly string[]; readonly events: readonly Emitted[] } {
  const events: Emitted[] = [];
  const callIds: string[] = [];
  const known = new Set<number>();
  const silent: Cycle[] = [];
  const often = new Map<number, number>();
  let current: ToldCall | null = null;
  const until = Math.max(...call.sightings.map(({ to }) => to ?? Infinity), call.startedAt) + FORGET_AFTER_MS;
  for (let index = firstFrom(cycles, call.startedAt); index < cycles.length; index++) {
    const cycle = cycles[index]!;
    if (cycle.at > until && current === null) break;
    if (current === null) {
      current = ToldCall.begin(call, cycle, { known, before, callIds, often });
      if (current === null) {
        silent.push(cycle);
        continue;
      }
      // Rows that said nothing by themselves are parts of the call that another row begins.
      for (const earlier of silent.splice(0)) current.observe(earlier);
    }
    if (!callIds.includes(current.callId)) callIds.push(current.callId);
    events.push(...current.advance(cycle));
    if (!current.isOver) continue;
    for (const part of current.parts) known.add(part);
    current = null;
  }
  return { callIds, events };
}

function firstFrom(cycles: readonly Cycle[], at: number): number {
  let [low, high] = [0, cycles.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cycles[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
