import {
  DeliveryUnderTest,
  LogWriter,
  type TestClient,
  token,
  transition,
} from '../../../test/support/delivery.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { TokenVerifier } from '../access/token.js';

const CLIENTS = 20;
const DROPS = 10;
const EVENTS = 2_000;
/** 500 events a second, in commits of five every ten milliseconds. */
const COMMIT_EVERY_MS = 10;
const PER_COMMIT = 5;
const AUTH_MS = 20;

/** What one consumer keeps over all its connections: its cursor, and every sequence it was given. */
class Consumer {
  readonly sequences: number[] = [];
  snapshots = 0;
  resets = 0;
  private cursor: string | undefined;
  private client: TestClient | null = null;

  constructor(
    private readonly delivery: DeliveryUnderTest,
    private readonly auth: object,
  ) {}

  connect(): void {
    const client = this.delivery.connect({
      ...this.auth,
      ...(this.cursor === undefined ? {} : { cursor: this.cursor }),
    });
    this.client = client;
    client.socket.onAny((name: string, body: { cursor?: string; epoch: string; sequence: string }) => {
      // A dropped connection delivers nothing more: what is still buffered in the client is lost to the consumer.
      if (this.client !== client) return;
      if (name === 'snapshot') {
        this.snapshots += 1;
        this.cursor = body.cursor;
      } else if (name === 'reset') {
        this.resets += 1;
      } else {
        this.sequences.push(Number(body.sequence));
        this.cursor = `${body.epoch}:${body.sequence}`;
      }
    });
  }

  drop(): void {
    const client = this.client;
    this.client = null;
    client?.socket.io.engine?.close();
    client?.socket.disconnect();
  }

  get last(): number {
    return this.sequences.at(-1) ?? 0;
  }
}

describe('a client that is dropped again and again', () => {
  it('misses nothing, gets nothing twice, and everything in order', async () => {
    const store = new MemoryStore({ maxEvents: 100_000 });
    const log = await new LogWriter(store).claim('e1');
    // oxlint-disable-next-line typescript/unbound-method
    const verify = TokenVerifier.prototype.verify;
    TokenVerifier.prototype.verify = async function (this: TokenVerifier, ...args) {
      await new Promise((resolve) => setTimeout(resolve, AUTH_MS));
      return verify.apply(this, args);
    };
    // Half of the clients find what they missed in the buffer, for half of it the log is read.
    const delivery = await DeliveryUnderTest.start(store, { bufferEvents: 50 });
    const auth = { token: await token() };
    const consumers = Array.from({ length: CLIENTS }, () => new Consumer(delivery, auth));
    try {
      for (const consumer of consumers) consumer.connect();
      while (consumers.some((consumer) => consumer.snapshots === 0)) await tick(5);

      let seed = 20_260_302;
      const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
      const drops = consumers.flatMap((consumer) =>
        Array.from({ length: DROPS }, () => ({ consumer, at: Math.floor(random() * (EVENTS - 100)) })),
      );
      drops.sort((a, b) => a.at - b.at);
      for (let written = 0; written < EVENTS; written += PER_COMMIT) {
        const ids = Array.from({ length: PER_COMMIT }, (_, n) => `c${written + n}`);
        await log.commit(...ids.map((id) => transition('call-started', id)));
        for (; drops[0] !== undefined && drops[0].at <= written; drops.shift()) {
          drops[0].consumer.drop();
          drops[0].consumer.connect();
        }
        await tick(COMMIT_EVERY_MS);
      }
      while (consumers.some((consumer) => consumer.last < EVENTS)) await tick(5);

      const all = Array.from({ length: EVENTS }, (_, n) => n + 1);
      for (const consumer of consumers) {
        expect(consumer.sequences).toEqual(all);
        expect(consumer).toMatchObject({ snapshots: 1, resets: 0 });
      }
    } finally {
      TokenVerifier.prototype.verify = verify;
      for (const consumer of consumers) consumer.drop();
      await delivery.stop();
      await store.close();
    }
  });
});

/** The load's own pace: nothing is waited for with it but the passing of the load. */
function tick(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
