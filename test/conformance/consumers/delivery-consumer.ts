import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { BridgeEvent } from '../../../src/core/model/event.js';
import type { ToConsumer } from '../lines.js';
import { say } from './stream-consumer.js';

/** What the consumer keeps, in one file so that each event changes all of it or nothing. */
interface Kept {
  readonly ids: string[];
  readonly calls: Record<
    string,
    { readonly epoch: string; readonly sequence: string; readonly state: string }
  >;
}

/** The smallest right receiver of deliveries, one line of the protocol after the other. */
export class DeliveryConsumer {
  protected kept: Kept = { ids: [], calls: {} };
  private file = '';

  static read(consumer: DeliveryConsumer): void {
    createInterface({ input: process.stdin }).on('line', (line) =>
      consumer.take(JSON.parse(line) as ToConsumer),
    );
  }

  take(line: ToConsumer): void {
    switch (line.do) {
      case 'start':
        this.open(`${line.dir}/kept.json`);
        return say({ say: 'ready', profile: 'delivery' });
      case 'deliver':
        return this.deliver(line.delivery, line.event);
      case 'report': {
        const alive = Object.entries(this.kept.calls).filter(([, { state }]) => state !== 'ended');
        const calls = Object.fromEntries(alive.map(([callId, { state }]) => [callId, state]));
        return say({ say: 'state', report: line.report, calls });
      }
      default:
    }
  }

  protected deliver(delivery: string, event: BridgeEvent): void {
    if (!this.kept.ids.includes(event.id)) this.handle(event);
    say({ say: 'acknowledged', delivery });
  }

  protected handle(event: BridgeEvent): void {
    const { id, type, subject, epoch, sequence, data } = event;
    this.kept.ids.push(id);
    if (type.startsWith('call-') && this.isNewer(event))
      this.kept.calls[subject] = { epoch, sequence, state: (data as { state: string }).state };
    writeFileSync(this.file, JSON.stringify(this.kept));
    say({ say: 'handled', id });
  }

  protected isNewer({ subject, epoch, sequence }: BridgeEvent): boolean {
    const last = this.kept.calls[subject];
    return last === undefined || last.epoch !== epoch || last.sequence < sequence;
  }

  protected open(file: string): void {
    this.file = file;
    try {
      this.kept = JSON.parse(readFileSync(file, 'utf8')) as Kept;
    } catch {
      // The first start.
    }
  }
}
