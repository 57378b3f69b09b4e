import type { AgentWords } from './agent-words.js';

export const agentEn: AgentWords = {
  today: 'Today',
  answered: 'Answered',
  placed: 'Placed',
  notAnswered: 'Not answered',
  talked: 'Talked in all',
  meanTalk: 'Mean of a call',
  inState: 'Time in each state',
  calls: 'Calls that have ended today',
  noCalls: 'No call has ended yet today.',
  reading: 'Reading the day …',
  failed: 'The day could not be read.',
  retry: 'Try again',
  more: 'Show more',
  openCall: 'Open the call',
  ended: 'Ended',
  queue: 'Queue',
  part: 'What the agent did',
  notKnown: 'Nothing is known yet of this extension today.',
  kinds: { answered: 'answered', placed: 'placed', rang: 'rang' },
};
