import type { Direction } from '@pitel-event-bridge/client';
import type { BarState } from '../data/timeline.js';

type Named<Name extends string> = Readonly<Record<Name, string>>;

/** The texts of one call's dialog alone, and of lists of calls. */
export interface CallWords extends Named<
  | 'reading'
  | 'away'
  | 'gone'
  | 'began'
  | 'ended'
  | 'agents'
  | 'queues'
  | 'copyId'
  | 'idCopied'
  | 'fromHistory'
  | 'exact'
  | 'windowNotKept'
  | 'showEach'
  | 'showTogether'
  | 'queueJoined'
  | 'queueLeft'
  | 'direct'
  | 'masked'
> {
  readonly direction: Named<Direction>;
  /** What happened, in one sentence; the texts are of times, queues and agents. Null: not known. */
  readonly waitsIn: (queue: string) => string;
  readonly dials: (agent: string) => string;
  readonly ringsAt: (extensions: string) => string;
  readonly talksTo: (agents: string) => string;
  readonly wasAnswered: (agents: string | null, wait: string | null, talk: string | null) => string;
  /** Of a call to a customer: the agents talked to them. */
  readonly customerAnswered: (agents: string | null, wait: string | null, talk: string | null) => string;
  readonly callPartOver: Named<BarState>;
  readonly wasAbandoned: (wait: string | null, queue: string | null) => string;
  readonly wasNotAnswered: string;
  readonly endNotKnown: string;
  readonly rangAt: (count: number) => string;
  readonly stoppedAt: (count: number, outcome: string) => string;
  readonly extensionCount: (count: number) => string;
}
