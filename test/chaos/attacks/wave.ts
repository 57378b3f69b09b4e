import { setTimeout as pause } from 'node:timers/promises';
import { Consumer } from '../../../bench/delivery/consumer.js';
import { token } from '../../support/delivery.js';

/** Many clients of one tenant, which come back whatever ends their connection. */
export interface WaveOrder {
  readonly port: number;
  readonly tenant: string;
  readonly count: number;
  /** Every second client has a token of an extension of its own. */
  readonly narrowed: boolean;
  /** Where all of them were when they left; null: they have never been here, and get a snapshot. */
  readonly from: { readonly epoch: string; readonly sequence: number } | null;
  /** The wave is over when each of them has this event, */
  readonly until: number | null;
  /** or so many snapshots. */
  readonly snapshots: number;
}

/** What the second line says. */
export interface WaveReport {
  readonly ms: number;
  readonly skipped: number;
  readonly stale: number;
  readonly resets: number;
  readonly cut: number;
}

const AT_A_TIME = 100;
const RETRY_MS = 500;
const FIRST_EXTENSION = 101;

const { port, tenant, count, narrowed, from, until, snapshots } = JSON.parse(process.argv[2]!) as WaveOrder;
const begun = performance.now();
const whole = await token({ tenant, sub: 'wave' });
const consumers: Consumer[] = [];
for (let index = 0; index < count; index++) {
  const isNarrow = narrowed && index % 2 === 1;
  const own = isNarrow ? await token({ tenant, extensions: [String(FIRST_EXTENSION + index)] }) : whole;
  const consumer = new Consumer('bridge', own, () => undefined);
  if (from !== null) consumer.startAt(from.epoch, from.sequence);
  consumers.push(consumer);
}

let opening = 0;
async function keepOpen(consumer: Consumer): Promise<void> {
  for (;;) {
    if (!consumer.isConnected && opening < AT_A_TIME) {
      opening += 1;
      await consumer.open(port).catch(() => undefined);
      opening -= 1;
    }
    await pause(RETRY_MS * (0.5 + Math.random()));
  }
}
for (const consumer of consumers) void keepOpen(consumer);

const report = (): WaveReport => {
  const sum = (key: 'skipped' | 'stale' | 'resets' | 'cut') =>
    consumers.reduce((total, { tally }) => total + tally[key], 0);
  const ms = Math.round(performance.now() - begun);
  return { ms, skipped: sum('skipped'), stale: sum('stale'), resets: sum('resets'), cut: sum('cut') };
};
const all = async (isSo: (consumer: Consumer) => boolean) => {
  while (!consumers.every(isSo)) await pause(100);
  console.log(JSON.stringify(report()));
};
await all((consumer) => consumer.isConnected);
await all(({ last, tally }) => (until === null || last >= until) && tally.snapshots >= snapshots);
