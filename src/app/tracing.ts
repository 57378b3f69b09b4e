import type { Logger } from 'pino';
import type { TracingConfig } from '../config/config.js';
import { headers as parseHeaders } from '../config/settings/formats.js';
import { type Tracer, UNTRACED } from '../core/model/tracer.js';

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends the spans that wait, within a time-out. Does not reject. */
  readonly close: () => Promise<void>;
}

/** Loads the SDK only where tracing is configured. */
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
      if (isAway) log.warn('trace export failed: the collector does not accept spans');
      else log.info('trace export recovered');
    },
  });
  return { tracer, close: () => tracer.close() };
}
