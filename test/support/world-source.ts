import type { World } from '../../simulator/world.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import type { EndpointReader } from '../../src/source/endpoint-reader.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { listReaders } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import { pollResult } from '../../src/source/poll-result.js';

/** A source that looks straight into a simulated PBX, in its time: no HTTP in between. */
export function worldSource(world: World): Pick<EndpointReader, 'poll'> {
  const readers = listReaders({
    instants: new InstantReader('Asia/Ho_Chi_Minh'),
    numbers: new PhoneNumbers('VN'),
  });
  const poll = (endpoint: Endpoint) => {
    const at = { startedAt: world.now, at: world.now };
    const body = endpoint === 'monitor' ? world.monitorBody() : world.queueBody();
    const observation = readers[endpoint].read(body, at);
    return Promise.resolve(pollResult(observation, { sentAt: world.now, status: 200 }, world.now));
  };
  return { poll };
}
