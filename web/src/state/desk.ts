import type { QueueState } from '@pitel-event-bridge/client';
import { batch, effect, type Signal, signal } from '@preact/signals';
import { showsQueue, unknownQueues } from '../data/board-address.js';
import type { AgentIntervals, AgentStats, CallbacksAnswer, QueueIntervals } from '../data/desk.js';
import { ADDRESS } from './address.js';
import { afterAnswer, type Reading } from '../data/reading.js';
import { type Answer, ask } from './ask.js';
import { token } from './access.js';
import { currentTime } from './clock.js';
import { Pace } from './pace.js';
import { hearQueueNames } from './queue-names.js';
import { seesAgents, seesQueues } from './sight.js';
import { zone } from './zone.js';

const NOT_READ = { value: null, at: null, failedAt: null, isHidden: false } as const;
const HIDDEN = { ...NOT_READ, isHidden: true } as const;

/** Callers come and go within seconds: asked for with each change, at most once a second. */
const QUEUES = { everyMs: 5_000, soonMs: 250, leastMs: 1_000 };
/** The bridge adds a day up for these: twice a minute, and after calls that ended. */
const STATS = { everyMs: 20_000, soonMs: 1_500, leastMs: 10_000 };
const CALLBACKS = { everyMs: 30_000, soonMs: 300, leastMs: 2_000 };
/** More than fit on a wall; the page `/callbacks` has the rest. */
const MOST_CALLBACKS = 60;
const RECENT_MS = 1_800_000;
const TIMEOUT_MS = 10_000;

/** The numbers of the desk, as the service counts them. */
export class Desk {
  readonly queues = signal<Reading<readonly QueueState[]>>(NOT_READ);
  /** Those that the board's address names, and the bridge knows none of. */
  readonly unknownQueues = signal<readonly string[]>([]);
  /** Today, by the hour. */
  readonly day = signal<Reading<QueueIntervals['intervals']>>(NOT_READ);
  /** The quarters of an hour that hold the last thirty minutes. */
  readonly recent = signal<Reading<QueueIntervals['intervals']>>(NOT_READ);
  readonly agents = signal<Reading<readonly AgentStats[]>>(NOT_READ);
  readonly callbacks = signal<Reading<CallbacksAnswer>>(NOT_READ);

  readonly #closed = new AbortController();
  readonly #paces = {
    queues: new Pace(() => this.#readQueues(), QUEUES),
    day: new Pace(() => this.#readDay(), STATS),
    agents: new Pace(() => this.#readAgents(), STATS),
    callbacks: new Pace(() => this.#readCallbacks(), CALLBACKS),
  };
  readonly #stop: () => void;

  constructor() {
    for (const pace of Object.values(this.#paces)) pace.start();
    // A new token may show what the one before did not.
    this.#stop = effect(() => {
      void token.value;
      for (const pace of Object.values(this.#paces)) pace.nudge();
    });
  }

  /** Something has happened that may change these. */
  changed(...what: (keyof Desk & ('queues' | 'day' | 'agents' | 'callbacks'))[]): void {
    for (const one of what) this.#paces[one].nudge();
  }

  close(): void {
    this.#stop();
    this.#closed.abort();
    for (const pace of Object.values(this.#paces)) pace.stop();
  }

  async #readQueues(): Promise<void> {
    if (!seesQueues.peek()) return void (this.queues.value = HIDDEN);
    await this.#read(this.queues, 'v1/queues', ({ queues }: { readonly queues: readonly QueueState[] }) => {
      hearQueueNames(queues.map(({ queue }) => queue.name));
      this.unknownQueues.value = unknownQueues(
        ADDRESS,
        queues.map(({ queue }) => queue),
      );
      return queues.filter(({ queue }) => showsQueue(ADDRESS, queue));
    });
  }

  async #readDay(): Promise<void> {
    if (!seesQueues.peek()) {
      batch(() => {
        this.day.value = HIDDEN;
        this.recent.value = HIDDEN;
      });
      return;
    }
    const intervals = ({ timeZone, intervals: all }: QueueIntervals) => {
      zone.value = timeZone;
      return all;
    };
    const since = new Date(currentTime() - RECENT_MS).toISOString();
    await this.#read(this.day, `v1/stats/queues?by=hour${ofQueues()}`, intervals);
    await this.#read(
      this.recent,
      `v1/stats/queues?by=quarter&from=${encodeURIComponent(since)}${ofQueues()}`,
      intervals,
    );
  }

  async #readAgents(): Promise<void> {
    if (!seesAgents.peek()) return void (this.agents.value = HIDDEN);
    await this.#read(this.agents, 'v1/stats/agents', ({ timeZone, intervals }: AgentIntervals) => {
      zone.value = timeZone;
      return intervals.at(-1)?.agents ?? [];
    });
  }

  async #readCallbacks(): Promise<void> {
    if (!seesQueues.peek()) return void (this.callbacks.value = HIDDEN);
    const address = `v1/callbacks?limit=${MOST_CALLBACKS}${ofQueues()}`;
    await this.#read(this.callbacks, address, (body: CallbacksAnswer) => body);
  }

  async #read<Body, T>(into: Signal<Reading<T>>, path: string, valueOf: (body: Body) => T): Promise<void> {
    const askedAt = currentTime();
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer: Answer<Body> = await ask<Body>(path, { signal });
    if (this.#closed.signal.aborted) return;
    into.value = afterAnswer(into.peek(), answer.ok ? valueOf(answer.body) : null, askedAt);
  }
}

function ofQueues(): string {
  return ADDRESS.queues === null ? '' : `&queues=${encodeURIComponent(ADDRESS.queues.join(','))}`;
}
