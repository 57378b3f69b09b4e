import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import { InFlightRequests } from '../../src/poll/cycle/in-flight-requests.js';
import { type CycleReport, pollCycle } from '../../src/poll/cycle/poll-cycle.js';
import { type PollerDeps, TenantPoller } from '../../src/poll/cycle/tenant-poller.js';
import type { EndpointReader } from '../../src/source/endpoint-reader.js';

export type HandPolledDeps = Pick<PollerDeps, 'tenant' | 'store' | 'time' | 'newEpoch' | 'newCommitId'> &
  Partial<PollerDeps> & { readonly source: Pick<EndpointReader, 'poll'> };

/** A tenant whose cycles a test runs one by one: the bridge's requests and poller, without the loop that times them. */
export class HandPolled {
  readonly requests: InFlightRequests;
  readonly #tenant: string;
  readonly #poller: TenantPoller;

  constructor({ source, ...deps }: HandPolledDeps) {
    this.#tenant = deps.tenant;
    this.requests = new InFlightRequests(source);
    this.#poller = new TenantPoller({
      outdate: () => this.requests.outdate(),
      registrations: null,
      policy: DEFAULT_POLICY,
      ...deps,
    });
  }

  cycle(endpoints: readonly Endpoint[], signal = NEVER): Promise<CycleReport> {
    return pollCycle(
      { tenant: this.#tenant, requests: this.requests, poller: this.#poller },
      endpoints,
      signal,
    );
  }
}

const NEVER = new AbortController().signal;
