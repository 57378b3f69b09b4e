import type { Endpoint } from '../../core/model/observation.js';
import { type Tracer, UNTRACED } from '../../core/model/tracer.js';
import type { InFlightRequests, PollVerdict } from './in-flight-requests.js';
import { type Recorded, NOTHING_RECORDED, type TenantPoller } from './tenant-poller.js';

/**
 * One poll cycle of a tenant: what had been begun is finished and the tenant is claimed; then the endpoints are asked, and
 * what has come is recorded. Cycles of one tenant must not overlap.
 *
 * Guarantees: endpoints that are asked together are waited for and recorded together, but for one that failed when it was
 * asked last (`InFlightRequests`): its result is a later cycle's. Rejects when the store cannot be reached: run it again
 * later, nothing is lost.
 *
 * @param endpoints which to ask, none of them open. None at all: only what has come is recorded
 * @param signal cuts off the requests of this cycle, also after it
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
  // Stopped in the middle of it: what was cut off is no observation.
  if (signal.aborted) return STOPPED;
  const polls = requests.take();
  return { polls, ...(await poller.record(polls)) };
}

export interface CycleParts {
  readonly tenant: string;
  readonly requests: Pick<InFlightRequests, 'ask' | 'take'>;
  readonly poller: Pick<TenantPoller, 'prepare' | 'record'>;
  readonly tracer?: Tracer | undefined;
}

export interface CycleReport extends Recorded {
  /** What was taken in it. */
  readonly polls: readonly PollVerdict[];
}

const STOPPED: CycleReport = { polls: [], ...NOTHING_RECORDED };
