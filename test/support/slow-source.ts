import type { Random } from '../../simulator/random.js';
import type { World } from '../../simulator/world.js';
import type { Time } from '../../src/base/clock.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import type { EndpointReader } from '../../src/source/endpoint-reader.js';
import { listReaders } from '../../src/source/parse/list-reader.js';
import { pollResult } from '../../src/source/poll-result.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import type { VirtualTime } from './virtual-time.js';

export interface SlowSourceOptions {
  /** Lives in virtual time, whatever the clock of the bridge says. */
  readonly world: World;
  readonly time: VirtualTime;
  /** The bridge's time: it stamps observations by its wall clock. */
  readonly clock: Time;
  readonly timeoutMs: number;
  /** The randomness of one request: its latency, the instant that the answer shows, whether it is spoiled. */
  readonly drawing: (endpoint: Endpoint) => Random;
  /** How long an answer takes; from `timeoutMs` on there is none. */
  readonly latencyMs: (endpoint: Endpoint, random: Random, now: number) => number;
  readonly spoil?: (body: Buffer, random: Random) => Buffer;
  readonly asked?: (endpoint: Endpoint) => void;
  /** Called when the PBX answers the request of `sentAt`, with its present state. */
  readonly looked?: (endpoint: Endpoint, sentAt: number) => void;
  readonly failed?: () => void;
}

/**
 * A source over a simulated PBX whose answers take a while, in virtual time: each shows the PBX as it was at some instant
 * between the request and the answer. Observations build on each other: a bridge that is restarted needs a new source.
 */
export function slowSource(options: SlowSourceOptions): Pick<EndpointReader, 'poll'> {
  const { world, time, clock, timeoutMs } = options;
  const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
  const readers = listReaders(locale);

  const poll = async (endpoint: Endpoint, signal?: AbortSignal) => {
    const [startedAt, sentAt] = [clock.now(), clock.monotonic()];
    const random = options.drawing(endpoint);
    const takesMs = options.latencyMs(endpoint, random, time.now);
    options.asked?.(endpoint);
    const failure = (reason: string) =>
      pollResult(
        { endpoint, startedAt, at: clock.now(), outcome: 'failed', reason },
        { sentAt, status: null },
        clock.monotonic(),
      );
    if (takesMs >= timeoutMs) {
      await time.pass(timeoutMs, signal);
      options.failed?.();
      return failure(signal?.aborted ? 'request given up' : `no answer within ${timeoutMs} ms`);
    }
    const looksAfterMs = random.int(0, takesMs);
    await time.pass(looksAfterMs, signal);
    world.advanceTo(time.now);
    options.looked?.(endpoint, sentAt);
    const body = endpoint === 'monitor' ? world.monitorBody() : world.queueBody();
    await time.pass(takesMs - looksAfterMs, signal);
    if (signal?.aborted) return failure('request given up');
    const read = options.spoil?.(body, random) ?? body;
    const observation = readers[endpoint].read(read, { startedAt, at: clock.now() });
    return pollResult(observation, { sentAt, status: 200 }, clock.monotonic());
  };
  return { poll };
}
