import { z } from 'zod';

/**
 * What goes wrong, on which order and for how long. A fault takes the place of the honest answer of one endpoint, for
 * `times` answers (default 1) or `forMs`; faults of an endpoint are used up one after the other.
 */
const span = {
  times: z.number().int().positive().optional(),
  forMs: z.number().positive().optional(),
};

const faultSchema = z.discriminatedUnion('kind', [
  /** A status with the vendor's error body; `retryAfter` becomes the header, as text. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    retryAfter: z.union([z.number(), z.string()]).optional(),
    ...span,
  }),
  /** The honest answer, rendered now and sent later. */
  z.strictObject({ kind: z.literal('delay'), ms: z.number().nonnegative(), ...span }),
  /** No answer at all; the connection stays open. */
  z.strictObject({ kind: z.literal('hang'), ...span }),
  /** The connection breaks after so many bytes of the body. */
  z.strictObject({ kind: z.literal('cut'), bytes: z.number().int().nonnegative(), ...span }),
  z.strictObject({ kind: z.literal('html'), ...span }),
  /** 200 with an error body (`docs/upstream.md`, mark S), in one of the shapes that were seen. */
  z.strictObject({
    kind: z.literal('error-body'),
    shape: z.enum(['error', 'status', 'code']).default('error'),
    ...span,
  }),
  z.strictObject({ kind: z.literal('null-data'), ...span }),
  /** Only the first rows. `total` reveals it on the monitor; the queue's answer has none. */
  z.strictObject({ kind: z.literal('partial'), rows: z.number().int().nonnegative(), ...span }),
  z.strictObject({ kind: z.literal('wrong-types'), ...span }),
  z.strictObject({ kind: z.literal('invalid-utf8'), ...span }),
  /** Valid JSON of this size, rows first and then blanks. */
  z.strictObject({
    kind: z.literal('huge'),
    bytes: z.number().int().positive().default(100_000_000),
    ...span,
  }),
  /** A body that trickles and never ends. */
  z.strictObject({ kind: z.literal('endless'), ...span }),
  z.strictObject({
    kind: z.literal('redirect'),
    location: z.string().default('http://elsewhere.invalid/v3/monitor'),
    ...span,
  }),
  /**
   * So many rows of legs more than there are, of one call or of one each, with texts of so many bytes in a name and in the
   * customer's number. Only the monitor's answer is spoiled in this way.
   */
  z.strictObject({
    kind: z.literal('crowd'),
    rows: z.number().int().positive(),
    calls: z.enum(['one', 'each']),
    textBytes: z.number().int().nonnegative().default(0),
    ...span,
  }),
  /** A live row is missing from the answer: this extension's, or any one. */
  z.strictObject({ kind: z.literal('flicker'), extension: z.string().optional(), ...span }),
]);

export type Fault = z.output<typeof faultSchema>;

export const ENDPOINTS = ['monitor', 'queue', 'registration', 'auth'] as const;
export type FaultyEndpoint = (typeof ENDPOINTS)[number];

const list = z.array(faultSchema).max(1000).optional();

/** The body of `POST /_sim/faults`. `world` happens to the PBX itself, at once. */
export const faultOrderSchema = z.strictObject({
  /** Forgets the faults that were ordered before. */
  clear: z.boolean().optional(),
  monitor: list,
  queue: list,
  registration: list,
  auth: list,
  world: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('unregister'),
          extension: z.string(),
          forMs: z.number().positive().optional(),
        }),
        z.strictObject({ kind: z.literal('register'), extension: z.string() }),
        z.strictObject({ kind: z.literal('restart-queues') }),
        z.strictObject({ kind: z.literal('expire-token') }),
      ]),
    )
    .max(1000)
    .optional(),
});

export type FaultInput = z.input<typeof faultSchema>;

/** The faults of one tenant that are still to come. */
export class FaultPlan {
  readonly #waiting: Record<FaultyEndpoint, Standing[]> = {
    monitor: [],
    queue: [],
    registration: [],
    auth: [],
  };

  add(endpoint: FaultyEndpoint, fault: FaultInput): void {
    const parsed = faultSchema.parse(fault);
    const times = parsed.times ?? (parsed.forMs === undefined ? 1 : Infinity);
    this.#waiting[endpoint].push({ fault: parsed, left: times, until: null });
  }

  clear(): void {
    for (const endpoint of ENDPOINTS) this.#waiting[endpoint] = [];
  }

  /** The fault for this answer, null for an honest one. A `forMs` begins with the first answer that it spoils. */
  next(endpoint: FaultyEndpoint, now: number): Fault | null {
    const waiting = this.#waiting[endpoint];
    for (;;) {
      const first = waiting[0];
      if (first === undefined) return null;
      first.until ??= now + (first.fault.forMs ?? Infinity);
      if (first.left > 0 && now < first.until) {
        first.left -= 1;
        return first.fault;
      }
      waiting.shift();
    }
  }
}

interface Standing {
  readonly fault: Fault;
  left: number;
  until: number | null;
}
