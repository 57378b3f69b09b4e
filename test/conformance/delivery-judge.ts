import { Broken } from './broken.js';
import type { StateLine } from './lines.js';
import type { Entry } from './played-log.js';
import { type Rule, RULES } from './rules.js';
import { type Lack, mustBeHandled, type RightState, wrongState } from './stream-judge.js';

/** Compares what was delivered with what one consumer says of it, over restarts of the consumer too. Pure. */
export class DeliveryJudge {
  private readonly outstanding = new Map<string, Entry>();
  private readonly delivered = new Set<string>();
  private readonly handledIds = new Set<string>();

  sent(delivery: string, entry: Entry): void {
    this.outstanding.set(delivery, entry);
    this.delivered.add(entry.event.id);
  }

  /** The connection is gone: what was not acknowledged is delivered again. */
  restarted(): void {
    this.outstanding.clear();
  }

  handled(id: string): void {
    if (!this.delivered.has(id))
      throw new Broken(RULES.invented, 'an id of an event that was delivered', `handled ${id}`);
    if (this.handledIds.has(id))
      throw new Broken(
        RULES.once,
        `${id} handled once, over repeats and restarts`,
        'the same id handled again',
      );
    this.handledIds.add(id);
  }

  acknowledged(delivery: string): void {
    const entry = this.expectOutstanding(delivery, 'acknowledged');
    if (mustBeHandled(entry) && !this.handledIds.has(entry.event.id))
      throw new Broken(
        RULES.acknowledgeAfterHandling,
        `handled ${entry.event.id} before acknowledged ${delivery}`,
        `acknowledged ${delivery} first; a crash at this moment loses the event`,
      );
    this.outstanding.delete(delivery);
  }

  refused(rule: Rule, delivery: string, reason: string): void {
    const { event } = this.expectOutstanding(delivery, 'refused');
    throw new Broken(rule, `acknowledged ${delivery} (${event.type} ${event.id})`, `refused: ${reason}`);
  }

  get isIdle(): boolean {
    return this.outstanding.size === 0;
  }

  waitsFor(rule: Rule): Lack[] {
    return [...this.outstanding].map(([delivery, { event }]) => ({
      rule,
      expected: `acknowledged ${delivery} (${event.type} ${event.id})`,
      came: 'no answer to it',
    }));
  }

  lacks(rule: Rule, state: StateLine, right: RightState): Lack[] {
    return [...this.waitsFor(rule), ...wrongState(rule, state, right)];
  }

  private expectOutstanding(delivery: string, line: string): Entry {
    const entry = this.outstanding.get(delivery);
    if (entry !== undefined) return entry;
    throw new Broken(RULES.protocol, 'a delivery that has no answer yet', `${line} ${delivery}`);
  }
}
