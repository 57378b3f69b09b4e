import type { AgentState } from '../data/agents.js';

type Named<Name extends string> = Readonly<Record<Name, string>>;

/** The texts of the wallboard alone. */
export interface BoardWords extends Named<
  | 'views'
  | 'overview'
  | 'calls'
  | 'events'
  | 'waitingNow'
  | 'longestWait'
  | 'levelRecent'
  | 'levelToday'
  | 'answeredToday'
  | 'abandonedToday'
  | 'callbacksOpen'
  | 'noneWaits'
  | 'noCallYet'
  | 'noneOwed'
  | 'reading'
  | 'away'
  | 'hiddenQueues'
  | 'hiddenAgents'
  | 'acknowledge'
  | 'acknowledged'
  | 'explainWaiting'
  | 'explainLongest'
  | 'explainRecent'
  | 'explainToday'
  | 'explainAbandoned'
  | 'explainCallbacks'
  | 'queues'
  | 'queue'
  | 'waiting'
  | 'longest'
  | 'talking'
  | 'answered'
  | 'abandoned'
  | 'level'
  | 'noQueues'
  | 'agents'
  | 'noAgents'
  | 'agentsBasis'
  | 'extension'
  | 'agent'
  | 'time'
  | 'missedRings'
  | 'total'
  | 'callbacks'
  | 'allCallbacks'
  | 'noCallbacks'
  | 'missedDirectly'
  | 'hours'
  | 'hour'
  | 'others'
  | 'unwatched'
  | 'asTable'
  | 'asChart'
  | 'earlier'
  | 'later'
  | 'live'
  | 'soundOff'
  | 'soundOn'
  | 'soundBlocked'
  | 'soundOffHint'
  | 'soundOnHint'
  | 'soundBlockedHint'
> {
  readonly state: Named<AgentState>;
  readonly ringing: (count: number) => string;
  /** The limit of a threshold that is crossed: so many callers, or a wait of so many seconds. */
  readonly overWaiting: (limit: number) => string;
  readonly overWait: (limit: number) => string;
  readonly since: (time: string) => string;
  readonly more: (count: number) => string;
  readonly inTime: (inTime: string, measured: number) => string;
  readonly within: (seconds: number) => string;
  readonly ofCallers: (lost: number, callers: number, share: string) => string;
  readonly short: (count: number) => string;
  readonly oldestSince: (time: string) => string;
  readonly asOf: (time: string) => string;
  readonly missedTimes: (count: number) => string;
  readonly triedTimes: (count: number) => string;
  readonly claimedBy: (name: string) => string;
  readonly rangeOf: (first: number, last: number, all: number) => string;
  readonly unknownQueues: (names: string) => string;
  readonly unwatchedUntil: (time: string) => string;
  readonly unwatchedShare: (percent: number) => string;
  readonly hourSummary: (hour: string, answered: number, abandoned: number, others: number) => string;
  readonly missedCount: (count: number) => string;
  readonly announceAlarm: (queue: string, what: string) => string;
}
