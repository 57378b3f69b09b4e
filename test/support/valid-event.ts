import { EVENT_SCHEMAS } from '../../src/schema/event-schemas.js';

/**
 * Fails unless `event` is one of the contract's, to the last field. Parsing drops fields that a schema does not name, so
 * its result must equal the event.
 */
export function expectValidEvent(event: unknown): void {
  const { type } = event as { readonly type: string };
  if (!Object.hasOwn(EVENT_SCHEMAS, type)) throw new Error(`no event is called ${type}`);
  expect(EVENT_SCHEMAS[type as keyof typeof EVENT_SCHEMAS].parse(event)).toStrictEqual(event);
}
