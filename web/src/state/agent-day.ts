import { batch, signal } from '@preact/signals';
import { dayIn } from '../data/period.js';
import type { AgentInterval, AgentStats, Stats } from '../data/stats.js';
import { ask } from './ask.js';
import { currentTime } from './clock.js';
import { EndedCalls } from './ended-calls.js';

/**
 *   reading → shown   the service's numbers of today, or null: it has none of this extension
 *           → failed  they could not be read; what is shown is of before
 */
export type Standing = 'reading' | 'shown' | 'failed';

const TIMEOUT_MS = 10_000;

/** What one extension has done today: the numbers that the service counts, and the calls that it had a part in, newest first. */
export class AgentDay {
  readonly standing = signal<Standing>('reading');
  readonly stats = signal<AgentStats | null>(null);
  readonly ended = new EndedCalls();
  readonly #closed = new AbortController();

  constructor(private readonly extension: string) {}

  close(): void {
    this.#closed.abort();
    this.ended.close();
  }

  readonly read = async (): Promise<void> => {
    const answer = await ask<Stats<AgentInterval>>(
      `v1/stats/agents?${new URLSearchParams({ extensions: this.extension }).toString()}`,
      { signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]) },
    );
    if (this.#closed.signal.aborted) return;
    if (!answer.ok) {
      this.standing.value = 'failed';
      return;
    }
    const { timeZone, intervals } = answer.body;
    const today = intervals.at(-1);
    batch(() => {
      this.stats.value = today?.agents.find(({ agent }) => agent.extension === this.extension) ?? null;
      this.standing.value = 'shown';
    });
    const day = today?.day ?? dayIn(timeZone, currentTime());
    const search = { customer: '', extension: this.extension, queue: '', outcome: '' };
    await this.ended.search({ from: day, to: day }, search);
  };
}
