import type { CallView } from '@pitel-event-bridge/client';
import { isEndedCall, type EndedCall } from './ended-call.js';

/** The extensions of a call by what they did in it, each once. */
export interface Participant {
  readonly extension: string;
  readonly agentName: string | null;
}

/** The two sides of a local call, the caller first. Until a local call is answered its `agent` is the caller, then the callee. */
export function sidesOf(call: CallView | EndedCall): readonly Participant[] {
  const all = call.extensions.map(({ extension, agentName }) => ({ extension, agentName }));
  const placed = isEndedCall(call) ? call.story.segments.find((segment) => segment.placed) : undefined;
  const isCaller = ({ extension }: Participant) => {
    if (placed !== undefined) return extension === placed.extension;
    return (extension === call.agent?.extension) === (call.answeredAt === null);
  };
  return all.toSorted((a, b) => Number(isCaller(b)) - Number(isCaller(a)));
}

/** Who talked, oldest first; of a call that is alive, who talks. */
export function talkedOf(call: CallView | EndedCall): readonly Participant[] {
  const all = isEndedCall(call)
    ? call.story.segments
    : call.extensions.filter(({ state }) => state === 'answered');
  return [...new Map(all.map(({ extension, agentName }) => [extension, { extension, agentName }])).values()];
}
