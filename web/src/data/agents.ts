import type { CallView } from '@pitel-event-bridge/client';
import type { AgentStats } from './desk.js';

/**
 * Extensions, what each is doing now, and since when.
 *
 *   ringing         is being rung
 *   talking         has an answered part in a call that is alive
 *   dialling        is calling, and the callee has not answered
 *   no-call         is in no call. It does not mean available: the PBX does not show that
 *   not-registered  its device is not registered
 *   not-watched     the PBX cannot be seen: it is not known
 */
export type AgentState = 'ringing' | 'talking' | 'dialling' | 'no-call' | 'not-registered' | 'not-watched';

export const AGENT_STATES: readonly AgentState[] = [
  'ringing',
  'talking',
  'dialling',
  'no-call',
  'not-registered',
  'not-watched',
];

export interface AgentEntry {
  readonly extension: string;
  readonly name: string | null;
  readonly state: AgentState;
  /** Null: not known. */
  readonly since: number | null;
  readonly callId: string | null;
  /** The queue of the call. */
  readonly queue: string | null;
  /** Rings of today that ended without an answer. */
  readonly notAnswered: number;
}

type Busy = Pick<AgentEntry, 'name' | 'callId' | 'queue'> & {
  readonly state: 'ringing' | 'talking' | 'dialling';
  readonly since: number;
};

interface Seen {
  readonly state: AgentState;
  /** When this page saw it begin; null: it was so when the page began to look. */
  readonly since: number | null;
}

/**
 * What the service counts of the agents, brought up to the moment by the live calls: the service is asked now and then, a
 * call's events come at once. The times in a state are the service's, but for states that began since it was asked.
 */
export class Agents {
  private readonly seen = new Map<string, Seen>();
  private readonly registered = new Map<string, boolean>();

  registration(extension: string, isRegistered: boolean): void {
    this.registered.set(extension, isRegistered);
  }

  /**
   * In the order of the states, in each the longest first.
   *
   * @param askedAt when the service was asked for `stats`
   */
  list(
    stats: readonly AgentStats[],
    askedAt: number,
    calls: Iterable<CallView>,
    now: number,
  ): readonly AgentEntry[] {
    const busy = busyOf(calls);
    const counted = new Map(stats.map((one) => [one.agent.extension, one]));
    const extensions = new Set([...counted.keys(), ...busy.keys()]);
    return [...extensions]
      .map((extension) => this.entry(extension, counted.get(extension), busy.get(extension), askedAt, now))
      .sort(byState);
  }

  private entry(
    extension: string,
    stats: AgentStats | undefined,
    busy: Busy | undefined,
    askedAt: number,
    now: number,
  ): AgentEntry {
    const state = busy?.state ?? this.idleState(extension, stats);
    const before = this.seen.get(extension);
    const seen = before?.state === state ? before : { state, since: before === undefined ? null : now };
    this.seen.set(extension, seen);
    return {
      extension,
      name: busy?.name ?? stats?.agent.name ?? null,
      state,
      since: sinceOf(state, seen, stats, busy, askedAt),
      callId: busy?.callId ?? null,
      queue: busy?.queue ?? null,
      notAnswered: stats?.notAnswered ?? 0,
    };
  }

  private idleState(extension: string, stats: AgentStats | undefined): AgentState {
    if (this.registered.get(extension) === false) return 'not-registered';
    const state = stats?.now?.state;
    return state === 'not-registered' || state === 'not-watched' ? state : 'no-call';
  }
}

function sinceOf(
  state: AgentState,
  seen: Seen,
  stats: AgentStats | undefined,
  busy: Busy | undefined,
  askedAt: number,
): number | null {
  if (seen.since !== null && seen.since > askedAt) return seen.since;
  const counted = stats?.now;
  if (counted?.state === (state === 'dialling' ? 'ringing' : state)) return Date.parse(counted.since);
  return seen.since ?? busy?.since ?? null;
}

function busyOf(calls: Iterable<CallView>): ReadonlyMap<string, Busy> {
  const busy = new Map<string, Busy>();
  for (const call of calls) {
    for (const { extension, agentName, state: part } of call.extensions) {
      if (part === 'ended') continue;
      const state = part === 'answered' ? 'talking' : isCaller(call, extension) ? 'dialling' : 'ringing';
      // An extension may ring while its agent talks; it then counts as talking.
      if (busy.has(extension) && state !== 'talking') continue;
      if (busy.get(extension)?.state === 'talking') continue;
      const since = Date.parse(state === 'talking' ? (call.answeredAt ?? call.startedAt) : call.startedAt);
      busy.set(extension, {
        state,
        since,
        name: agentName,
        callId: call.callId,
        queue: call.queue?.name ?? null,
      });
    }
  }
  return busy;
}

function isCaller(call: CallView, extension: string): boolean {
  if (call.direction === 'outbound') return true;
  return call.direction === 'local' && call.agent?.extension === extension;
}

function byState(a: AgentEntry, b: AgentEntry): number {
  const rank = AGENT_STATES.indexOf(a.state) - AGENT_STATES.indexOf(b.state);
  if (rank !== 0) return rank;
  const [first, second] = [a.since ?? Infinity, b.since ?? Infinity];
  return first === second ? byNumber(a.extension, b.extension) : first - second;
}

function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

export type StateCounts = Readonly<Record<AgentState, number>>;

export function countStates(agents: readonly AgentEntry[]): StateCounts {
  const counts = Object.fromEntries(AGENT_STATES.map((state) => [state, 0])) as Record<AgentState, number>;
  for (const { state } of agents) counts[state] += 1;
  return counts;
}

export interface QueueAgents {
  readonly queue: string;
  readonly ringing: number;
  readonly talking: number;
}

/** How many are rung for each queue, and talk with callers of it; the queue with the most first. */
export function countByQueue(agents: readonly AgentEntry[]): readonly QueueAgents[] {
  const byQueue = new Map<string, { ringing: number; talking: number }>();
  for (const { queue, state } of agents) {
    if (queue === null || (state !== 'ringing' && state !== 'talking')) continue;
    const counts = byQueue.get(queue) ?? { ringing: 0, talking: 0 };
    counts[state] += 1;
    byQueue.set(queue, counts);
  }
  return Array.from(byQueue, ([queue, counts]) => ({ queue, ...counts })).sort(
    (a, b) => b.ringing + b.talking - (a.ringing + a.talking) || a.queue.localeCompare(b.queue),
  );
}
