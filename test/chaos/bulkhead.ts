import { setTimeout as pause } from 'node:timers/promises';
import { token } from '../support/delivery.js';
import { startProxy } from '../support/proxies.js';
import { freePort } from '../support/redis.js';
import type { LogLine } from '../support/service.js';
import { until } from '../support/until.js';
import { Attacker } from './attacker.js';
import type { Bridge } from './bridge.js';
import { type Answered, ask, metricSum } from './probe.js';
import { memoryOf } from './process-memory.js';
import type { RedisInUse } from './redis-in-use.js';
import { type Rig, type RigSetup, withRig } from './rig.js';
import { type Chaos, keepsTime, type Tally } from './scenario.js';
import type { Blind } from './verdict.js';

/**
 * What holds while a client, a reader, a PBX or a pipe that is not read loads the bridge as much as it can: the other tenants
 * are polled in time, an agent who connects gets every event, probes are answered, memory is bounded, and afterwards all is
 * as before. And it has a voice: a warning, a metric, readiness or the sources say so. Refusing every client would be no
 * protection, so that agents connect all the while.
 */
export interface Attack {
  /** Beside the rig's own. The attacked tenant is `acme`. */
  readonly setup?: Partial<RigSetup<RedisInUse>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Default 1. */
  readonly replicas?: number;
  /** `/health` and `/metrics` are asked on a listener of their own (`METRICS_PORT`). */
  readonly ownHealthPort?: boolean;
  /** Clients reach the first replica through this reverse proxy, as the documentation configures it. */
  readonly behind?: 'nginx';
  /** Whose agents connect during the attack, and whose log is judged; default all. */
  readonly served?: readonly string[];
  /** Attacks, and resolves when the attack is over. */
  readonly strike: (field: Field) => Promise<void>;
  readonly voice: Voice;
  /** Where the attack costs the attacked tenant what polls saw; asked when all has come to rest. Default: nowhere. */
  readonly blind?: (rig: Rig<RedisInUse>) => Promise<readonly Blind[]>;
}

export interface Voice {
  /** A line of the log, of level warn or above. */
  readonly line: (line: LogLine) => boolean;
  /** A counter or gauge (`metricSum`) whose sum is above what it was before the attack, at some moment of it. */
  readonly metric: string;
  /** Whether an answer of `/health/ready` of any replica, or of the attacked tenant's `/v1/sources` shows it; one has to. */
  readonly shown: (answer: { readonly ready: string; readonly sources: string }) => boolean;
}

/** What an attack is given. */
export interface Field extends Pick<Chaos, 'long' | 'say' | 'tally' | 'random'> {
  readonly rig: Rig<RedisInUse>;
  readonly bridges: readonly Bridge[];
  /** Where clients reach the first replica. */
  readonly url: string;
  /** Watches a replica that was started meanwhile as it watches the others. */
  readonly join: (bridge: Bridge) => void;
  /** Starts `test/chaos/attacks/<name>.ts`; it is stopped when the row ends, at the latest. */
  readonly attacker: (name: string, args: unknown) => Attacker;
}

export const ATTACKED = 'acme';
const OTHERS = ['calm-1', 'calm-2', 'calm-3'] as const;
const INTERVAL_MS = 1_000;
const PROBE_EVERY_MS = 250;
const AGENT_EVERY_MS = 3_000;
/** So long the others' polls are measured after the attack. */
const AFTERWARDS_MS = 30_000;

const MOST_POLL_GAP_MS = 2 * INTERVAL_MS;
export const MOST_CONNECT_MS = 2_000;
const MOST_LIVE_MS = 1_000;
const MOST_RSS_MIB = 512;
const MOST_RECOVERY_MS = 10_000;

/** The run of a row of attacks. In the short form times are noted and not demanded. */
export async function withstands(chaos: Chaos, attack: Attack): Promise<void> {
  const healthPort = attack.ownHealthPort ? await freePort() : null;
  const proxyPort = attack.behind === undefined ? null : await freePort();
  const publicUrl = `http://127.0.0.1:${proxyPort}`;
  const setup: RigSetup<RedisInUse> = {
    tenants: [ATTACKED, ...OTHERS],
    speed: 1,
    traffic: { callsPerHour: 600, firstCallAfterMs: 100 },
    ...attack.setup,
    env: {
      POLL_INTERVAL_MS: String(INTERVAL_MS),
      ...(healthPort === null ? {} : { METRICS_PORT: String(healthPort) }),
      ...(proxyPort === null ? {} : { TRUSTED_PROXIES: '127.0.0.1', PUBLIC_URL: publicUrl }),
      ...attack.env,
    },
  };
  await withRig(chaos, setup, async (rig) => {
    const bridges = await rig.replicas(attack.replicas ?? 1);
    const target = Number(new URL(bridges[0]!.url).port);
    const proxy =
      proxyPort === null
        ? null
        : await startProxy(attack.behind!, 'root', { port: proxyPort, target, certificate: null });
    const attackers: Attacker[] = [];
    const attacker = (name: string, args: unknown) => {
      const started = new Attacker(name, args);
      attackers.push(started);
      return started;
    };
    const join = (bridge: Bridge) => void bridges.push(bridge);
    const { long, say, tally, random } = chaos;
    const field: Field = {
      rig,
      bridges,
      url: proxy === null ? bridges[0]!.url : publicUrl,
      join,
      attacker,
      long,
      say,
      tally,
      random,
    };
    const health = healthPort === null ? bridges[0]!.url : `http://127.0.0.1:${healthPort}`;
    try {
      await watched(chaos, field, attack, health, attackers);
      await rig.settle();
      const blind = (await attack.blind?.(rig)) ?? [];
      const demandOf = (tenant: string) => ({ sightings: 3, blind: tenant === ATTACKED ? blind : [] });
      const served = attack.served ?? rig.tenants;
      await rig.verdicts(new Map(served.map((tenant) => [tenant, demandOf(tenant)])));
    } finally {
      await proxy?.stop();
    }
  });
}

/** The attack and half a minute after it, as a witness sees them. */
async function watched(
  chaos: Chaos,
  field: Field,
  attack: Attack,
  health: string,
  attackers: readonly Attacker[],
): Promise<void> {
  const witness = await Witness.open(field, attack, health);
  try {
    await attack.strike(field);
    chaos.say('the attack is over');
    await witness.recovered();
    await pause(chaos.long ? AFTERWARDS_MS : INTERVAL_MS);
  } finally {
    await Promise.all(attackers.map((each) => each.stop()));
    await witness.close();
  }
  witness.report(chaos);
}

/** Watches the bridge from outside during an attack. */
class Witness {
  readonly #field: Field;
  readonly #attack: Attack;
  readonly #health: string;
  readonly #marks: ReadonlyMap<string, { readonly monitor: number; readonly queue: number }>;
  readonly #sourcesToken: string;
  readonly #metricBefore: number;
  readonly #lives: Answered[] = [];
  readonly #connects: number[] = [];
  readonly #lags: number[] = [];
  #peakKib = 0;
  #recoveryMs = 0;
  #metricGrew = false;
  #wasShown = false;
  #isOpen = true;
  readonly #loops: Promise<void>[];

  private constructor(
    field: Field,
    attack: Attack,
    health: string,
    sourcesToken: string,
    metricBefore: number,
  ) {
    this.#field = field;
    this.#attack = attack;
    this.#health = health;
    this.#sourcesToken = sourcesToken;
    this.#metricBefore = metricBefore;
    this.#marks = new Map(
      OTHERS.map((id) => {
        const { monitor, queue } = field.rig.pbx(id).polls;
        return [id, { monitor: monitor.length - 1, queue: queue.length - 1 }];
      }),
    );
    this.#loops = [
      this.#every(PROBE_EVERY_MS, () => this.#probe()),
      this.#every(INTERVAL_MS, () => this.#listen()),
      this.#every(AGENT_EVERY_MS, () => this.#connect()),
    ];
  }

  static async open(field: Field, attack: Attack, health: string): Promise<Witness> {
    const sourcesToken = await token({ tenant: ATTACKED, sub: 'witness' });
    const before = await metricOf(addressesOf(field, attack, health), attack.voice.metric);
    return new Witness(field, attack, health, sourcesToken, before);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#loops);
  }

  /** Resolves when the bridge is ready, polls the attacked tenant, and lets an agent in. */
  async recovered(): Promise<void> {
    const begun = performance.now();
    await until(async () => (await ask(`${this.#health}/health/ready`)).status === 200, 'readiness');
    await this.#field.rig.polled(1, ATTACKED);
    await this.#connect();
    this.#recoveryMs = performance.now() - begun;
  }

  report(chaos: Chaos): void {
    const { tally } = chaos;
    keepsTime(chaos, 'between two polls of the others', this.#gaps(), MOST_POLL_GAP_MS);
    keepsTime(chaos, 'until an agent had a snapshot', this.#connects, MOST_CONNECT_MS);
    keepsTime(
      chaos,
      '/health/live',
      this.#lives.map(({ ms }) => ms),
      MOST_LIVE_MS,
    );
    keepsTime(chaos, 'recovery', [this.#recoveryMs], MOST_RECOVERY_MS);
    keepsTime(chaos, "this process's own delay", this.#lags);
    const peak = Math.round(this.#peakKib / 1_024);
    tally.notes.push(`${peak} MiB of memory at most`);
    tally.demand(peak <= MOST_RSS_MIB, `${peak} MiB of memory, more than ${MOST_RSS_MIB}`);
    const dead = this.#lives.filter(({ status }) => status !== 200).length;
    tally.demand(dead === 0, `/health/live was not 200 in ${dead} of ${this.#lives.length} probes`);
    this.#judgeVoice(tally);
  }

  #judgeVoice(tally: Tally): void {
    const { voice } = this.#attack;
    const lines = this.#field.bridges.flatMap(({ service }) => service.lines);
    const warned = lines.some((line) => LOUD.has(line.level) && voice.line(line));
    tally.demand(warned, 'no line of the log warned of it');
    tally.demand(this.#metricGrew, `the metric ${voice.metric} did not grow`);
    tally.demand(this.#wasShown, 'neither readiness nor the sources showed it');
  }

  #gaps(): number[] {
    const gaps: number[] = [];
    for (const [id, marks] of this.#marks) {
      const { polls } = this.#field.rig.pbx(id);
      for (const endpoint of ['monitor', 'queue'] as const) {
        const since = polls[endpoint].slice(marks[endpoint]);
        for (let at = 1; at < since.length; at++) gaps.push(since[at]! - since[at - 1]!);
      }
    }
    return gaps;
  }

  async #probe(): Promise<void> {
    this.#lives.push(await ask(`${this.#health}/health/live`));
    for (const { service } of this.#field.bridges)
      this.#peakKib = Math.max(this.#peakKib, await memoryOf(service.pid));
  }

  async #listen(): Promise<void> {
    const { voice } = this.#attack;
    const addresses = addressesOf(this.#field, this.#attack, this.#health);
    const [metric, ready, sources] = await Promise.all([
      metricOf(addresses, voice.metric),
      Promise.all(addresses.map((address) => ask(`${address}/health/ready`))),
      ask(`${this.#field.url}/v1/sources`, { authorization: `Bearer ${this.#sourcesToken}` }),
    ]);
    this.#metricGrew ||= metric > this.#metricBefore;
    this.#wasShown ||= voice.shown({ ready: ready.map(({ body }) => body).join(), sources: sources.body });
  }

  /** A new agent of each served tenant, connected until the verdict looks at what it got. */
  async #connect(): Promise<void> {
    const { rig } = this.#field;
    for (const tenant of this.#attack.served ?? [ATTACKED, OTHERS[0]]) {
      const begun = performance.now();
      await rig.watch({
        name: `agent ${this.#connects.length + 1} of ${tenant}`,
        tenant,
        url: () => this.#field.url,
      });
      this.#connects.push(performance.now() - begun);
    }
  }

  async #every(ms: number, act: () => Promise<void>): Promise<void> {
    while (this.#isOpen) {
      const due = performance.now() + ms;
      await act();
      const now = performance.now();
      if (now >= due) continue;
      await pause(due - now);
      this.#lags.push(performance.now() - due);
    }
  }
}

/** Where metrics and readiness are asked: of every replica, since one of them has the tenant. */
function addressesOf({ bridges }: Field, { ownHealthPort }: Attack, health: string): readonly string[] {
  return ownHealthPort === true ? [health] : bridges.map(({ url }) => url);
}

async function metricOf(addresses: readonly string[], name: string): Promise<number> {
  const answers = await Promise.all(addresses.map((address) => ask(`${address}/metrics`)));
  return answers.reduce((sum, { body }) => sum + metricSum(body, name), 0);
}

const LOUD: ReadonlySet<string> = new Set(['warn', 'error', 'fatal']);
