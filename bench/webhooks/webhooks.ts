import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Pool } from 'undici';
import { systemClock } from '../../src/base/clock.js';
import type { WebhookEndpoint } from '../../src/config/webhooks/webhook-endpoint.js';
import { DeliverStats } from '../../src/deliver/stats.js';
import { connectRedis } from '../../src/store/redis/redis-connection.js';
import { RedisStore } from '../../src/store/redis/redis-store.js';
import { RedisWebhookStore } from '../../src/store/redis/redis-webhook-store.js';
import { IN_FLIGHT_MAX } from '../../src/webhooks/queue/breaker.js';
import { outgoingOf } from '../../src/webhooks/request/outgoing.js';
import { signatureHeaders } from '../../src/webhooks/request/signature.js';
import { WebhookService } from '../../src/webhooks/run/webhook-service.js';
import { HttpSender } from '../../src/webhooks/send/http-sender.js';
import { WebhookStats } from '../../src/webhooks/stats.js';
import { makeCertificate } from '../../test/support/certificate.js';
import { LogWriter, transition } from '../../test/support/delivery.js';
import { until } from '../../test/support/until.js';
import { webhookEndpoint } from '../../test/support/webhook-endpoint.js';
import type { Bench } from '../bench.js';
import { interleaved, type Row, spread, spreadText, versus } from '../measure.js';

/** A backlog that waits for one endpoint, each event of a call of its own, so that only the bound on requests in flight counts. */
const TENANT = 'webhooks';
const EVENTS = 10_000;
const PER_COMMIT = 100;
/** Our share of the throughput is at least 0.7. */
const GOAL = 1 / 0.7;

/** Deliveries from the log, with progress and attempts saved, beside undici posting the same bodies, signed, as many at once. */
export async function webhooks({ redisUrl, rounds }: Bench): Promise<Row[]> {
  const certificate = await makeCertificate();
  const { certFile, keyFile, pem: ca } = certificate;
  const receiver = fork(fileURLToPath(new URL('./receiver.js', import.meta.url)), [certFile, keyFile]);
  const connection = connectRedis({ url: redisUrl }, { onError: () => undefined });
  const store = new RedisStore(connection, { maxEvents: 100_000 });
  const progress = new RedisWebhookStore(connection);
  try {
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    const origin = `https://127.0.0.1:${port}`;
    const bodies = await written(store);
    const ours = async (turn: number) => {
      // One that is new begins with the log.
      const endpoint = webhookEndpoint(`${origin}/hook`, {
        id: `crm-${turn}`,
        from: { kind: 'time', at: 0 },
      });
      await delivered(endpoint, { store, progress, ca });
    };
    const undici = () => posted(endpointOf(origin), bodies, ca);
    const counted = rounds(7, 3);
    const [oursUs, undiciUs] = [[], []] as [number[], number[]];
    const spreads = await interleaved(
      [
        { name: 'ours', run: (turn) => measured(oursUs, () => ours(turn)) },
        { name: 'undici alone', run: () => measured(undiciUs, undici) },
      ],
      counted,
    );
    // Without the rounds that do not count.
    const cpu = [
      spread('ours', oursUs.slice(-counted), 'µs'),
      spread('undici alone', undiciUs.slice(-counted), 'µs'),
    ] as const;
    const perSecond = spreads.map(
      ({ name, median }) => `${name}: ${Math.round((EVENTS * 1_000) / median)}/s`,
    );
    const row = versus(`${EVENTS} events to one webhook over TLS, ${IN_FLIGHT_MAX} at once`, spreads, {
      limit: GOAL,
    });
    const detail = `${row.detail}; ${perSecond.join(', ')}; CPU each: ${cpu.map(spreadText).join(' · ')}`;
    const [own, floor] = cpu.map(({ median }) => median.toFixed(0));
    const miss = `of the ${own} µs of CPU for each, ${floor} are the signed request alone; the rest is reading the log, its order, what is saved, and the collector`;
    return [{ ...row, detail, miss }];
  } finally {
    receiver.disconnect();
    progress.close();
    await store.close();
    await certificate.remove();
  }
}

/** Runs it, and adds what CPU of this process an event took, in microseconds. */
async function measured(samples: number[], run: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  samples.push((user + system) / EVENTS);
}

const endpointOf = (origin: string) => webhookEndpoint(`${origin}/hook`);

async function written(store: RedisStore): Promise<string[]> {
  const log = await new LogWriter(store, TENANT).claim('e1');
  const bodies: string[] = [];
  for (let first = 0; first < EVENTS; first += PER_COMMIT) {
    const calls = Array.from({ length: PER_COMMIT }, (_, n) =>
      transition('call-started', `call-${first + n}`),
    );
    bodies.push(...(await log.commit(...calls)).map((event) => JSON.stringify(event)));
  }
  return bodies;
}

async function delivered(
  endpoint: WebhookEndpoint,
  { store, progress, ca }: { store: RedisStore; progress: RedisWebhookStore; ca: string },
): Promise<void> {
  const sender = new HttpSender({ time: systemClock, ca });
  const stats = new WebhookStats();
  const service = new WebhookService({
    endpointsOf: () => [endpoint],
    store: progress,
    logs: store,
    sender,
    announce: () => Promise.resolve(true),
    stats,
    deliverStats: new DeliverStats(),
    clock: systemClock,
    random: Math.random,
    log: pino({ level: 'silent' }),
  });
  const running = service.begin(TENANT);
  await until(() => (stats.events.get('delivered') ?? 0) >= EVENTS, 'the deliveries');
  await running.stop();
  await service.stop();
  await sender.close();
}

async function posted(endpoint: WebhookEndpoint, bodies: readonly string[], ca: string): Promise<void> {
  const { origin, pathname: path } = new URL(endpoint.url.reveal());
  const pool = new Pool(origin, { connections: IN_FLIGHT_MAX, pipelining: 1, connect: { ca } });
  let next = 0;
  const work = async () => {
    for (let n = next++; n < bodies.length; n = next++) {
      const outgoing = outgoingOf(endpoint, bodies[n]!)!;
      const signed = signatureHeaders(outgoing, Math.floor(Date.now() / 1_000), endpoint.secrets);
      const headers = [...outgoing.headers].flat().concat(signed);
      const { body } = await pool.request({ path, method: 'POST', headers, body: outgoing.body });
      await body.dump();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT_MAX }, work));
  await pool.close();
}
