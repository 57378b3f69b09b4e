import { startPbx } from '../../test/support/pbx.js';
import type { Bench } from '../bench.js';
import { MonitorBodies } from '../bodies.js';
import { type Row, spread, takingTurns, unrest, versus } from '../measure.js';
import { Children } from './child.js';
import { monotonicMs, paced } from './clock.js';
import { Contestant } from './contestant.js';
import type { ChainKind } from './server-order.js';

/**
 * From the moment at which the upstream sends its answer to the moment at which a client has its events: a real poller,
 * store and delivery in one process, beside fetch → publish → `ws` and beside the plain way, in one process each.
 * 200 rows, of which one changes from poll to poll; 100 clients; a poll every 25 ms, in turns of a second.
 */
const TENANT = 'end-to-end';
const CLIENTS = 100;
const ROWS = 200;
const POLLS = 40;
const EVERY_MS = 25;
/** Before the first turn: forty polls a turn are too few for the compiler to know what a bridge does all day. */
const WARM_UP_POLLS = 600;
const KINDS: Readonly<Record<ChainKind, string>> = {
  'bridge chain': 'ours',
  'bare chain': 'fetch → publish → ws',
  'plain chain': 'the plain way',
};

export async function endToEnd({ redisUrl, profileDir, rounds }: Bench): Promise<Row[]> {
  const children = new Children(profileDir);
  const swarm = await children.start('./swarm.js', 'clients', {});
  const entrants: Entrant[] = [];
  try {
    for (const [kind, name] of Object.entries(KINDS) as [ChainKind, string][]) {
      const pbx = await startPbx();
      const order = { kind, tenant: TENANT, redisUrl, upstreamUrl: pbx.url };
      const contestant = await Contestant.start(children, swarm, { name, clients: CLIENTS, order });
      entrants.push(new Entrant(contestant, pbx));
    }
    await Promise.all(entrants.map((entrant) => entrant.begin()));
    const warmUp = 2;
    await takingTurns(entrants, { counted: rounds(8), warmUp }, (entrant) => entrant.turn());
    const row = (which: 'p50' | 'p99', goal: number | null): Row => {
      const spreads = entrants.map((entrant) =>
        spread(entrant.contestant.name, entrant[which].slice(warmUp), 'ms'),
      );
      const miss =
        `a turn's p99 is the slowest of its ${POLLS} polls or the next: over the turns the limit's own is ` +
        `${unrest(spreads[1]!)} in the 90th percentile of what it is in the 10th, ours ${unrest(spreads[0]!)}`;
      return { ...versus(`upstream answer → client, ${which}`, spreads, { limit: goal }), miss };
    };
    return [row('p50', null), row('p99', 1.5)];
  } finally {
    await children.end();
    for (const { pbx } of entrants) await pbx.close();
  }
}

class Entrant {
  readonly p50: number[] = [];
  readonly p99: number[] = [];
  private readonly bodies = new MonitorBodies(ROWS, 1 / ROWS);
  private body = this.bodies.current();
  private answeredAt = 0;
  private sequence = 0;

  constructor(
    readonly contestant: Contestant,
    readonly pbx: Awaited<ReturnType<typeof startPbx>>,
  ) {
    pbx.monitor = (response) => {
      this.answeredAt = monotonicMs();
      response.writeHead(200, { 'content-type': 'application/json' }).end(this.body);
    };
  }

  /** Emits what is there already before any client is connected. */
  async begin(): Promise<void> {
    for (let poll = 0; poll < WARM_UP_POLLS; poll++) {
      this.sequence = await this.poll();
      this.body = this.bodies.next();
    }
    await this.contestant.connect();
  }

  async turn(): Promise<number> {
    // Some polls bring two events (an answer, and the end of the ringing), and one whose absence waits none.
    await this.contestant.record(this.sequence + 1, POLLS * MOST_EVENTS);
    const sentAt: number[] = [];
    await paced(POLLS, EVERY_MS, async () => {
      this.body = this.bodies.next();
      const last = await this.poll();
      for (; this.sequence < last; this.sequence++) sentAt.push(this.answeredAt);
    });
    await this.contestant.until(this.sequence);
    const { p50, p99 } = await this.contestant.latencies(sentAt);
    this.p50.push(p50);
    this.p99.push(p99);
    return p99;
  }

  private poll(): Promise<number> {
    return this.contestant.server.call<number>('poll');
  }
}

const MOST_EVENTS = 8;
