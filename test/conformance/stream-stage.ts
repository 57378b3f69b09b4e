import { formatCursor } from '../../client/src/position.js';
import type { Transition } from '../../src/core/model/event.js';
import { Broken } from './broken.js';
import { ConsumerProcess } from './consumer-process.js';
import type { FromConsumer } from './lines.js';
import { type Entry, PlayedLog } from './played-log.js';
import { RULES } from './rules.js';
import { type Judged, StreamJudge, wrongState } from './stream-judge.js';

export interface StageOptions extends Judged {
  readonly command: readonly [string, ...string[]];
  /** A folder of this scenario's own, which outlives the consumer's crashes. */
  readonly dir: string;
  readonly patienceMs: number;
}

/**
 * The bridge's end of one consumer's connections. What happens while a connection is there is sent on it at once, and
 * what happens in between is sent to the next one that resumes.
 */
export class StreamStage {
  readonly log = new PlayedLog();
  /** Fields that no consumer knows, which every event from now on has. */
  extra: object = {};
  private readonly judge = new StreamJudge();
  private consumer: ConsumerProcess;
  private isConnected = false;
  private isAway = false;
  /** The process has had one, so that its state is never older. */
  private hasSnapshot = false;
  private waiting: { readonly cursor: string | null } | null = null;
  private held: readonly Entry[] | null = null;
  private holdsAfter: number | null = null;
  step = 'the consumer starts';

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

  async start(cursor: string | null = null): Promise<void> {
    await this.consumer.start(cursor, this.options.dir);
    await this.consumer.until(
      () => this.isConnected || this.isAway,
      undefined,
      RULES.resume,
      () => 'connect',
    );
  }

  happens(...transitions: Transition[]): readonly Entry[] {
    return this.enter(this.log.append(transitions, this.extra));
  }

  /** The same events at other positions, as after a loss of the bridge's state. */
  announcesAgain(entries: readonly Entry[]): void {
    this.enter(entries.map((entry) => this.log.announceAgain(entry)));
  }

  /** The same messages again, on the same connection. */
  sendsAgain(entries: readonly Entry[]): void {
    if (this.isConnected) for (const entry of entries) this.sendEvent(entry);
  }

  /** The connection ends; the consumer may come back at once. */
  drops(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.consumer.send({ do: 'lost' });
  }

  /** The connection ends in the middle of the event. */
  dropsWithin(...transitions: Transition[]): void {
    const { isConnected } = this;
    const entries = this.log.append(transitions, this.extra);
    for (const entry of entries) this.judge.happened(entry);
    if (!isConnected) return;
    const [first] = entries;
    const cursor = formatCursor(first!.position);
    const text = JSON.stringify(first!.event);
    this.judge.sentFragment(cursor);
    this.consumer.send({ do: 'fragment', cursor, text: text.slice(0, Math.floor(text.length / 2)) });
    this.drops();
  }

  /** The bridge says why, and ends the connection. */
  closes(code: string): void {
    this.consumer.send({ do: 'closing', code });
    this.drops();
  }

  /** No connection succeeds until `isBack`. */
  goesAway(): void {
    this.isAway = true;
    this.drops();
  }

  isBack(): void {
    this.isAway = false;
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) this.accept(waiting.cursor);
  }

  /** A fail-over loses the newest events. A connection that had them gets `reset` and a snapshot, and so does a cursor beyond. */
  losesNewest(count: number): void {
    this.judge.lost(this.log.loseNewest(count));
    if (this.isConnected) this.sendReset('epoch-changed');
  }

  /** Log and state are gone. */
  wipes(): void {
    this.log.wipe();
    if (this.isConnected) this.sendReset('epoch-changed');
  }

  /** A crash of the consumer. Another process begins with the newest cursor that was saved. */
  async restarts(): Promise<void> {
    await this.consumer.kill();
    this.isConnected = false;
    this.waiting = null;
    this.hasSnapshot = false;
    this.judge.restarted();
    this.consumer = this.spawn();
    await this.start(this.judge.saved);
  }

  /** The next connection that resumes gets so many of the missed events at first, and the others when `goesOn`. */
  holds(after: number): void {
    this.holdsAfter = after;
  }

  async goesOn(): Promise<void> {
    const resumed = () => this.held !== null;
    await this.consumer.until(
      resumed,
      undefined,
      RULES.resume,
      () => 'connect with the cursor that was saved',
    );
    if (this.hasSnapshot)
      await this.consumer.settle((state) => wrongState(this.options.rule, state, this.log.states));
    for (const entry of this.held!) this.sendEvent(entry);
    this.held = null;
  }

  /** Everything that was sent is handled, and the state is right. */
  async settles(): Promise<void> {
    await this.consumer.until(
      () => this.isConnected,
      undefined,
      RULES.resume,
      () => 'connect',
    );
    await this.consumer.settle((state) => this.judge.lacks(this.options, state, this.log.states));
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
      case 'connect':
        this.judge.connected(line.cursor);
        this.isConnected = false;
        if (this.isAway) this.waiting = line;
        else this.accept(line.cursor);
        return;
      case 'disconnect':
        this.isConnected = false;
        this.waiting = null;
        return;
      case 'handled':
        return this.judge.handled(line.id);
      case 'saved':
        return this.judge.savedCursor(line.cursor);
      default:
        throw new Broken(RULES.protocol, 'a line of the profile stream', JSON.stringify(line));
    }
  }

  private accept(cursor: string | null): void {
    this.isConnected = true;
    this.consumer.send({ do: 'connected' });
    if (cursor === null) return this.sendSnapshot();
    const resumption = this.log.resume(cursor);
    if ('reset' in resumption) this.sendReset(resumption.reset);
    else this.sendMissed(resumption.events);
  }

  private sendMissed(events: readonly Entry[]): void {
    const now = this.holdsAfter ?? events.length;
    for (const entry of events.slice(0, now)) this.sendEvent(entry);
    if (this.holdsAfter !== null) this.held = events.slice(now);
    this.holdsAfter = null;
  }

  private enter(entries: readonly Entry[]): readonly Entry[] {
    for (const entry of entries) {
      this.judge.happened(entry);
      if (this.isConnected) this.sendEvent(entry);
    }
    return entries;
  }

  private sendEvent(entry: Entry): void {
    this.judge.sentEvent(entry);
    this.consumer.send({ do: 'event', event: entry.event });
  }

  private sendReset(reason: string): void {
    this.judge.sentReset();
    this.consumer.send({ do: 'reset', reason });
    this.sendSnapshot();
  }

  private sendSnapshot(): void {
    const snapshot = this.log.snapshot();
    this.hasSnapshot = true;
    this.judge.sentSnapshot(snapshot.cursor, this.log.newest);
    this.consumer.send({ do: 'snapshot', snapshot });
  }
}
