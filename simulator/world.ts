import { type Act, byHand } from './by-hand.js';
import { CallBacks } from './call-backs.js';
import { type Directory, drawDirectory, findExtension } from './directory.js';
import { Engine } from './engine.js';
import type { LiveCall } from './live-call.js';
import { Members } from './members.js';
import { type Customer, drawCustomer } from './numbers.js';
import { type WorldOptions, withDefaults } from './options.js';
import { type CallScript, planOf } from './plan.js';
import { type PoisonSpell, startPoison } from './poison.js';
import { Random } from './random.js';
import type { MonitorRow, QueueRow } from './rows.js';
import { Schedule } from './schedule.js';
import { Switchboard } from './switchboard.js';
import { type Desk, startCall, startRegistrationChurn, startTraffic } from './traffic.js';
import { type CallTruth, Truth, type TruthEvent } from './truth.js';

export type { WorldOptions } from './options.js';
export type { CallScript } from './plan.js';
export type { CallTruth } from './truth.js';

/**
 * A simulated PBX of one tenant: a call centre on a virtual clock, what its two endpoints would answer, and the truth.
 *
 * Guarantees: no I/O, no real clock, no hidden randomness; the same options give the same rows and the same truth,
 * whatever the steps of `advanceTo`, as long as no call is scripted. Reading rows changes nothing.
 */
export interface World {
  readonly now: number;
  readonly directory: Directory;
  /** Every call so far in the order they began; a call's record grows while it lives. */
  readonly truth: readonly CallTruth[];
  /** The same events of all calls, and of registrations, in the order they happened. */
  readonly log: readonly TruthEvent[];
  /** When something will change next, Infinity when nothing will. */
  readonly nextAt: number;
  /** Lets everything happen up to and including this instant; an instant in the past changes nothing. */
  advanceTo(instant: number): void;
  monitorRows(): MonitorRow[];
  queueRows(): QueueRow[];
  /** The answers' bodies; the same Buffer as long as nothing changed. */
  monitorBody(): Buffer;
  queueBody(): Buffer;
  /** How many rows of the monitor an answer has at most, where the request does not say; 0: all. */
  readonly pageSize: number;
  /** How far the PBX's clock is ahead at this instant. */
  clockSkewAt(instant: number): number;
  /** When a list had a row that was no row. */
  readonly poison: readonly PoisonSpell[];
  /** By number or uuid; null: there is no such extension. */
  registration(idOrNumber: string): { readonly extension: string; readonly is_logged_in: boolean } | null;
  /** Begins a call now. @throws Error when the script names an extension or a queue that does not exist. */
  startCall(script: CallScript): CallTruth;
  /** Hangs up the live call with this `callKey`, upstream id, or at this extension; false: there is none. */
  hangUp(callKeyOrIdOrExtension: string): boolean;
  /** Does this with the calls at this extension; false: there is none to do it with. @throws Error when there is no such extension. */
  byHand(extension: string, act: Act): boolean;
  /** The extension's device loses its registration, for `forMs` or until `register`; false: there is no such extension. */
  unregister(idOrNumber: string, forMs?: number): boolean;
  register(idOrNumber: string): boolean;
  /** The call-centre module restarts: every row is Abandoned, `abandoned_time` stays (`docs/upstream.md`, mark F). */
  restartQueues(): void;
}

export function createWorld(given: WorldOptions): World {
  const options = withDefaults(given);
  const random = new Random(options.seed);
  const directory = drawDirectory(random.fork(), options.directory);
  const schedule = new Schedule(options.startAt);
  const truth = new Truth(options.truthLimit);
  const trafficRandom = random.fork();
  const churnRandom = random.fork();
  // Scripts draw from a stream of their own, so that they leave the traffic's decisions alone; so does the engine.
  const scriptRandom = random.fork();
  const engine = new Engine(options.engine, random.fork(), schedule);
  const callBacks = new CallBacks(options.desk, random.fork());
  const board = new Switchboard(directory, options.quirks, schedule, truth, engine);
  const members = new Members(options.quirks, schedule, truth, engine);
  const pbx: Desk = {
    schedule,
    board,
    members,
    truth,
    directory,
    options,
    engine,
    callBacks,
    companies: engine.isOn('company') ? [1, 2].map(() => drawCompany(engine.random)) : [],
    poisoned: false,
    live: new Map<string, LiveCall>(),
    scaled: (ms) => Math.max(1, Math.round(ms / options.speed)),
    mayOpen: () => truth.count < options.traffic.totalCalls,
  };
  const poison = startPoison(pbx);
  startTraffic(pbx, trafficRandom);
  startRegistrationChurn(pbx, churnRandom);

  const begin = (script: CallScript) => {
    const plan = planOf(scriptRandom.fork(), options, directory, script);
    return startCall(pbx, plan, scriptRandom.fork()).truth;
  };

  return {
    directory,
    truth: truth.calls,
    log: truth.log,
    get now() {
      return schedule.now;
    },
    get nextAt() {
      return schedule.nextAt;
    },
    advanceTo: (instant) => schedule.runUntil(instant),
    monitorRows: () => board.rows(),
    queueRows: () => members.rows(),
    monitorBody: () => board.body(),
    queueBody: () => members.body(),
    pageSize: engine.habits.pageSize,
    clockSkewAt: (instant) => engine.skewAt(instant),
    poison,
    registration(idOrNumber) {
      const extension = findExtension(directory, idOrNumber);
      return extension === undefined
        ? null
        : { extension: extension.number, is_logged_in: board.isRegistered(extension) };
    },
    startCall: begin,
    byHand(extension, act) {
      const found = findExtension(directory, extension);
      if (found === undefined) throw new Error(`There is no extension ${extension}`);
      return byHand(pbx, scriptRandom.fork(), found.number, act, begin);
    },
    hangUp(name) {
      for (const call of pbx.live.values()) {
        const { callKey, upstreamIds } = call.truth;
        const here = [...call.legs].some(({ extension }) => extension.number === name);
        if (callKey !== name && !upstreamIds.includes(name) && !here) continue;
        call.finish();
        return true;
      }
      return false;
    },
    unregister(idOrNumber, forMs) {
      const extension = findExtension(directory, idOrNumber);
      if (extension === undefined) return false;
      board.unregister(extension);
      if (forMs !== undefined) schedule.in(forMs, () => board.register(extension));
      return true;
    },
    register(idOrNumber) {
      const extension = findExtension(directory, idOrNumber);
      if (extension === undefined) return false;
      board.register(extension);
      return true;
    },
    restartQueues() {
      for (const entry of [...members.entries]) {
        if (entry.status === 'Abandoned') continue;
        const call = [...pbx.live.values()].find((one) => one.entry === entry);
        if (call !== undefined && (!call.answered || call.waitsAgain)) call.finish(false);
        else {
          // An answered call goes on; its row is a leftover from now on.
          members.change(entry, { status: 'Abandoned' });
          members.linger(entry);
        }
      }
    },
  };
}

function drawCompany(random: Random): Customer {
  return drawCustomer(random, { anonymous: 0, mixedFormats: 0 });
}
