import type { CallView } from '../model/event.js';
import type { CallStory } from './story.js';

/** What history keeps of a call that has ended. */
export interface EndedCallRecord {
  /** The id of its `call-ended`, without the tenant before it: `<callId>/call-ended`. */
  readonly eventId: string;
  /** `data` of its `call-ended`. */
  readonly view: Omit<CallView, 'tenant'>;
  readonly story: Omit<CallStory, 'callId'>;
  /** By what it is found, beside its time and id. */
  readonly terms: HistoryTerms;
}

export interface HistoryTerms {
  /** `lineOf` its customer; null: withheld or unknown. */
  readonly line: string | null;
  /** Extensions that talked or placed the call; where none did, the first of those that it rang at. */
  readonly extensions: readonly string[];
  /** Queue ids. */
  readonly queues: readonly string[];
}
