import { DEFAULT_DESK_RULES } from '../../src/core/desk-rules.js';
import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../../src/core/model/call.js';
import type { Transition } from '../../src/core/model/event.js';
import { latestAnswerAt } from '../../src/core/parts/cycle-facts.js';
import type { KnownQueue, Threshold } from '../../src/core/queues/known-queue.js';
import { QueueWatch, type SettledQueues } from '../../src/core/queues/queue-watch.js';
import { decide } from '../../src/core/reconcile.js';
import { decode, encodeWhole } from '../../src/store/stored/codec.js';
import { observations, type Poll, T0 } from './history.js';

/** Decides one poll after the other, as `History` does, and has a tenant's queues watched behind it. */
export class QueueHistory {
  calls = new TenantCalls(EMPTY_STATE);
  stored = new Map<string, KnownQueue>();
  readonly transitions: Transition[] = [];
  #watch: QueueWatch;
  #at = T0 - 1_000;

  constructor(thresholds: readonly Threshold[] = []) {
    this.#watch = this.#watching(thresholds);
  }

  poll(poll: Poll = {}): SettledQueues {
    this.#at = poll.at === undefined ? this.#at + 1_000 : T0 + poll.at * 1_000;
    const before = this.calls.sources;
    const seen = observations(poll, this.#at);
    const { delta, last: ended } = decide(this.calls, seen, DEFAULT_POLICY);
    const { calls, sources: after } = this.calls;
    const watched = { before, after, calls, ended, at: latestAnswerAt(seen) };
    this.#watch.follow(delta.calls, watched);
    const settled = this.#watch.settle(watched);
    for (const [id, queue] of settled.queues)
      if (queue === null) this.stored.delete(id);
      else this.stored.set(id, queue);
    this.transitions.push(...settled.transitions);
    return settled;
  }

  /** Texts such as `crossed waiting 3/3 @12.000`: the value, the limit, and the time in seconds after T0. */
  emitted(poll: Poll = {}): string[] {
    return this.poll(poll).transitions.map(thresholdSummary);
  }

  /** Goes on from what is stored, with other rules where they are given. */
  restart(thresholds: readonly Threshold[]): void {
    this.calls = new TenantCalls(decode('acme', encodeWhole(this.calls)));
    this.stored = new Map(JSON.parse(JSON.stringify([...this.stored])) as [string, KnownQueue][]);
    this.#watch = this.#watching(thresholds);
  }

  #watching(thresholds: readonly Threshold[]): QueueWatch {
    return new QueueWatch(this.stored, { ...DEFAULT_DESK_RULES, thresholds });
  }
}

export function thresholdSummary({ type, time, data }: Transition): string {
  if (!('limit' in data)) return type;
  const { rule, value, limit } = data;
  const what = type === 'queue-threshold-crossed' ? 'crossed' : 'cleared';
  return `${what} ${rule} ${value}/${limit} @${((time - T0) / 1_000).toFixed(3)}`;
}
