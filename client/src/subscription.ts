import type { EventType } from './contract.js';

/** The part of what the token shows that the client wants. */
export interface Subscription {
  /**
   * Only these types. `calls` needs every type that begins with `call-`: when one is left out there is no live map, and
   * reading it throws.
   */
  readonly types?: readonly EventType[];
  /** Only calls in which one of these extensions has, or had, a part. */
  readonly extensions?: readonly string[];
  /** Only calls of these queues, by id or name; together with `extensions` a union. */
  readonly queues?: readonly string[];
}
