import { Redis } from 'ioredis';
import { DEFAULT_POLICY, EMPTY_STATE, type TenantState } from '../src/core/call.js';
import { freshen, reconcile } from '../src/core/reconcile.js';
import { InstantReader } from '../src/source/instant.js';
import { MonitorObserver } from '../src/source/observer.js';
import { PhoneNumbers } from '../src/source/phone-number.js';
import { MonitorBodies } from './bodies.js';
import { interleaved, type Row, shown, warmUpTurns } from './measure.js';
import { PlainWay } from './peers/plain.js';

/** One poll's way from the bytes to the transitions, beside JSON.parse of the same bytes and beside the plain way. */

class Ours {
  readonly #observer = new MonitorObserver({
    instants: new InstantReader('Asia/Ho_Chi_Minh'),
    numbers: new PhoneNumbers('VN'),
  });
  state: TenantState = EMPTY_STATE;
  #rows: unknown = null;
  #confirm = false;
  #now = Date.UTC(2026, 2, 2, 3, 3);

  /** What `TenantPoller` does with an answer, but for the network and the store. */
  poll(body: Buffer): number {
    this.#now += 1_000;
    const monitor = this.#observer.observe(body, { startedAt: this.#now - 40, at: this.#now });
    if (monitor.outcome !== 'complete') throw new Error(monitor.reason ?? 'not complete');
    const settled = monitor.rows === this.#rows && !this.#confirm;
    const result = (settled ? freshen : reconcile)(this.state, { monitor }, DEFAULT_POLICY);
    this.#rows = monitor.rows;
    this.#confirm = result.confirm;
    this.state = result.state;
    return result.transitions.length;
  }
}

export async function unchangedPoll(count: number, rounds: number): Promise<Row> {
  const body = new MonitorBodies(count, 0.01).current();
  // Bytes from the network are equal, never the same object.
  const again = [Buffer.from(body), Buffer.from(body)];
  const text = body.toString();
  const ours = new Ours();
  ours.poll(body);
  const [mine, parse, bytes] = await interleaved(
    [
      { name: 'ours', run: (turn) => void ours.poll(again[turn % 2]!) },
      { name: 'JSON.parse', run: () => void JSON.parse(text) },
      { name: 'comparing the bytes', run: (turn) => void again[turn % 2]!.equals(body) },
    ],
    rounds,
  );
  return {
    what: `unchanged poll, ${count} rows`,
    ratio: mine!.medianMs / parse!.medianMs,
    of: 'JSON.parse',
    goal: 0.1,
    detail: [mine!, parse!, bytes!].map(shown).join(' · '),
  };
}

export async function changedPoll(
  count: number,
  share: number,
  rounds: number,
  redis: Redis | null,
): Promise<Row> {
  const bodies = new MonitorBodies(count, share);
  const prepared = Array.from({ length: rounds + warmUpTurns(rounds) }, () => bodies.next());
  const texts = prepared.map((body) => body.toString());
  const ours = new Ours();
  const contenders = [
    { name: 'ours', run: (turn: number) => void ours.poll(prepared[turn]!) },
    { name: 'JSON.parse', run: (turn: number) => void JSON.parse(texts[turn]!) },
  ];
  if (redis !== null) {
    await redis.del('plain:snapshot');
    const plain = new PlainWay(redis);
    contenders.push({ name: 'the plain way', run: ((turn: number) => plain.poll(prepared[turn]!)) as never });
  }
  const [mine, parse, plain] = await interleaved(contenders, rounds);
  return {
    what: `changed poll, ${count} rows, ${share * 100} % changed`,
    ratio: mine!.medianMs / parse!.medianMs,
    of: 'JSON.parse',
    goal: 1.5,
    detail: [mine!, parse!, plain]
      .filter((timing) => timing !== undefined)
      .map(shown)
      .join(' · '),
  };
}

/** Heap kept per call that is alive: the answer's bytes, its rows, the state and its index. */
export function memoryPerCall(count: number): Row {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run with --expose-gc');
  const bodies = new MonitorBodies(count, 0.01);
  const ours = new Ours();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  ours.poll(bodies.current());
  collect();
  const after = process.memoryUsage();
  const perCall = (after.heapUsed + after.external - heapUsed - external) / count;
  if (ours.state.calls.size !== count) throw new Error('not every row became a call');
  return {
    what: `memory kept per alive call, ${count} calls`,
    ratio: perCall / 4096,
    of: '4 KB',
    goal: 1,
    detail: `${Math.round(perCall)} bytes`,
  };
}
