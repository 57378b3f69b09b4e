import { EVENT_SCHEMAS } from '../../src/schema/event-schemas.js';

/**
 * Fails unless `event` is one of the contract's, to the last field. What a schema does not name, parsing drops: so
 * what comes out must be what went in.
 */
export function expectValidEvent(event: unknown): void {
  const { type } = event as { readonly type: string };
  if (!Object.hasOwn(EVENT_SCHEMAS, type)) throw new Error(`no event is called ${type}`);
  expect(EVENT_SCHEMAS[type as keyof typeof EVENT_SCHEMAS].parse(event)).toStrictEqual(event);
}
