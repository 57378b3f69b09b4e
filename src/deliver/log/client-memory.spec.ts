import { ManualClock, silent } from '../../../test/support/delivery.js';
import { DeliverStats } from '../stats.js';
import { ClientMemory } from './client-memory.js';
import { Frame } from './frame.js';

const KIB = 1024;

describe('the memory of all clients', () => {
  let clock: ManualClock;
  let stats: DeliverStats;
  let memory: ClientMemory;
  let clients: Client[];

  /** A client that reads nothing, until `cut`. */
  class Client {
    readonly frames: Frame[] = [];
    closedAs: string | null = null;
    leaves = 0;

    constructor(readonly name: string) {
      clients.push(this);
    }

    get bytesInFlight(): number {
      return this.frames.reduce((sum, frame) => sum + frame.length, 0);
    }

    write(frame: Frame): this {
      this.frames.push(frame);
      memory.hold(frame);
      return this;
    }

    close(code: string): boolean {
      if (this.closedAs !== null) return false;
      this.closedAs = code;
      this.leaves = this.bytesInFlight;
      return true;
    }

    cut(): void {
      for (const frame of this.frames.splice(0)) memory.release(frame);
      memory.left(this.leaves);
    }
  }

  const frame = (kib: number) => new Frame(Buffer.alloc(kib * KIB));
  const closed = () => clients.flatMap(({ name, closedAs }) => (closedAs === null ? [] : [name]));

  beforeEach(() => {
    clock = new ManualClock();
    stats = new DeliverStats();
    memory = new ClientMemory({ limitBytes: 100 * KIB, clock, stats, logger: silent });
    clients = [];
    memory.watch(() => clients);
  });

  it('counts bytes that many clients share once', () => {
    const shared = frame(60);
    for (let n = 0; n < 20; n += 1) new Client(`c${n}`).write(shared);
    expect(memory.held).toBeLessThan(100 * KIB);
    for (const client of clients) client.cut();
    expect(memory.held).toBe(0);
  });

  it('is relieved by closing those with the most in flight, and no more than it takes', () => {
    new Client('little').write(frame(5));
    new Client('most').write(frame(40));
    new Client('some').write(frame(20));
    new Client('much').write(frame(37));
    clock.advance(0);
    expect(memory.isTight).toBe(true);
    expect(closed()).toEqual(['most']);
    expect(clients[1]!.closedAs).toBe('memory-full');
    expect(stats.troublesSince(0)).toEqual(['memory-full']);
  });

  it('waits for those who were closed to let go before it closes others, and goes on if that was not enough', () => {
    const [a, b] = [new Client('a').write(frame(60)), new Client('b').write(frame(50))];
    clock.advance(0);
    expect(closed()).toEqual(['a']);
    b.write(frame(1));
    clock.advance(1_000);
    expect(closed()).toEqual(['a']);
    b.write(frame(60));
    clock.advance(1_000);
    expect(closed()).toEqual(['a', 'b']);
    a.cut();
    b.cut();
    expect(memory.held).toBe(0);
    // What left is not counted as leaving any more.
    new Client('c').write(frame(120));
    clock.advance(1_000);
    expect(closed()).toEqual(['a', 'b', 'c']);
  });

  it('calls those who wait for room once there is some', () => {
    const hungry = new Client('hungry').write(frame(200));
    let resumed = 0;
    memory.onceRoom(() => (resumed += 1));
    const cancel = memory.onceRoom(() => (resumed += 10));
    cancel();
    clock.advance(0);
    expect(resumed).toBe(0);
    hungry.cut();
    expect([resumed, memory.isTight]).toEqual([1, false]);
    new Client('next').write(frame(1)).cut();
    expect(resumed).toBe(1);
  });
});
