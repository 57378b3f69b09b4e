import type { CallEvent } from './call-event.js';

/**
 * The events of each call, for drawing its life: of calls that are alive, and of those that ended last.
 *
 * Bounds: a call that rings at one extension after another keeps its first and its newest events; ended calls leave by age.
 */
export class CallEvents {
  private readonly events = new Map<string, CallEvent[]>();
  private readonly ended: string[] = [];

  note(event: CallEvent): void {
    const { callId } = event.data;
    const events = this.events.get(callId) ?? [];
    if (events.some(({ id }) => id === event.id)) return;
    events.push(event);
    if (events.length > MAX_PER_CALL) events.splice(1, 1);
    this.events.set(callId, events);
    if (event.type !== 'call-ended') return;
    this.ended.push(callId);
    if (this.ended.length > MAX_ENDED) this.events.delete(this.ended.shift()!);
  }

  /** Oldest first. */
  of(callId: string): readonly CallEvent[] {
    return this.events.get(callId) ?? [];
  }

  /** What was read from the past is put in its place. */
  insert(callId: string, past: readonly CallEvent[]): void {
    const all = new Map([...past, ...this.of(callId)].map((event) => [event.id, event]));
    const sorted = [...all.values()].sort((a, b) =>
      a.epoch === b.epoch ? (a.sequence < b.sequence ? -1 : 1) : a.recordedtime < b.recordedtime ? -1 : 1,
    );
    this.events.set(callId, sorted.slice(-MAX_PER_CALL));
  }
}

const MAX_PER_CALL = 100;
const MAX_ENDED = 300;
