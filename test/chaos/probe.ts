import { get } from 'node:http';

/** What one request on a connection of its own got, and how long that took. */
export interface Answered {
  /** HTTP status; null where no answer came within the limit, or no connection at all. */
  readonly status: number | null;
  readonly body: string;
  readonly ms: number;
}

/** A request that waits longer than this is counted as unanswered: far more than any promise allows. */
const LIMIT_MS = 10_000;

/** Asks on a new connection, as a probe of Kubernetes does, so that an open one does not hide that no other is accepted. */
export function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const end = (status: number | null, body: string) =>
      resolve({ status, body, ms: performance.now() - begun });
    const request = get(url, { agent: false, timeout: LIMIT_MS, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => end(response.statusCode ?? null, body));
      response.on('error', () => end(null, ''));
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', () => end(null, ''));
  });
}

/**
 * Sums all series of a metric in Prometheus's text form; 0 where there is none.
 * @param metric its name, or `name{label="value"}` for the series with that label
 */
export function metricSum(text: string, metric: string): number {
  const [name, label = ''] = metric.replace('}', '').split('{') as [string, string?];
  let sum = 0;
  for (const line of text.split('\n'))
    if ((line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && line.includes(label))
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  return sum;
}
