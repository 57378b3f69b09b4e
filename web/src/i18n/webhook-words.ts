import type { Attempt, DeadLetter, Outcome, standingOf } from '../data/webhooks.js';

type Named<Name extends string> = Readonly<Record<Name, string>>;

/** The texts of the page about webhooks alone. */
export interface WebhookWords extends Named<
  | 'intro'
  | 'reading'
  | 'away'
  | 'notGranted'
  | 'notGrantedHint'
  | 'noneConfigured'
  | 'lag'
  | 'noLag'
  | 'lastDelivered'
  | 'never'
  | 'lastError'
  | 'stoppedHint'
  | 'sendTest'
  | 'resume'
  | 'resumed'
  | 'redeliver'
  | 'redeliverSince'
  | 'redeliverHint'
  | 'stop'
  | 'showAttempts'
  | 'hideAttempts'
  | 'attempts'
  | 'noAttempts'
  | 'dead'
  | 'at'
  | 'what'
  | 'came'
  | 'status'
  | 'took'
  | 'answer'
  | 'noAnswer'
  | 'reason'
  | 'tries'
  | 'action'
  | 'asking'
  | 'problem'
> {
  readonly states: Named<ReturnType<typeof standingOf>>;
  readonly outcomes: Named<Outcome>;
  readonly kinds: Named<Attempt['kind']>;
  readonly deadReasons: Named<DeadLetter['reason']>;
  readonly lagOf: (events: number, time: string) => string;
  readonly tested: (outcome: string, status: string, ms: number) => string;
  readonly replaying: (delivered: number) => string;
  readonly replayed: (delivered: number) => string;
  readonly replayFailed: (delivered: number, why: string) => string;
  readonly replayStopped: (delivered: number) => string;
  /** For those who hear one button after the other. */
  readonly ofEndpoint: (action: string, id: string) => string;
  readonly ofTime: (action: string, time: string) => string;
}
