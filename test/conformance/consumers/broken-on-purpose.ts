import type { BridgeEvent } from '../../../src/core/model/event.js';
import type { PlayedSnapshot } from '../lines.js';
import { DeliveryConsumer } from './delivery-consumer.js';
import { reaches, say, StreamConsumer } from './stream-consumer.js';

/** A right consumer that breaks one rule, by the rule's name: mistakes that ports are known to make. */
export const BROKEN_STREAMS: Readonly<Record<string, new () => StreamConsumer>> = {
  /** Begins afresh after each loss of its connection, as a client without a cursor does. */
  resume: class extends StreamConsumer {
    protected override lost(): void {
      this.connect(null);
    }
  },
  /** Trusts that no event comes twice. */
  once: class extends StreamConsumer {
    protected override event(event: BridgeEvent): void {
      this.ids.clear();
      super.event(event);
    }
  },
  /** Saves where it is, and then does its work. */
  'save-after-handling': class extends StreamConsumer {
    protected override event(event: BridgeEvent): void {
      const cursor = `${event.epoch}:${event.sequence}`;
      if (reaches(this.cursor, cursor)) return;
      say({ say: 'saved', cursor });
      super.event(event);
    }
  },
  /** Adds what a snapshot holds to what it knows. */
  'reset-replaces': class extends StreamConsumer {
    protected override snapshot(snapshot: PlayedSnapshot): void {
      const known = new Map(this.calls);
      super.snapshot(snapshot);
      for (const [callId, state] of known) if (!this.calls.has(callId)) this.calls.set(callId, state);
    }
  },
  /** Lets every event change the state, also one from before the snapshot. */
  'never-back': class extends StreamConsumer {
    protected override event(event: BridgeEvent): void {
      this.folded = null;
      super.event(event);
    }
  },
  /** Ends at what it does not know. */
  'ignores-the-unknown': class extends StreamConsumer {
    protected override event(event: BridgeEvent): void {
      if (!/^(?:call|source)-/.test(event.type)) throw new Error(`unknown event ${event.type}`);
      super.event(event);
    }
  },
  /** Takes a number that is missing for a loss, and waits for it. */
  'gaps-are-no-loss': class extends StreamConsumer {
    protected override event(event: BridgeEvent): void {
      const last = this.cursor?.split(':') ?? [event.epoch, '0'];
      if (last[0] === event.epoch && Number(event.sequence) > Number(last[1]) + 1) return;
      super.event(event);
    }
  },
  /** Drops events of an epoch that it does not know. */
  'epoch-goes-on': class extends StreamConsumer {
    protected override event(event: BridgeEvent): void {
      const epoch = this.cursor?.split(':')[0] ?? event.epoch;
      if (event.epoch === epoch) super.event(event);
    }
  },
  /** Moves its cursor as soon as it has read the id of an event. */
  'whole-events': class extends StreamConsumer {
    protected override fragment(cursor: string): void {
      this.cursor = cursor;
    }
  },
  /** Never closes a call. */
  ends: class extends StreamConsumer {
    protected override fold(event: BridgeEvent): void {
      if (event.type !== 'call-ended') super.fold(event);
    }
  },
};

export const BROKEN_DELIVERIES: Readonly<Record<string, new () => DeliveryConsumer>> = {
  /** Remembers ids only as long as it lives. */
  once: class extends DeliveryConsumer {
    protected override open(file: string): void {
      super.open(file);
      this.kept.ids.length = 0;
    }
  },
  /** Answers first and works afterwards, to be quick. */
  'acknowledge-after-handling': class extends DeliveryConsumer {
    protected override deliver(delivery: string, event: BridgeEvent): void {
      say({ say: 'acknowledged', delivery });
      if (!this.kept.ids.includes(event.id)) this.handle(event);
    }
  },
  /** Refuses the events of a call whose start it has not seen. */
  overtaking: class extends DeliveryConsumer {
    protected override deliver(delivery: string, event: BridgeEvent): void {
      const isKnown = event.type === 'call-started' || event.subject in this.kept.calls;
      if (isKnown || !event.type.startsWith('call-')) super.deliver(delivery, event);
      else say({ say: 'refused', delivery, reason: 'no such call' });
    }
  },
  /** Compares numbers of two epochs. */
  'epoch-goes-on': class extends DeliveryConsumer {
    protected override isNewer({ subject, sequence }: BridgeEvent): boolean {
      const last = this.kept.calls[subject];
      return last === undefined || last.sequence < sequence;
    }
  },
  /** Refuses what it does not know. */
  'ignores-the-unknown': class extends DeliveryConsumer {
    protected override deliver(delivery: string, event: BridgeEvent): void {
      if (/^(?:call|source)-/.test(event.type)) super.deliver(delivery, event);
      else say({ say: 'refused', delivery, reason: `unknown event ${event.type}` });
    }
  },
};
