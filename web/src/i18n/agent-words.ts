import type { AgentPart } from '../data/agent-part.js';

type Named<Name extends string> = Readonly<Record<Name, string>>;

/** The texts of the dialog of an agent’s day. */
export interface AgentWords extends Named<
  | 'today'
  | 'answered'
  | 'placed'
  | 'notAnswered'
  | 'talked'
  | 'meanTalk'
  | 'inState'
  | 'calls'
  | 'noCalls'
  | 'reading'
  | 'failed'
  | 'retry'
  | 'more'
  | 'openCall'
  | 'ended'
  | 'queue'
  | 'part'
  | 'notKnown'
> {
  readonly kinds: Named<AgentPart['kind']>;
}
