import type { CallView, RegistrationView } from '@pitel-event-bridge/client';
import { type Day, isIn } from './day.js';

/**
 * Extensions and what the bridge has shown of them today.
 *
 *   talking     has an answered part in a call that is alive
 *   ringing     is being rung
 *   dialling    is calling, and the callee has not answered
 *   no-call     was in a call today and is in none now. It does not mean available: the PBX does not show that
 *   signed-out  is watched, and its device was not registered when last checked
 */
export type AgentState = 'talking' | 'ringing' | 'dialling' | 'no-call' | 'signed-out';

export interface AgentEntry {
  readonly extension: string;
  readonly name: string | null;
  readonly state: AgentState;
  readonly callId: string | null;
}

interface Known {
  name: string | null;
  seenAt: number;
  registered: boolean | null;
}

export class Agents {
  private readonly known = new Map<string, Known>();

  saw(call: CallView, at: number): void {
    for (const { extension, agentName } of call.extensions) this.keep(extension, agentName, at);
    const { agent } = call;
    if (agent !== null && agent.extension !== null) this.keep(agent.extension, agent.name, at);
  }

  registration({ extension, registered }: RegistrationView, at: number): void {
    this.keep(extension, null, at);
    this.known.get(extension)!.registered = registered;
  }

  /** Forgets the extensions that were not seen today. */
  keepOnly(day: Day): void {
    for (const [extension, { seenAt }] of this.known) if (!isIn(day, seenAt)) this.known.delete(extension);
  }

  /** In the order of the extensions; includes those that are in a call and were not noted before. */
  list(alive: Iterable<CallView>, day: Day): readonly AgentEntry[] {
    const busy = new Map<string, { state: AgentState; callId: string; name: string | null }>();
    for (const call of alive) {
      for (const { extension, agentName, state: part } of call.extensions) {
        if (part === 'ended') continue;
        const state = part === 'answered' ? 'talking' : isCaller(call, extension) ? 'dialling' : 'ringing';
        const other = busy.get(extension)?.state;
        // An extension may ring while its agent talks; it then counts as talking.
        if (other === 'talking' || (other !== undefined && state !== 'talking')) continue;
        busy.set(extension, { state, callId: call.callId, name: agentName });
      }
    }
    const extensions = new Set(busy.keys());
    for (const [extension, { seenAt }] of this.known) if (isIn(day, seenAt)) extensions.add(extension);
    return [...extensions].sort(byNumber).map((extension) => {
      const known = this.known.get(extension);
      const now = busy.get(extension);
      const idle = known?.registered === false ? 'signed-out' : 'no-call';
      return {
        extension,
        name: now?.name ?? known?.name ?? null,
        state: now?.state ?? idle,
        callId: now?.callId ?? null,
      };
    });
  }

  private keep(extension: string, name: string | null, at: number): void {
    const known = this.known.get(extension);
    if (known === undefined) this.known.set(extension, { name, seenAt: at, registered: null });
    else {
      known.name = name ?? known.name;
      known.seenAt = Math.max(known.seenAt, at);
    }
  }
}

function isCaller(call: CallView, extension: string): boolean {
  if (call.direction === 'outbound') return true;
  return call.direction === 'local' && call.agent?.extension === extension;
}

function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
