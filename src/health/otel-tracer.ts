import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Context,
  type Span as OtelSpan,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { reasonOf } from '../base/error-text.js';
import type { Attributes, Description, Span, Tracer } from '../core/model/tracer.js';

/**
 * Sends traces to an OpenTelemetry collector, by OTLP over HTTP. Loaded only where that is configured, since it takes
 * some megabytes.
 *
 * Guarantees: at most `QUEUED_SPANS` spans wait to be sent, further ones are dropped; a collector that is down delays
 * nothing, and `onChange` is called once, until it is up again.
 */
export class OtelTracer implements Tracer {
  readonly #provider: NodeTracerProvider;
  readonly #tracer;

  constructor({ endpoint, headers, serviceName, ratio, onChange }: OtelOptions) {
    // All settings are given here, so that the SDK's own reading of the environment has no effect.
    const exporter = new OTLPTraceExporter({
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      headers: { ...headers },
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    this.#provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [
        new BatchSpanProcessor(new WatchedExporter(exporter, onChange), {
          maxQueueSize: QUEUED_SPANS,
          maxExportBatchSize: QUEUED_SPANS / 4,
          scheduledDelayMillis: SEND_EVERY_MS,
          exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        }),
      ],
    });
    // Keeps the current span across `await`, and reads and writes `traceparent`.
    this.#provider.register();
    this.#tracer = this.#provider.getTracer('pitel-event-bridge');
  }

  span<Result>(describe: () => Description, work: (span: Span) => Promise<Result>): Promise<Result> {
    const { name, about, causes = [] } = describe();
    const parent = causes.length === 0 ? context.active() : contextOf(causes.at(-1)!);
    const links = causes.slice(0, -1).flatMap((cause) => {
      const linked = trace.getSpanContext(contextOf(cause));
      return linked === undefined ? [] : [{ context: linked }];
    });
    return this.#tracer.startActiveSpan(name, { attributes: { ...about }, links }, parent, async (span) => {
      try {
        return await work(new RecordedSpan(span));
      } catch (error) {
        span.setStatus({
          code: SpanStatusCode.ERROR,
          message: reasonOf(error),
        });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  /** Sends the spans that wait, within `EXPORT_TIMEOUT_MS`. Does not reject. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, EXPORT_TIMEOUT_MS)));
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
    for (const api of [trace, context, propagation]) api.disable();
  }
}

export interface OtelOptions {
  /** The collector's address; `/v1/traces` is added. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Share of the traces that are kept, 0 to 1. */
  readonly ratio: number;
  /** Called when the collector no longer accepts spans (true), and when it does again (false). */
  readonly onChange: (isAway: boolean) => void;
}

class RecordedSpan implements Span {
  readonly #span: OtelSpan;

  constructor(span: OtelSpan) {
    this.#span = span;
  }

  get traceparent(): string | undefined {
    const carrier: { traceparent?: string } = {};
    propagation.inject(trace.setSpan(ROOT_CONTEXT, this.#span), carrier);
    return carrier.traceparent;
  }

  set(about: () => Attributes): void {
    for (const [name, value] of Object.entries(about()))
      if (value !== undefined) this.#span.setAttribute(name, value);
  }

  fail(reason: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }
}

/**
 * Reports when sending begins to fail, and when it works again; not why, since a collector's answer may hold anything.
 */
class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #onChange: (isAway: boolean) => void;
  #isAway = false;

  constructor(exporter: SpanExporter, onChange: (isAway: boolean) => void) {
    this.#exporter = exporter;
    this.#onChange = onChange;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.#exporter.export(spans, (result) => {
      const isAway = result.error !== undefined;
      if (isAway !== this.#isAway) this.#onChange(isAway);
      this.#isAway = isAway;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

function contextOf(traceparent: string): Context {
  return propagation.extract(ROOT_CONTEXT, { traceparent });
}

const QUEUED_SPANS = 2_048;
const SEND_EVERY_MS = 1_000;
/** Less than a shutdown may take. */
const EXPORT_TIMEOUT_MS = 2_000;
