import type { Queue } from '../model/call.js';
import type { ThresholdRule } from '../model/event.js';
import { nameForm } from '../model/name-form.js';
import type { Threshold } from './known-queue.js';

/** The limits of one queue; absent: it has none. */
export type QueueLimits = Readonly<Partial<Record<ThresholdRule, number>>>;

/**
 * Finds the limits of a queue: of each rule, the first that names the queue by id or name, else the first that is of every
 * queue. So a queue has one limit of each rule at most.
 */
export class Thresholds {
  readonly #rules: readonly Threshold[];
  /** By name, within id: both may be a rule's. */
  readonly #known = new Map<string, { readonly name: string; readonly limits: QueueLimits }>();

  constructor(rules: readonly Threshold[]) {
    this.#rules = rules;
  }

  of({ id, name }: Queue): QueueLimits {
    const known = this.#known.get(id);
    if (known !== undefined && known.name === name) return known.limits;
    const limits = limitsOf(this.#rules, { id, name });
    this.#known.set(id, { name, limits });
    return limits;
  }

  forget(id: string): void {
    this.#known.delete(id);
  }
}

function limitsOf(rules: readonly Threshold[], { id, name }: Queue): QueueLimits {
  const names = [nameForm(id), nameForm(name)];
  const own = rules.filter(({ queue }) => queue !== null && names.includes(nameForm(queue)));
  const general = rules.filter(({ queue }) => queue === null);
  const limits: { -readonly [Rule in keyof QueueLimits]: QueueLimits[Rule] } = {};
  for (const { rule, limit } of [...own, ...general]) limits[rule] ??= limit;
  return limits;
}
