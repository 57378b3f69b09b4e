import type { Endpoint } from '../../core/model/observation.js';
import { type Tracer, UNTRACED } from '../../core/model/tracer.js';
import type { InFlightRequests } from './in-flight-requests.js';
import { type Recorded, NOTHING_RECORDED, type TenantPoller } from './tenant-poller.js';

/**
 * Runs one poll cycle of a tenant: finishes a commit that was begun, claims the tenant, asks the endpoints and records
 * the results that have come. Cycles of one tenant must not overlap.
 *
 * Guarantees: the results of endpoints that are asked together are awaited and recorded together, except that of an
 * endpoint whose last request failed (`InFlightRequests`): a later cycle takes it. Rejects when the store cannot be
 * reached; nothing is lost when the cycle is run again later.
 *
 * @param endpoints to ask, none of them open. Empty: only results that have come are recorded
 * @param signal aborts the requests of this cycle, also after it
 * @param id names the cycle in its trace
 */
export function pollCycle(
  parts: CycleParts,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
  id = '',
): Promise<CycleReport> {
  const { tenant, tracer = UNTRACED } = parts;
  const describe = () => ({
    name: 'poll cycle',
    about: { 'pitel.tenant': tenant, 'pitel.cycle': id, 'pitel.endpoints': endpoints.join() },
  });
  return tracer.span(describe, async (span) => {
    const report = await cycle(parts, endpoints, signal);
    span.set(() => ({
      ...Object.fromEntries(
        report.polls.map(({ result }) => [`pitel.${result.endpoint}`, result.observation.outcome]),
      ),
      'pitel.events': report.transitions.length,
    }));
    return report;
  });
}

async function cycle(
  { requests, poller }: CycleParts,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<CycleReport> {
  if (!(await poller.prepare(signal))) return STOPPED;
  await requests.ask(endpoints, signal);
  // The loop was stopped meanwhile: the result of an aborted request is no observation.
  if (signal.aborted) return STOPPED;
  return poller.record(requests.take());
}

export interface CycleParts {
  readonly tenant: string;
  readonly requests: Pick<InFlightRequests, 'ask' | 'take'>;
  readonly poller: Pick<TenantPoller, 'prepare' | 'record'>;
  readonly tracer?: Tracer | undefined;
}

export type CycleReport = Recorded;

const STOPPED: CycleReport = NOTHING_RECORDED;
