import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Alarm, alarmsOf, newAlarms, stillAcknowledged } from '../data/alarms.js';
import type { Desk } from './desk.js';
import { localStorageOrNull, readStorage, writeStorage } from './preferences.js';

/** The thresholds that are crossed, which of them a person has acknowledged in this browser, and when there is a new one. */
export class Alarms {
  readonly all: ReadonlySignal<readonly Alarm[]>;
  readonly acknowledged = signal<ReadonlySet<string>>(new Set(kept()));
  readonly #stop: () => void;

  /** @param crossed is called with those that were crossed just now */
  constructor(desk: Pick<Desk, 'queues'>, crossed: (alarms: readonly Alarm[]) => void) {
    this.all = computed(() => alarmsOf(desk.queues.value.value ?? []));
    let known: ReadonlySet<string> | null = null;
    this.#stop = effect(() => {
      // While nothing is known, an alarm may still stand.
      if (desk.queues.value.value === null) return;
      const alarms = this.all.value;
      const fresh = newAlarms(known, alarms);
      known = new Set(alarms.map(({ key }) => key));
      const before = this.acknowledged.peek();
      const still = stillAcknowledged(before, alarms);
      if (still.size !== before.size) this.#keep(still);
      if (fresh.length > 0) crossed(fresh);
    });
  }

  acknowledge(alarms: readonly Alarm[]): void {
    this.#keep(new Set([...this.acknowledged.peek(), ...alarms.map(({ key }) => key)]));
  }

  close(): void {
    this.#stop();
  }

  #keep(acknowledged: ReadonlySet<string>): void {
    this.acknowledged.value = acknowledged;
    const text = acknowledged.size === 0 ? null : JSON.stringify([...acknowledged]);
    writeStorage(localStorageOrNull(), KEY, text);
  }
}

const KEY = 'pitel-acknowledged';

function kept(): readonly string[] {
  try {
    const list: unknown = JSON.parse(readStorage(localStorageOrNull(), KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
