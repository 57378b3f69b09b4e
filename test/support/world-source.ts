import type { World } from '../../simulator/world.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { MonitorObserver, QueueObserver } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import type { PitelSource } from '../../src/source/pitel-source.js';

/** A source that looks straight into a simulated PBX, in its time: no HTTP in between. */
export function worldSource(world: World): Pick<PitelSource, 'poll'> {
  const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
  const observers = { monitor: new MonitorObserver(locale), queue: new QueueObserver(locale) };
  const poll = (endpoint: Endpoint) => {
    const at = { startedAt: world.now, at: world.now };
    const observation =
      endpoint === 'monitor'
        ? observers.monitor.observe(world.monitorBody(), at)
        : observers.queue.observe(world.queueBody(), at);
    return Promise.resolve({ observation, retryAfterMs: null, status: 200, heldBackMs: null });
  };
  return { poll: poll as PitelSource['poll'] };
}
