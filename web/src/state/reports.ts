import { batch, computed, effect, signal } from '@preact/signals';
import { dayIn, HOURS_MOST_DAYS, lengthOf, type Period, periodOf, type Preset } from '../data/period.js';
import { byAgent, byDay, byHour, byQueue, totalOf } from '../data/report-rows.js';
import type { AgentInterval, QueueInterval, Stats } from '../data/stats.js';
import { token } from './access.js';
import { ask } from './ask.js';
import { currentTime } from './clock.js';
import { hearQueueNames, queueName } from './queue-names.js';
import { zone } from './zone.js';

/**
 *   reading → shown   the numbers are of the chosen period
 *           → failed  they could not be read; what is shown is none, or of the last answer for the same period
 */
export type Standing = 'reading' | 'shown' | 'failed';
export type View = 'queues' | 'agents' | 'calls';
export const QUEUE_ROWS = ['hour', 'day', 'queue'] as const;
export type QueueRows = (typeof QUEUE_ROWS)[number];

/** Today goes on: its numbers are asked for again. */
const EVERY_MS = 30_000;
const TIMEOUT_MS = 30_000;

/** What a day has come to, as the service counts it, for the period that is chosen. */
export class Reports {
  readonly view = signal<View>('queues');
  readonly rows = signal<QueueRows>('hour');
  /** Null: a free range. */
  readonly preset = signal<Preset | null>('today');
  /** Null: today, of which the service alone knows in which zone. */
  readonly period = signal<Period | null>(null);
  /** The id of a queue; null: all. */
  readonly queue = signal<string | null>(null);
  readonly timeZone = signal<string | null>(null);
  readonly standing = signal<Standing>('reading');
  /** When the numbers were read. */
  readonly readAt = signal(currentTime());
  readonly #hours = signal<readonly QueueInterval[]>([]);
  readonly #days = signal<readonly QueueInterval[]>([]);
  readonly #agents = signal<readonly AgentInterval[]>([]);
  /** Of the chosen queue, or of all. */
  readonly #chosen = computed(() => ({
    hours: this.#of(this.#hours.value),
    days: this.#of(this.#days.value),
  }));
  readonly hasHours = computed(
    () => this.period.value === null || lengthOf(this.period.value) <= HOURS_MOST_DAYS,
  );
  readonly byHour = computed(() =>
    byHour(this.#chosen.value.hours, this.timeZone.value ?? 'UTC', this.readAt.value),
  );
  readonly byDay = computed(() => byDay(this.#chosen.value.days, this.readAt.value));
  readonly byQueue = computed(() => byQueue(this.#chosen.value.days));
  readonly total = computed(() => totalOf(this.#chosen.value.days, this.readAt.value));
  readonly byAgent = computed(() => byAgent(this.#agents.value, this.readAt.value));
  readonly queues = computed(() =>
    byQueue(this.#days.value).map(({ key, name }) => ({ id: key, name: queueName(name) })),
  );
  readonly #closed = new AbortController();
  readonly #stop: () => void;
  #reading = new AbortController();

  constructor() {
    const stopWatch = effect(() => {
      void [token.value, this.period.value, this.view.value === 'agents'];
      void this.read();
    });
    const timer = setInterval(() => {
      if (this.preset.peek() === 'today') void this.#read();
    }, EVERY_MS);
    this.#stop = () => {
      stopWatch();
      clearInterval(timer);
    };
  }

  close(): void {
    this.#stop();
    this.#closed.abort();
  }

  choose(preset: Preset): void {
    const zone = this.timeZone.peek();
    batch(() => {
      this.preset.value = preset;
      this.period.value =
        preset === 'today' || zone === null ? null : periodOf(preset, dayIn(zone, currentTime()));
    });
  }

  chooseRange(period: Period): void {
    batch(() => {
      this.preset.value = null;
      this.period.value = period;
    });
  }

  /** The days that it is about; null before the zone is known. */
  get days(): Period | null {
    const zone = this.timeZone.value;
    return this.period.value ?? (zone === null ? null : periodOf('today', dayIn(zone, this.readAt.value)));
  }

  readonly read = async (): Promise<void> => {
    this.standing.value = 'reading';
    await this.#read();
  };

  /** Where the table of what is shown is. */
  tableAddress(): string {
    if (this.view.peek() === 'agents') return this.#address('agents', 'day', { format: 'csv' });
    const by = this.rows.peek() === 'hour' && this.hasHours.peek() ? 'hour' : 'day';
    return this.#address('queues', by, { format: 'csv', queue: this.queue.peek() });
  }

  #of(intervals: readonly QueueInterval[]): readonly QueueInterval[] {
    const id = this.queue.value;
    if (id === null) return intervals;
    return intervals.map((interval) => ({
      ...interval,
      queues: interval.queues.filter(({ queue }) => queue.id === id),
    }));
  }

  async #read(): Promise<void> {
    this.#reading.abort();
    const reading = new AbortController();
    this.#reading = reading;
    const signal = AbortSignal.any([reading.signal, this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const get = <Each extends QueueInterval | AgentInterval>(what: 'queues' | 'agents', by: 'hour' | 'day') =>
      ask<Stats<Each>>(this.#address(what, by), { signal });
    const nothing = { ok: true, body: null } as const;
    const [days, hours, agents] = await Promise.all([
      get<QueueInterval>('queues', 'day'),
      this.hasHours.peek() ? get<QueueInterval>('queues', 'hour') : nothing,
      this.view.peek() === 'agents' ? get<AgentInterval>('agents', 'day') : nothing,
    ]);
    if (reading.signal.aborted || this.#closed.signal.aborted) return;
    batch(() => {
      if (!days.ok || !hours.ok || !agents.ok) {
        this.standing.value = 'failed';
        return;
      }
      this.readAt.value = currentTime();
      this.timeZone.value = days.body.timeZone;
      zone.value = days.body.timeZone;
      this.#days.value = days.body.intervals;
      hearQueueNames(namesIn(days.body.intervals));
      this.#hours.value = hours.body?.intervals ?? [];
      if (agents.body !== null) this.#agents.value = agents.body.intervals;
      this.standing.value = 'shown';
    });
  }

  #address(
    what: 'queues' | 'agents',
    by: 'hour' | 'day',
    more: Readonly<Record<string, string | null>> = {},
  ): string {
    const { from = null, to = null } = this.period.peek() ?? {};
    const given = Object.entries({ by, from, to, ...more }).flatMap(([name, value]) =>
      value === null ? [] : [[name, value]],
    );
    return `v1/stats/${what}?${new URLSearchParams(given).toString()}`;
  }
}

function namesIn(intervals: readonly QueueInterval[]): readonly string[] {
  return intervals.flatMap(({ queues }) => queues.flatMap(({ queue }) => queue.name ?? []));
}
