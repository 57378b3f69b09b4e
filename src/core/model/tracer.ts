/**
 * Records what the bridge does as spans of a trace. Nothing may depend on it: with `UNTRACED` the same work is done and
 * nothing is recorded.
 */
export interface Tracer {
  /**
   * Does `work` inside a span, a child of the span in which it is called, and returns or throws what `work` does. The
   * span ends with the work, as failed if that rejects or throws. `describe` is called only if the span is recorded,
   * because a tenant is polled far more often than it is traced.
   */
  span<Result>(describe: () => Description, work: (span: Span) => Promise<Result>): Promise<Result>;
}

export interface Span {
  /** The span's W3C Trace Context, which lets another program continue the trace; undefined if nothing is traced. */
  readonly traceparent: string | undefined;
  set(about: () => Attributes): void;
  /** Marks the span as failed although nothing was thrown. `reason`: one line without secrets or customer data. */
  fail(reason: string): void;
}

export interface Description {
  readonly name: string;
  readonly about: Attributes;
  /**
   * The `traceparent`s of the spans that led to this one: it continues the last one's trace and is linked to the others.
   */
  readonly causes?: readonly string[];
}

/** They contain no secrets and no customer data. Undefined values are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const NO_SPAN: Span = { traceparent: undefined, set: () => undefined, fail: () => undefined };

export const UNTRACED: Tracer = { span: (_describe, work) => work(NO_SPAN) };
