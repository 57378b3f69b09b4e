import { createInterface } from 'node:readline';
import type { BridgeEvent } from '../../../src/core/model/event.js';
import type { FromConsumer, PlayedSnapshot, ToConsumer } from '../lines.js';

/**
 * The smallest right consumer of a stream, one line of the protocol after the other. It remembers every id; one that runs
 * for long keeps the newest.
 */
export class StreamConsumer {
  protected cursor: string | null = null;
  /**
   * The sequence of a snapshot that came before missed events: up to here they are handled, and not folded. Without a reset
   * sequences go on over every epoch.
   */
  protected folded: string | null = null;
  protected readonly calls = new Map<string, string>();
  protected readonly sources = new Map<string, string>();
  protected readonly ids = new Set<string>();
  /** Events were missed before the process began, and come after the snapshot. */
  private isBehind = false;
  private isOpening = false;

  static read(consumer: StreamConsumer): void {
    createInterface({ input: process.stdin }).on('line', (line) =>
      consumer.take(JSON.parse(line) as ToConsumer),
    );
  }

  take(line: ToConsumer): void {
    if (this.isOpening && line.do !== 'connected' && line.do !== 'report') return;
    switch (line.do) {
      case 'start':
        this.cursor = line.cursor;
        this.isBehind = line.cursor !== null;
        say({ say: 'ready', profile: 'stream' });
        return this.connect(null);
      case 'connected':
        this.isOpening = false;
        return;
      case 'snapshot':
        return this.snapshot(line.snapshot);
      case 'reset':
        return this.reset();
      case 'event':
        return this.event(line.event);
      case 'fragment':
        return this.fragment(line.cursor);
      case 'lost':
        return this.lost();
      case 'report':
        return say({
          say: 'state',
          report: line.report,
          calls: Object.fromEntries(this.calls),
          sources: Object.fromEntries(this.sources),
        });
      case 'closing':
      case 'deliver':
    }
  }

  protected connect(cursor: string | null): void {
    this.isOpening = true;
    say({ say: 'connect', cursor });
  }

  protected lost(): void {
    this.connect(this.cursor);
  }

  protected reset(): void {
    this.cursor = null;
    this.folded = null;
    this.isBehind = false;
  }

  protected snapshot({ cursor, calls, sources }: PlayedSnapshot): void {
    this.calls.clear();
    this.sources.clear();
    for (const { callId, state } of calls) this.calls.set(callId, state);
    for (const { endpoint, state } of sources) this.sources.set(endpoint, state);
    if (!this.isBehind) return this.save(cursor);
    this.folded = cursor.split(':')[1]!;
    this.isBehind = false;
    this.connect(this.cursor);
  }

  protected event(event: BridgeEvent): void {
    const cursor = `${event.epoch}:${event.sequence}`;
    if (reaches(this.cursor, cursor)) return;
    if (this.folded === null || event.sequence > this.folded) this.fold(event);
    if (!this.ids.has(event.id)) {
      this.ids.add(event.id);
      say({ say: 'handled', id: event.id });
    }
    this.save(cursor);
  }

  protected fold({ type, subject, data }: BridgeEvent): void {
    if (type === 'call-ended') this.calls.delete(subject);
    else if (type.startsWith('call-')) this.calls.set(subject, (data as { state: string }).state);
    else if (type.startsWith('source-')) this.sources.set(subject, (data as { state: string }).state);
  }

  protected fragment(_cursor: string): void {
    // It has not arrived.
  }

  protected save(cursor: string): void {
    this.cursor = cursor;
    say({ say: 'saved', cursor });
  }
}

export function say(line: FromConsumer): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Whether who is at `reached` has had `cursor`. Cursors of two epochs do not compare. */
export function reaches(reached: string | null, cursor: string): boolean {
  return reached !== null && epochOf(reached) === epochOf(cursor) && cursor <= reached;
}

function epochOf(cursor: string): string {
  return cursor.slice(0, cursor.lastIndexOf(':'));
}
