import { setTimeout as pause } from 'node:timers/promises';
import { makeCertificate } from '../../support/certificate.js';
import { until } from '../../support/until.js';
import { WEBHOOK_SECRET } from '../../support/webhook-endpoint.js';
import { startReceiver, type WebhookReceiver, worked } from '../../support/webhook-receiver.js';
import { type Rig, withRig } from '../rig.js';
import type { RedisInUse } from '../redis-in-use.js';
import { type Chaos, type Scenario, times } from '../scenario.js';

/** Of the endpoint in trouble: what it is owed is given up soon, so that no phase begins with what another left. */
const SHORT_AGE_MS = 2_000;
/** In the long form: the others' median and their slowest hundredth may be so many times what they are without the trouble. */
const MOST_RATIO = { p50: 1.5, p99: 2 };
/** Of a busy machine: differences below are noise. */
const NOISE_MS = 20;

interface Trouble {
  readonly name: string;
  readonly begin: (receiver: WebhookReceiver) => unknown;
}

const TROUBLES: readonly Trouble[] = [
  { name: 'hangs', begin: (receiver) => (receiver.answer = () => 'ignored') },
  {
    name: 'answers slowly',
    begin: (receiver) =>
      (receiver.answer = async (delivery, response) => {
        await pause(900);
        return worked(delivery, response);
      }),
  },
  { name: 'is down', begin: (receiver) => receiver.kill() },
];

export const neighbours: Scenario = {
  row: 45,
  testedIn: 'src/webhooks/run/webhook-service.spec.ts',
  fault: 'one webhook endpoint of a tenant hangs, answers slowly or is down',
  invariant: 'its neighbours get their events as fast as without it, and polls do not wait for it',
  run: async (chaos) => {
    const certificate = await makeCertificate();
    const receivers: WebhookReceiver[] = [];
    try {
      for (let n = 0; n < 4; n++) receivers.push(await startReceiver(certificate));
      const [troubled, near, next, far] = receivers as [
        WebhookReceiver,
        WebhookReceiver,
        WebhookReceiver,
        WebhookReceiver,
      ];
      const endpoint = (id: string, { url }: WebhookReceiver, more = {}) => ({
        id,
        url,
        secret: WEBHOOK_SECRET,
        allowAddresses: ['127.0.0.1'],
        ...more,
      });
      const inTrouble = { timeoutMs: 1_000, maxAge: { default: SHORT_AGE_MS } };
      const rows = new Map([
        [
          'acme',
          {
            webhooks: [
              endpoint('troubled', troubled, inTrouble),
              endpoint('near', near),
              endpoint('next', next),
            ],
          },
        ],
        ['globex', { webhooks: [endpoint('far', far)] }],
      ]);
      const env = { NODE_EXTRA_CA_CERTS: certificate.certFile };
      // Far less than the machine can carry: what waits is then due to the neighbour, and not to the load.
      const load = { speed: 4, traffic: { callsPerHour: 500, firstCallAfterMs: 100 } };
      await withRig(chaos, { tenants: ['acme', 'globex'], rows, env, ...load }, (rig) =>
        measure(chaos, rig, troubled, [near, next, far]),
      );
    } finally {
      await Promise.all(receivers.map((receiver) => receiver.close()));
      await certificate.remove();
    }
  },
};

/** Phases without and with a trouble in turns: what else the machine does falls on both. */
async function measure(
  chaos: Chaos,
  rig: Rig<RedisInUse>,
  troubled: WebhookReceiver,
  others: readonly WebhookReceiver[],
): Promise<void> {
  const { tally, say } = chaos;
  const bridge = await rig.bridge('bridge-1');
  await until(
    () => bridge.service.lines.some(({ msg }) => msg === 'webhooks: tenants served here: 2'),
    'the owner',
  );
  await until(() => others.every(({ deliveries }) => deliveries.length > 5), 'deliveries');
  const phaseMs = times(chaos, 4_000, 15_000);
  const rounds = times(chaos, 1, 3);
  const without = new Sample();
  const during = new Map(TROUBLES.map(({ name }) => [name, new Sample()]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, begin } of TROUBLES) {
      await without.take(rig, others, phaseMs);
      await begin(troubled);
      tally.injected += 1;
      await during.get(name)!.take(rig, others, phaseMs);
      troubled.answer = worked;
      await troubled.revive();
      // What was in flight when it ended is over.
      await pause(SHORT_AGE_MS);
    }
    say(`${round} of ${rounds} rounds`);
  }
  for (const [name, sample] of during) {
    compare(chaos, `deliveries to others while it ${name}`, sample.lates, without.lates);
    compare(chaos, `between polls while it ${name}`, sample.gaps, without.gaps);
  }
  await rig.settle();
  for (const tenant of rig.tenants) await rig.agreed(tenant);
  const ends = new Map<WebhookReceiver, string>(others.map((one, n) => [one, n === 2 ? 'globex' : 'acme']));
  for (const [receiver, tenant] of ends) {
    const first = Number(receiver.deliveries[0]!.event.sequence);
    const due = (await rig.book.whole(tenant)).filter(
      ({ type, sequence }) => Number(sequence) >= first && !SHORT_LIVED.has(type),
    );
    const had = () => new Set(receiver.deliveries.map(({ event }) => event.id));
    await until(() => due.every(({ id }) => had().has(id)), `all events of ${tenant} for a neighbour`);
    tally.expected += due.length;
  }
}

/** They are worth delivering for a minute. */
const SHORT_LIVED = new Set(['call-offered', 'call-offer-ended']);

/** How late deliveries are after their commit, and how far apart polls are, in milliseconds. */
class Sample {
  readonly lates: number[] = [];
  readonly gaps: number[] = [];

  async take(rig: Rig<RedisInUse>, receivers: readonly WebhookReceiver[], ms: number): Promise<void> {
    const marks = receivers.map(({ deliveries }) => deliveries.length);
    const polls = rig.tenants.map((tenant) => rig.pbx(tenant).polls.monitor);
    const from = polls.map((instants) => instants.length);
    await pause(ms);
    for (const [n, { deliveries }] of receivers.entries())
      for (const { at, event } of deliveries.slice(marks[n]))
        if (event.recordedtime !== undefined) this.lates.push(at - Date.parse(event.recordedtime));
    for (const [n, instants] of polls.entries())
      for (let at = from[n]! + 1; at < instants.length; at++)
        this.gaps.push(instants[at]! - instants[at - 1]!);
  }
}

function compare(
  { long, tally }: Chaos,
  what: string,
  during: readonly number[],
  without: readonly number[],
): void {
  const figures = Object.entries(MOST_RATIO).map(([name, most]) => {
    const [one, other] = [during, without].map((all) => percentile(all, Number(name.slice(1)) / 100));
    const ratio = one! / Math.max(1, other!);
    const figure = `${name} ${one} ms, ${other} without (${ratio.toFixed(2)})`;
    if (long)
      tally.demand(ratio <= most || one! - other! <= NOISE_MS, `${what}: ${figure}, more than ${most}`);
    return figure;
  });
  tally.notes.push(`${what} (${during.length}): ${figures.join(', ')}`);
  tally.demand(during.length > 0, `${what}: there were none`);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
