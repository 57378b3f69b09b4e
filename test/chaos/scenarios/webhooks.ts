import type { BridgeEvent } from '../../../src/core/model/event.js';
import { RedisWebhookStore } from '../../../src/store/redis/redis-webhook-store.js';
import { connectRedis } from '../../../src/store/redis/redis-connection.js';
import type { DeadLetter, EndpointProgress } from '../../../src/store/webhook-store.js';
import { makeCertificate } from '../../support/certificate.js';
import { token } from '../../support/delivery.js';
import { until } from '../../support/until.js';
import { WEBHOOK_SECRET } from '../../support/webhook-endpoint.js';
import {
  type Answered,
  startReceiver,
  type WebhookReceiver,
  worked,
} from '../../support/webhook-receiver.js';
import { sentinel } from '../redis-in-use.js';
import { type Rig, withRig } from '../rig.js';
import { type Chaos, keepsTime, type Scenario, type Tally, times } from '../scenario.js';
import { masterKilled } from './memory-lost.js';

/** Beside the log, by far. */
const HOURS_72 = 72 * 3_600_000;
const SHORT_AGE_MS = 4_000;
const EVERY_AGE = {
  default: HOURS_72,
  'call-offered': HOURS_72,
  'call-offer-ended': HOURS_72,
};
/** Of the other tenant, in each round. */
const POLLS_MEASURED = 10;
/** Two intervals of the rig's polls and what a busy machine adds. */
const MOST_POLL_GAP_MS = 2_000;

/** What each receiver does until it is well again. */
const RECEIVERS: Readonly<
  Record<string, { readonly settings: object; readonly answer: WebhookReceiver['answer'] }>
> = {
  well: { settings: { maxAge: EVERY_AGE }, answer: worked },
  /** Its machine is switched off half of the time. */
  killed: { settings: { maxAge: EVERY_AGE }, answer: worked },
  slow: {
    settings: { maxAge: EVERY_AGE },
    answer: async (delivery, response) => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return worked(delivery, response);
    },
  },
  /** Works, and one time in seven says that it has not. */
  lying: {
    settings: { maxAge: EVERY_AGE },
    answer: (delivery, response) => {
      const lies = Number(delivery.event.sequence ?? 1) % 7 === 0 && !lied.has(delivery.id);
      if (!lies) return worked(delivery, response);
      lied.add(delivery.id);
      response.writeHead(500).end('deadlock found when trying to get lock');
      return 'worked';
    },
  },
  /** Is removed once, and installed again. */
  gone: { settings: { maxAge: EVERY_AGE }, answer: worked },
  redirects: {
    settings: { maxAge: { default: SHORT_AGE_MS } },
    answer: (_, response): Answered => {
      response.writeHead(302, { location: '/elsewhere' }).end();
      return 'ignored';
    },
  },
  /** Takes a request and says nothing. */
  hangs: {
    settings: { maxAge: { default: SHORT_AGE_MS }, timeoutMs: 1_000 },
    answer: () => 'ignored',
  },
  /** Its name leads to this machine, which no setting allows. */
  inside: { settings: { maxAge: { default: SHORT_AGE_MS }, allowAddresses: undefined }, answer: worked },
};
const lied = new Set<string>();
/** Those of which every event is demanded. */
const WELL_IN_THE_END = ['well', 'killed', 'slow', 'lying', 'gone'];

export const receivers: Scenario = {
  row: 42,
  testedIn: 'test/webhooks/service.system.spec.ts',
  fault:
    'webhooks to receivers that are killed, slow, lying, gone, redirecting, hanging or inside, with SIGKILLs of the bridge and a Sentinel fail-over',
  invariant:
    'every event is delivered in the order of its call, or expired, or dead, and repeats have equal ids',
  run: async (chaos) => {
    const certificate = await makeCertificate();
    const started = new Map<string, WebhookReceiver>();
    lied.clear();
    try {
      for (const [id, { answer }] of Object.entries(RECEIVERS)) {
        const receiver = await startReceiver(certificate);
        receiver.answer = answer;
        started.set(id, receiver);
      }
      const webhooks = [...started].map(([id, { url }]) => ({
        id,
        url: id === 'inside' ? url.replace('127.0.0.1', 'localhost') : url,
        secret: WEBHOOK_SECRET,
        allowAddresses: ['127.0.0.1'],
        ...RECEIVERS[id]!.settings,
      }));
      const setup = {
        redis: sentinel,
        tenants: ['acme', 'globex'],
        rows: new Map([['acme', { webhooks }]]),
        env: { NODE_EXTRA_CA_CERTS: certificate.certFile },
      };
      await withRig(chaos, setup, (rig) => attack(chaos, rig, started));
    } finally {
      await Promise.all([...started.values()].map((receiver) => receiver.close()));
      await certificate.remove();
    }
  },
};

type Sentinels = Rig<Awaited<ReturnType<typeof sentinel>>>;

async function attack(
  chaos: Chaos,
  rig: Sentinels,
  started: ReadonlyMap<string, WebhookReceiver>,
): Promise<void> {
  const { tally, say } = chaos;
  const bridge = await rig.bridge('bridge-1');
  await until(
    () => bridge.service.lines.some(({ msg }) => msg === 'webhooks: tenants served here: 2'),
    'the owner',
  );
  await rig.polled(5);
  const killed = started.get('killed')!;
  const gone = started.get('gone')!;
  const rounds = times(chaos, 4, 40);
  const enough = times(chaos, 300, 10_000);
  const gaps: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await (round % 2 === 0 ? killed.revive() : killed.kill());
    if (round === 2)
      gone.answer = (_, response) => {
        response.writeHead(410).end();
        return 'ignored';
      };
    if (round === Math.ceil(rounds / 2)) {
      const { sentinel: servers } = rig.redis;
      await servers.inSync();
      // Nothing that was acknowledged is lost: the log is the one before.
      await servers.admin(await servers.master()).call('CLIENT', 'PAUSE', '30000', 'WRITE');
      await servers.inSync();
      const { dead } = await masterKilled(rig, tally);
      await servers.restart(dead);
    }
    const marks = pollsOf(rig);
    await until(() => heardOf(rig) >= (enough * round) / rounds, 'more events');
    await rig.polled(POLLS_MEASURED, 'globex');
    gaps.push(...gapsSince(rig, marks));
    await rig.anyMoment();
    await bridge.kill();
    tally.injected += 1;
    await bridge.start();
    if (round % 5 === 0) say(`${round} of ${rounds} rounds`);
  }
  await killed.revive();
  gone.answer = worked;
  await rig.settle();
  await resume(bridge.url, 'gone');
  const log = await rig.book.whole('acme');
  tally.expected += log.length * WELL_IN_THE_END.length;

  const connection = connectRedis(rig.redis.target, { onError: () => undefined });
  const store = new RedisWebhookStore(connection);
  try {
    const isDone = ({ through, open, counts }: EndpointProgress, id: string) =>
      through.sequence >= log.length &&
      (open.length === 0 || (!WELL_IN_THE_END.includes(id) && counts.delivered === 0 && open.length < 1_000));
    await until(async () => {
      const progress = await store.progress('acme');
      return [...progress].every(([id, one]) => isDone(one, id)) && progress.size === started.size;
    }, 'the receivers to have all');
    const progress = await store.progress('acme');
    // What the receivers' failures themselves wrote may be newer than what is demanded.
    const whole = await rig.book.whole('acme');
    for (const [id, receiver] of started)
      judge(
        {
          id,
          receiver,
          demanded: log,
          whole,
          progress: progress.get(id)!,
          dead: await store.deadLetters('acme', id),
        },
        tally,
      );
  } finally {
    store.close();
    await connection.close();
  }
  keepsTime(chaos, 'between two polls of the other tenant', gaps, MOST_POLL_GAP_MS);
}

/** How many events were heard of, without a question to Redis, which may be away. */
function heardOf({ book }: Sentinels): number {
  return book.epochs('acme').reduce((sum, epoch) => sum + book.lines('acme', epoch).length, 0);
}

/** Compares what one receiver has worked on with the log. */
function judge({ id, receiver, demanded, whole, progress, dead }: Account, tally: Tally): void {
  const { deliveries, badSignatures } = receiver;
  tally.demand(badSignatures.length === 0, `${id}: ${badSignatures.length} signatures were wrong`);
  const { delivered, expired, dead: refused } = progress.counts;
  if (!WELL_IN_THE_END.includes(id)) {
    tally.demand(deliveries.length === 0, `${id} worked on ${deliveries.length} events`);
    tally.demand(
      expired + refused + progress.open.length >= demanded.length * 0.9,
      `${id}: ${expired} expired, ${refused} dead, ${progress.open.length} open of ${demanded.length}`,
    );
    tally.notes.push(`${id}: ${expired} expired, ${refused} dead, ${progress.open.length} still owed`);
    return;
  }
  const idsOfEvent = new Map<string, string>();
  const firsts: string[] = [];
  let repeats = 0;
  for (const { event, id: webhookId } of deliveries) {
    const known = idsOfEvent.get(event.id);
    if (known === undefined) {
      idsOfEvent.set(event.id, webhookId);
      firsts.push(event.id);
    } else repeats += 1;
    if (known !== undefined && known !== webhookId)
      tally.count('doubled', `${id}: ${event.id} came under two ids`);
  }
  for (const { id: eventId } of demanded)
    if (!idsOfEvent.has(eventId)) tally.count('missing', `${id} never got ${eventId}`);
  if (dead.length > 0) tally.count('missing', `${id}: ${dead.length} given up, none of which was too old`);
  const place = new Map(whole.map((event, n) => [event.id, { n, subject: event.subject }]));
  const latest = new Map<string, number>();
  for (const eventId of firsts) {
    const found = place.get(eventId);
    if (found === undefined) {
      tally.count('false', `${id} got ${eventId}, which the log does not have`);
      continue;
    }
    if (found.n < (latest.get(found.subject) ?? -1))
      tally.count('false', `${id}: ${eventId} came out of order`);
    latest.set(found.subject, found.n);
  }
  tally.notes.push(`${id}: ${delivered} delivered, ${repeats} repeated`);
}

interface Account {
  readonly id: string;
  readonly receiver: WebhookReceiver;
  readonly demanded: readonly BridgeEvent[];
  readonly whole: readonly BridgeEvent[];
  readonly progress: EndpointProgress;
  readonly dead: readonly DeadLetter[];
}

async function resume(url: string, id: string): Promise<void> {
  const authorization = `Bearer ${await token({ tenant: 'acme', webhooks: true })}`;
  const answer = await fetch(`${url}/v1/webhooks/${id}/resume`, {
    method: 'POST',
    headers: { authorization },
  });
  if (!answer.ok) throw new Error(`resume was answered ${answer.status}`);
}

function pollsOf(rig: Sentinels): number {
  return rig.pbx('globex').polls.monitor.length;
}

function gapsSince(rig: Sentinels, mark: number): number[] {
  const polls = rig.pbx('globex').polls.monitor.slice(mark);
  return polls.slice(1).map((poll, n) => poll - polls[n]!);
}
