/**
 * How the parts show what they are doing to whoever traces it. Nothing may depend on it: with `UNTRACED` the same work
 * is done and nothing is noted.
 */
export interface Tracer {
  /**
   * Does `work` inside a span, which becomes a child of the one that it is called in. The span ends with the work, and
   * failed where that rejects or throws; what it returns or throws is passed on. What it is about is asked for only
   * where it is noted: a tenant is polled far more often than it is traced.
   */
  span<Result>(describe: () => Description, work: (span: Span) => Promise<Result>): Promise<Result>;
}

export interface Span {
  /** W3C Trace Context, for whoever goes on with the trace elsewhere; undefined where nothing is traced. */
  readonly traceparent: string | undefined;
  set(about: () => Attributes): void;
  /** It did not work, although nothing was thrown. `reason`: one line without secrets or customer data. */
  fail(reason: string): void;
}

export interface Description {
  readonly name: string;
  readonly about: Attributes;
  /** `traceparent`s of what led to this: it goes on with the last one's trace, and is linked to the others. */
  readonly causes?: readonly string[];
}

/** No secrets and no customer data. What is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const NO_SPAN: Span = { traceparent: undefined, set: () => undefined, fail: () => undefined };

export const UNTRACED: Tracer = { span: (_describe, work) => work(NO_SPAN) };
