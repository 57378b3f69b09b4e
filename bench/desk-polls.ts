import { Desk } from '../src/core/desk.js';
import type { DeskPoll } from '../src/core/desk-poll.js';
import { DEFAULT_DESK_RULES } from '../src/core/desk-rules.js';
import { EMPTY_DESK } from '../src/core/desk-state.js';
import { TenantCalls } from '../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../src/core/model/call.js';
import { decide } from '../src/core/reconcile.js';
import { InstantReader } from '../src/source/parse/instant.js';
import { ListReader } from '../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../src/source/parse/phone-number.js';
import type { Bench } from './bench.js';
import { type Contender, interleaved, type Row, type Spread, versus } from './measure.js';
import { MonitorBodies } from './bodies.js';

/** What the desk adds to a poll, beside the poll itself: reading the answer and deciding. */
export async function deskPolls({ rounds }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [10, 100, 1_000]) rows.push(await unchanged(count, rounds(60)));
  for (const count of [100, 1_000]) rows.push(await changed(count, rounds(60)));
  return rows;
}

/** A poll's way to the decision, and then what follows from it. */
class PollChain {
  readonly #reader = new ListReader('monitor', {
    instants: new InstantReader('Asia/Ho_Chi_Minh'),
    numbers: new PhoneNumbers('VN'),
  });
  readonly #known = new TenantCalls(EMPTY_STATE);
  readonly #desk = new Desk(EMPTY_DESK, DEFAULT_DESK_RULES);
  #now = Date.UTC(2026, 2, 2, 3, 3);
  #decided: { readonly decision: ReturnType<typeof decide>; readonly poll: DeskPoll } | null = null;

  decide(body: Buffer): void {
    this.#now += 1_000;
    const known = this.#known;
    const before = known.sources;
    const monitor = this.#reader.read(body, { startedAt: this.#now - 40, at: this.#now });
    if (monitor.outcome !== 'complete') throw new Error(monitor.reason ?? 'not complete');
    const decision = decide(known, { monitor }, DEFAULT_POLICY);
    known.settled.note({ monitor }, decision.confirm);
    const { calls, sources: after, created, hotlines, listsIdle } = known;
    const { observations, last: ended } = decision;
    const poll = { observations, before, after, calls, ended, created, hotlines, listsIdle, at: this.#now };
    this.#decided = { decision, poll };
  }

  follow(): void {
    const { decision, poll } = this.#decided!;
    if (decision.transitions.length > 0 || decision.delta.calls.size > 0) this.#desk.follow(decision, poll);
    this.#desk.settle(poll);
  }
}

function unchanged(count: number, rounds: number): Promise<Row> {
  const body = new MonitorBodies(count, 0.01).current();
  const again = [Buffer.from(body), Buffer.from(body)];
  let turns = 0;
  return compared(`desk after an unchanged poll, ${count} rows`, () => again[turns++ % 2]!, {
    repeats: 1_000,
    rounds,
  });
}

function changed(count: number, rounds: number): Promise<Row> {
  const bodies = new MonitorBodies(count, 0.01);
  return compared(`desk after a changed poll, ${count} rows, 1 % changed`, () => bodies.next(), {
    repeats: 1,
    rounds: rounds * 5,
  });
}

async function compared(
  what: string,
  next: () => Buffer,
  { repeats, rounds }: { readonly repeats: number; readonly rounds: number },
): Promise<Row> {
  const [alone, both] = [new PollChain(), new PollChain()];
  let body = next();
  const prepare = () => void (body = next());
  for (const one of [alone, both]) one.decide(body);
  both.follow();
  const contenders: readonly Contender[] = [
    {
      name: 'with the desk',
      prepare,
      repeats,
      run: () => {
        both.decide(body);
        both.follow();
      },
    },
    { name: 'without', prepare: () => undefined, repeats, run: () => alone.decide(body) },
  ];
  const spreads = (await interleaved(contenders, rounds)) as [Spread, Spread];
  return versus(what, spreads, { limit: 1.1, peers: {} });
}
