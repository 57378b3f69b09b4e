import { createHash } from 'node:crypto';
import type { Transition } from '../../src/core/model/event.js';
import { Broken } from './broken.js';
import { ConsumerProcess } from './consumer-process.js';
import { DeliveryJudge } from './delivery-judge.js';
import type { FromConsumer } from './lines.js';
import { type Entry, PlayedLog } from './played-log.js';
import { RULES } from './rules.js';
import type { StageOptions } from './stream-stage.js';

/** The bridge as a sender of webhooks, or as the owner of a stream that workers read: it delivers until it is acknowledged. */
export class DeliveryStage {
  readonly log = new PlayedLog();
  extra: object = {};
  step = 'the consumer starts';
  private readonly judge = new DeliveryJudge();
  private consumer: ConsumerProcess;

  constructor(private readonly options: StageOptions) {
    this.consumer = this.spawn();
  }

  /** Says what happens now, for a reader of a failure. */
  begins(step: string): void {
    this.step = step;
  }

  get transcript(): readonly string[] {
    return this.consumer.transcript;
  }

  async start(): Promise<void> {
    await this.consumer.start(null, this.options.dir);
  }

  /** Events of the log, which nothing delivers yet. */
  happens(...transitions: Transition[]): readonly Entry[] {
    return this.log.append(transitions, this.extra);
  }

  /** All of them at the same time, in this order; each is acknowledged. */
  async delivers(...entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      const delivery = deliveryOf(entry);
      this.judge.sent(delivery, entry);
      this.consumer.send({ do: 'deliver', delivery, event: entry.event });
    }
    const { rule } = this.options;
    await this.consumer.until(
      () => this.judge.isIdle,
      undefined,
      rule,
      () => this.judge.waitsFor(rule)[0]?.expected ?? 'acknowledged',
    );
  }

  async restarts(): Promise<void> {
    await this.consumer.kill();
    this.judge.restarted();
    this.consumer = this.spawn();
    await this.start();
  }

  async settles(): Promise<void> {
    await this.consumer.settle((state) => this.judge.lacks(this.options.rule, state, this.log.states));
  }

  async end(): Promise<void> {
    await this.consumer.kill();
  }

  private spawn(): ConsumerProcess {
    const { command, dir, patienceMs, rule } = this.options;
    return new ConsumerProcess(command, dir, patienceMs, rule, (line) => this.hear(line));
  }

  private hear(line: FromConsumer): void {
    switch (line.say) {
      case 'handled':
        return this.judge.handled(line.id);
      case 'acknowledged':
        return this.judge.acknowledged(line.delivery);
      case 'refused':
        return this.judge.refused(this.options.rule, line.delivery, line.reason ?? 'no reason given');
      default:
        throw new Broken(RULES.protocol, 'a line of the profile delivery', JSON.stringify(line));
    }
  }
}

/** Depends on the event's id alone, so that it is the same at each try and after each new epoch. */
function deliveryOf({ event }: Entry): string {
  return `evt_${createHash('sha256').update(event.id).digest('hex').slice(0, 32)}`;
}
