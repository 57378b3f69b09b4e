import { createHash } from 'node:crypto';
import { MONDAY_MORNING } from './quiet-world.js';
import { createWorld, type WorldOptions } from './world.js';

/** What the truth says of a row since the fingerprints were taken. */
const LATER = new Set(['numbers', 'who', 'callTimes', 'callIds', 'agents', 'abandonedTimes']);
const withoutLater = (name: string, value: unknown): unknown => (LATER.has(name) ? undefined : value);

/** A day's every answer and all that the truth says of it, as one text. */
function fingerprint(options: Partial<WorldOptions>): string {
  const world = createWorld({ startAt: MONDAY_MORNING, ...options });
  const hash = createHash('sha256');
  for (let at = MONDAY_MORNING; at < MONDAY_MORNING + 40 * 60_000; at += 1000) {
    world.advanceTo(at);
    hash.update(world.monitorBody()).update(world.queueBody());
  }
  hash.update(JSON.stringify(world.log));
  for (const call of world.truth) {
    hash.update(
      JSON.stringify(
        [call.upstreamIds, call.sightings, call.queues, call.customer, call.linkedTo],
        withoutLater,
      ),
    );
  }
  return hash.digest('hex').slice(0, 16);
}

describe('a day without habits of the engine', () => {
  it('is, byte for byte, the day that its seed has always given', () => {
    const days = [
      fingerprint({ seed: 'old', traffic: { callsPerHour: 600 } }),
      fingerprint({ seed: 7, traffic: { callsPerHour: 900 }, habits: { staleRow: 0.1, short: 0.2 } }),
      fingerprint({
        seed: 'moved',
        speed: 6,
        traffic: { callsPerHour: 120, unregistersPerHour: 60 },
        habits: { blindTransfer: 0.3, attendedTransfer: 0.3, overflow: 0.3, resume: 0.5 },
        quirks: { callTimeMoves: false, outboundShape: 'documented', emptyUuidOnAbandon: 1 },
      }),
    ];
    expect(days).toEqual(['6f5450a08cdc2f20', 'ca303bf3676d3727', '0e2cba3ec06b81a3']);
  });
});
