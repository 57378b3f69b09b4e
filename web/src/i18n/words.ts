import type { EventType, ObservedView } from '@pitel-event-bridge/client';
import type { AgentState } from '../data/agents.js';
import type { Phase } from '../data/call-list.js';
import type { FeedKind } from '../data/feed.js';
import type { StaleReason } from '../data/freshness.js';
import type { BarState } from '../data/timeline.js';
import type { Theme } from '../state/preferences.js';

export type Certainty = ObservedView['certainty'];
type Named<Name extends string> = Readonly<Record<Name, string>>;
/** Texts for values of the bridge. The list is open: a value that is newer than this page is shown as it came. */
type Open = Readonly<Record<string, string>>;

/** Every text of the pages. A language that lacks one does not compile. */
export interface Words
  extends Named<
    | 'locale'
    | 'product'
    | 'wallboard'
    | 'screenPop'
    | 'docs'
    | 'pages'
    | 'skip'
    | 'otherLanguage'
    | 'theme'
    | 'settings'
    | 'signOut'
    | 'close'
    | 'seconds'
    | 'unknown'
    | 'none'
    | 'signIn'
    | 'token'
    | 'tokenHint'
    | 'remember'
    | 'rememberHint'
    | 'checking'
    | 'renew'
    | 'staleTitleUnknown'
    | 'backAgain'
    | 'pastReading'
    | 'pastFailed'
    | 'retry'
    | 'liveCalls'
    | 'waitingNow'
    | 'talkingNow'
    | 'ringingNow'
    | 'answeredToday'
    | 'abandonedToday'
    | 'serviceLevel'
    | 'longestWait'
    | 'nothingMeasured'
    | 'explainLive'
    | 'explainWaiting'
    | 'explainTalking'
    | 'explainAnswered'
    | 'explainAbandoned'
    | 'all'
    | 'customer'
    | 'queue'
    | 'agent'
    | 'state'
    | 'duration'
    | 'anonymous'
    | 'noNumber'
    | 'searchCalls'
    | 'showState'
    | 'noCalls'
    | 'noCallsFound'
    | 'baseline'
    | 'queues'
    | 'waiting'
    | 'longest'
    | 'answered'
    | 'abandoned'
    | 'level'
    | 'noQueues'
    | 'agents'
    | 'agentsBasis'
    | 'noAgents'
    | 'sources'
    | 'neverPolled'
    | 'overTime'
    | 'asTable'
    | 'from'
    | 'noData'
    | 'events'
    | 'searchEvents'
    | 'pause'
    | 'resume'
    | 'noEvents'
    | 'noEventsFound'
    | 'callDetails'
    | 'callOver'
    | 'callGone'
    | 'time'
    | 'event'
    | 'howSure'
    | 'partialLife'
    | 'legendWindow'
    | 'callId'
    | 'hotline'
    | 'wait'
    | 'talk'
    | 'thresholdLabel'
    | 'ignoreLabel'
    | 'formula'
    | 'kept'
    | 'popIntro'
    | 'extension'
    | 'start'
    | 'stop'
    | 'popNothing'
    | 'popRinging'
    | 'popAnswered'
    | 'popElsewhere'
    | 'popLog'
    | 'popOpened'
    | 'dismiss'
    | 'popCode'
    | 'popCodeHint'
    | 'copy'
    | 'copied'
    | 'selected'
  > {
  readonly themes: Named<Theme>;
  readonly refusals: Open;
  readonly connection: Named<'connecting' | 'fresh' | 'stale'>;
  readonly staleReasons: Named<StaleReason>;
  readonly phase: Named<Phase>;
  readonly direction: Named<'inbound' | 'outbound' | 'local'>;
  readonly agentState: Named<AgentState>;
  readonly endpoint: Named<'monitor' | 'queue'>;
  readonly sourceState: Named<'up' | 'degraded' | 'down' | 'unknown'>;
  readonly kinds: Named<FeedKind>;
  readonly eventTypes: Named<EventType>;
  readonly outcomes: Open;
  readonly callPart: Named<BarState>;
  readonly certainty: Named<Certainty>;
  readonly refusedOtherwise: (code: string) => string;
  readonly expiresIn: (time: string) => string;
  readonly scope: (names: string) => string;
  readonly staleTitle: (time: string) => string;
  readonly withinSeconds: (seconds: number) => string;
  readonly ofMeasured: (inTime: number, measured: number) => string;
  readonly inferredCount: (count: number) => string;
  readonly explainServiceLevel: (seconds: number, ignored: number, unmeasured: number) => string;
  readonly explain: (title: string) => string;
  readonly callCount: (count: number) => string;
  readonly lastPoll: (ago: string) => string;
  readonly overTimeSummary: (answered: number, abandoned: number, from: string, to: string) => string;
  readonly paused: (count: number) => string;
  readonly lane: (extension: string | null) => string;
  readonly window: (earliest: string, latest: string, width: string) => string;
  readonly noPollBefore: (latest: string) => string;
  readonly timelineLabel: (customer: string, length: string) => string;
  readonly announceWaiting: (count: number, longest: string) => string;
  readonly watching: (extension: string) => string;
  readonly popClosed: (reason: string) => string;
}
