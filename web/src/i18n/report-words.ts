import type { Preset } from '../data/period.js';
import type { AgentState } from '../data/stats.js';
import type { QueueRows, View } from '../state/reports.js';

type Named<Name extends string> = Readonly<Record<Name, string>>;

/** The texts of the page of reports alone. */
export interface ReportWords extends Named<
  | 'reading'
  | 'failed'
  | 'retry'
  | 'period'
  | 'from'
  | 'to'
  | 'show'
  | 'noPeriod'
  | 'rows'
  | 'queue'
  | 'allQueues'
  | 'saveTable'
  | 'saving'
  | 'notSaved'
  | 'more'
  | 'nothing'
  | 'noAgents'
  | 'noCalls'
  | 'agentsNotShown'
  | 'queuesNotShown'
  | 'hour'
  | 'day'
  | 'offered'
  | 'answered'
  | 'abandoned'
  | 'shortOnes'
  | 'flowedOut'
  | 'unknown'
  | 'share'
  | 'serviceLevel'
  | 'speedOfAnswer'
  | 'talk'
  | 'unwatched'
  | 'unwatchedHint'
  | 'total'
  | 'soFar'
  | 'waiting'
  | 'others'
  | 'noHours'
  | 'agent'
  | 'placed'
  | 'notAnswered'
  | 'notKnown'
  | 'time'
  | 'customer'
  | 'direction'
  | 'outcome'
  | 'anyOutcome'
  | 'extension'
  | 'search'
  | 'customerMasked'
  | 'wholeNumber'
  | 'wholeNumbers'
  | 'definitions'
> {
  readonly views: Named<View>;
  readonly presets: Named<Preset>;
  readonly by: Named<QueueRows>;
  readonly states: Named<AgentState>;
  /** Null: of all queues. */
  readonly chart: (by: 'hour' | 'day', queue: string | null) => string;
  readonly shortCount: (count: number) => string;
  readonly within: (seconds: number) => string;
  readonly atLeast: (time: string) => string;
  readonly ofCount: (inTime: string, count: number) => string;
  readonly notKnownCount: (count: number) => string;
  readonly chartSummary: (offered: number, answered: number, abandoned: number) => string;
  readonly zone: (name: string) => string;
  readonly asOf: (time: string) => string;
  readonly perHourOfDay: (days: number) => string;
  readonly statesOf: (agent: string) => string;
}
