import type { Logger } from 'pino';
import type { TracingConfig } from '../config/config.js';
import { headers as parseHeaders } from '../config/settings/formats.js';
import { type Tracer, UNTRACED } from '../core/model/tracer.js';

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what waits. Bounded, does not reject. */
  readonly close: () => Promise<void>;
}

/** The SDK is not loaded unless traces are wanted. */
export async function openTracing(config: TracingConfig | null, log: Logger): Promise<Tracing> {
  if (config === null) return { tracer: UNTRACED, close: () => Promise.resolve() };
  const { OtelTracer } = await import('../health/otel-tracer.js');
  const { endpoint, headers, serviceName, ratio } = config;
  const tracer = new OtelTracer({
    endpoint,
    headers: parseHeaders(headers?.reveal() ?? '') ?? {},
    serviceName,
    ratio,
    onChange: (isAway) => {
      if (isAway) log.warn('traces: the collector does not take them');
      else log.info('traces: the collector takes them again');
    },
  });
  return { tracer, close: () => tracer.close() };
}
