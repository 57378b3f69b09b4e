import type { EventType, ObservedView } from '@pitel-event-bridge/client';
import type { Phase } from '../data/call-list.js';
import type { Parts } from '../data/duration.js';
import type { FeedKind } from '../data/feed.js';
import type { StaleReason } from '../data/freshness.js';
import type { BarState } from '../data/timeline.js';
import type { Theme } from '../state/preferences.js';

export type Certainty = ObservedView['certainty'];
type Named<Name extends string> = Readonly<Record<Name, string>>;
/** Texts for values of the bridge. The list is open: a value that is newer than this page is shown as it came. */
type Open = Readonly<Record<string, string>>;

/** Every text of the pages. A language that lacks one does not compile. */
export interface Words extends Named<
  | 'locale'
  | 'product'
  | 'wallboard'
  | 'screenPop'
  | 'webhooks'
  | 'callbacks'
  | 'reports'
  | 'docs'
  | 'pages'
  | 'skip'
  | 'otherLanguage'
  | 'theme'
  | 'signOut'
  | 'close'
  | 'unknown'
  | 'none'
  | 'signIn'
  | 'token'
  | 'tokenHint'
  | 'remember'
  | 'rememberHint'
  | 'checking'
  | 'renew'
  | 'backAgain'
  | 'liveCalls'
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
  | 'neverPolled'
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
  | 'popIntro'
  | 'extension'
  | 'start'
  | 'stop'
  | 'popAnswered'
  | 'popLog'
  | 'popOpened'
  | 'popTransferred'
  | 'popCode'
  | 'popCodeHint'
  | 'copy'
  | 'copied'
  | 'selected'
> {
  readonly themes: Named<Theme>;
  readonly refusals: Open;
  readonly connection: Named<'connecting' | 'fresh' | 'stale' | 'partly'>;
  readonly staleReasons: Named<StaleReason>;
  readonly units: Named<keyof Parts>;
  readonly phase: Named<Phase>;
  readonly direction: Named<'inbound' | 'outbound' | 'local'>;
  readonly endpoint: Named<'monitor' | 'queue'>;
  readonly sourceState: Named<'up' | 'degraded' | 'down' | 'unknown'>;
  readonly kinds: Named<FeedKind>;
  readonly eventTypes: Named<EventType>;
  readonly outcomes: Open;
  readonly callPart: Named<BarState>;
  readonly certainty: Named<Certainty>;
  readonly refusedOtherwise: (code: string) => string;
  readonly tokenTenant: (tenant: string) => string;
  readonly expiresIn: (time: string) => string;
  readonly scope: (names: string) => string;
  /** Null: it is not known since when. */
  readonly staleTitles: Readonly<Record<'all' | 'queues', (time: string | null) => string>>;
  readonly explain: (title: string) => string;
  readonly callCount: (count: number) => string;
  readonly lastPoll: (ago: string) => string;
  readonly paused: (count: number) => string;
  readonly lane: (extension: string | null) => string;
  readonly window: (earliest: string, latest: string, width: string) => string;
  readonly noPollBefore: (latest: string) => string;
  readonly timelineLabel: (customer: string, length: string) => string;
  readonly announceWaiting: (count: number, longest: string) => string;
  readonly watching: (extension: string) => string;
  readonly popClosed: (reason: string) => string;
}
