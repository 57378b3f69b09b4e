import type { BridgeEvent } from '../../src/core/model/event.js';
import type { TestClient } from '../support/delivery.js';

/** Demands on what was seen of a log. */
export const cursorOf = ({ epoch, sequence }: BridgeEvent) => `${epoch}:${Number(sequence)}`;
export const idsOf = (events: readonly BridgeEvent[]) => events.map(({ id }) => id);
export const eventsOf = ({ messages }: TestClient) =>
  messages.filter(({ body }) => 'sequence' in body).map(({ body }) => body as BridgeEvent);

/** Whether the client is where the log ends: by its last event, or by a snapshot that has that in it. */
export function atTheEndOf(log: readonly BridgeEvent[], { messages }: TestClient): boolean {
  const { sequence, epoch } = log.at(-1)!;
  const body = messages.at(-1)?.body as { sequence?: string; epoch?: string; cursor?: string } | undefined;
  return body?.cursor === `${epoch}:${sequence}` || (body?.sequence === sequence && body.epoch === epoch);
}

/** Demands that no event is there twice, and that every epoch is without a gap from its beginning. */
export function expectWhole(log: readonly BridgeEvent[]): void {
  expect(new Set(idsOf(log)).size).toBe(log.length);
  expect(log.map(({ sequence }) => Number(sequence))).toEqual(log.map((_, index) => index + 1));
}

/** Demands that every call that has started has ended, once. */
export function expectEnded(log: readonly BridgeEvent[]): void {
  const subjects = (type: string) => log.filter((event) => event.type === type).map(({ subject }) => subject);
  expect(subjects('call-started').length).toBeGreaterThan(0);
  expect(subjects('call-ended').toSorted()).toEqual(subjects('call-started').toSorted());
}

/** Demands that all that was seen at one position, in the log or by a client, was the same event. */
export function expectOneEventAPlace(...seen: (readonly BridgeEvent[])[]): void {
  const places = new Map<string, string>();
  for (const event of seen.flat()) {
    const place = cursorOf(event);
    expect(`${place} ${places.get(place) ?? event.id}`).toBe(`${place} ${event.id}`);
    places.set(place, event.id);
  }
}

/** Demands that an event that is announced again has the same id. */
export function expectSameIds(lost: readonly BridgeEvent[], log: readonly BridgeEvent[]): number {
  const key = ({ type, subject, data }: BridgeEvent) =>
    `${type} ${subject} ${'offer' in data ? JSON.stringify(data.offer) : ''}`;
  const now = new Map(log.map((event) => [key(event), event.id]));
  const again = lost.filter((event) => ['call-started', 'call-ended'].includes(event.type));
  const found = again.filter((event) => now.has(key(event)));
  for (const event of found) expect(now.get(key(event))).toBe(event.id);
  return found.length;
}
