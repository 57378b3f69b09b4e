import type { Random } from '../../simulator/random.js';
import type { World } from '../../simulator/world.js';
import type { Endpoint, Instant } from '../../src/core/model/observation.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { MonitorObserver, QueueObserver } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import type { PitelSource } from '../../src/source/pitel-source.js';
import type { VirtualTime } from './virtual-time.js';

export interface SlowSourceOptions {
  /** Lives in virtual time, whatever the clock of the bridge says. */
  readonly world: World;
  readonly time: VirtualTime;
  /** The wall clock of the bridge, which stamps what it observes. */
  readonly clock: () => Instant;
  readonly timeoutMs: number;
  /** What one request's luck is drawn from. */
  readonly drawing: (endpoint: Endpoint) => Random;
  /** How long an answer takes; from `timeoutMs` on there is none. */
  readonly latencyMs: (endpoint: Endpoint, random: Random, now: number) => number;
  readonly spoil?: (body: Buffer, random: Random) => Buffer;
  readonly asked?: (endpoint: Endpoint) => void;
  /** The PBX answers what it was asked at `askedAt`, as it is now. */
  readonly looked?: (endpoint: Endpoint, askedAt: Instant) => void;
  readonly failed?: () => void;
}

/**
 * A source over a simulated PBX whose answers take a while, in virtual time: each shows the PBX as it was at some instant
 * between the request and the answer. Observations build on each other: a bridge that starts anew needs a new source.
 */
export function slowSource(options: SlowSourceOptions): Pick<PitelSource, 'poll'> {
  const { world, time, clock, timeoutMs } = options;
  const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
  const observers = { monitor: new MonitorObserver(locale), queue: new QueueObserver(locale) };

  const poll = async (endpoint: Endpoint, signal: AbortSignal) => {
    const startedAt = clock();
    const random = options.drawing(endpoint);
    const takesMs = options.latencyMs(endpoint, random, time.now);
    options.asked?.(endpoint);
    const failure = (reason: string) => ({
      observation: { endpoint, startedAt, at: clock(), outcome: 'failed', reason },
      retryAfterMs: null,
      status: null,
      heldBackMs: null,
    });
    if (takesMs >= timeoutMs) {
      await time.pass(timeoutMs, signal);
      options.failed?.();
      return failure(signal.aborted ? 'request given up' : `no answer within ${timeoutMs} ms`);
    }
    const looksAfterMs = random.int(0, takesMs);
    await time.pass(looksAfterMs, signal);
    world.advanceTo(time.now);
    options.looked?.(endpoint, startedAt);
    const body = endpoint === 'monitor' ? world.monitorBody() : world.queueBody();
    await time.pass(takesMs - looksAfterMs, signal);
    if (signal.aborted) return failure('request given up');
    const read = options.spoil?.(body, random) ?? body;
    const observation = observers[endpoint].observe(read, { startedAt, at: clock() });
    return { observation, retryAfterMs: null, status: 200, heldBackMs: null };
  };
  return { poll: poll as unknown as PitelSource['poll'] };
}
