import type { DeskFindings } from './judge-desk-report.js';
import { isConnected, mayRing, spansOf } from './judge-sight.js';
import type { AgentRow, NumbersCase } from './numbers-case.js';
import type { NumbersSight } from './numbers-sight.js';
import { type Step, stepsOf } from './watched-steps.js';
import type { Sighting } from './truth.js';

/**
 * In which state each extension was by the answers of the monitor: between two of them it counts as in the state that the first of
 * them showed (docs/statistics.md), which is all that can be known. Where what an answer shows may be taken for one state or another
 * (a leg that does not ring yet, a call of which the judge of calls has found or excused something), either may be counted.
 */
export class AgentStates {
  readonly #steps: readonly Step[];
  readonly #legs = new Map<string, Leg[]>();
  readonly #bounds = new Map<string, ReadonlyMap<number, Bounds>>();
  readonly #away = new Map<string, { readonly from: number; to: number }[]>();
  readonly #listsIdle: boolean;
  readonly #isJudged: boolean;
  readonly #rows: readonly AgentRow[];

  constructor({ truth, log, listsIdle, agents, until, ...given }: NumbersCase, known: NumbersSight) {
    this.#isJudged = (given.sightingsToDemand ?? 1) === 1;
    this.#listsIdle = listsIdle ?? true;
    this.#rows = agents;
    this.#steps = stepsOf(given.polls.monitor, given.paceMs.monitor, until);
    for (const call of truth) {
      const isClear = !known.doubts.has(call.callKey);
      for (const sighting of call.sightings) {
        const { extension } = sighting;
        if (extension === undefined) continue;
        const leg = { sighting, isClear: isClear && sighting.role === undefined };
        const own = this.#legs.get(extension);
        if (own === undefined) this.#legs.set(extension, [leg]);
        else own.push(leg);
      }
    }
    for (const { type, extension, at } of log) {
      if (extension === undefined) continue;
      const away = this.#away.get(extension) ?? [];
      if (type === 'extension-unregistered') this.#away.set(extension, [...away, { from: at, to: Infinity }]);
      if (type === 'extension-registered') for (const span of away) span.to = Math.min(span.to, at);
    }
  }

  judge({ agent: { extension }, from, to, inState }: AgentRow, about: string, findings: DeskFindings): void {
    const total = Object.values(inState).reduce((sum, ms) => sum + ms, 0);
    findings.holds(
      'inState',
      about,
      from,
      total <= to - from,
      `${total} ms in an interval of ${to - from} ms`,
    );
    for (const state of Object.keys(inState))
      findings.holds('inState', about, from, STATES.includes(state as State), `no state is ${state}`);
    if (!this.#isJudged) return;
    const bounds = this.#boundsOf(extension).get(from)!;
    for (const state of STATES) {
      const [least, most] = bounds.get(state)!;
      const ms = inState[state] ?? 0;
      findings.holds(
        'inState',
        about,
        from,
        least <= ms && ms <= most,
        `${state} ${ms} ms, not ${least} to ${most}`,
      );
    }
    const [least, most] = bounds.get('all')!;
    findings.holds(
      'inState',
      about,
      from,
      least <= total && total <= most,
      `${total} ms in all, not ${least} to ${most}`,
    );
  }

  /** An extension that was in some state in an hour has a row of that hour. */
  judgeAbsent(findings: DeskFindings): void {
    if (!this.#isJudged) return;
    const known = new Set(this.#rows.map(({ agent, from }) => `${agent.extension} ${from}`));
    for (const extension of this.#legs.keys())
      for (const [from, bounds] of this.#boundsOf(extension)) {
        const [least] = bounds.get('all')!;
        const isThere = least === 0 || known.has(`${extension} ${from}`);
        findings.holds('interval', extension, from, isThere, `${least} ms of states in no row`);
      }
  }

  /** By the beginning of an hour. */
  #boundsOf(extension: string): ReadonlyMap<number, Bounds> {
    let known = this.#bounds.get(extension);
    if (known === undefined) this.#bounds.set(extension, (known = this.#counted(extension)));
    return known;
  }

  #counted(extension: string): ReadonlyMap<number, Bounds> {
    const hours = [...new Map(this.#rows.map(({ from, to }) => [from, to]))];
    const counted = new Map(hours.map(([from]) => [from, noTime()]));
    const legs = [...(this.#legs.get(extension) ?? [])].sort((a, b) => a.sighting.from - b.sighting.from);
    let [next, shown]: [number, Leg[]] = [0, []];
    let isKnown: 'no' | 'perhaps' | 'yes' = 'no';
    for (const step of this.#steps) {
      for (; next < legs.length && legs[next]!.sighting.from <= step.from; next++) shown.push(legs[next]!);
      if (shown.length > 0) shown = shown.filter(({ sighting: { to } }) => step.from < (to ?? Infinity));
      const seen = this.#seen(extension, shown, step.from);
      // It counts from the first answer that shows it.
      if (isKnown !== 'yes') {
        const isListed = seen.length === 1 && seen[0] !== 'not-registered' && this.#isListed(seen[0]!);
        isKnown = isListed ? 'yes' : seen.some((state) => state !== 'not-registered') ? 'perhaps' : isKnown;
      }
      if (isKnown === 'no') continue;
      const may: readonly State[] =
        step.isWatched === 'yes' ? seen : step.isWatched === 'no' ? AWAY : [...seen, 'not-watched'];
      for (const [from, to] of hours) {
        const ms = Math.min(step.to, to) - Math.max(step.from, from);
        if (ms > 0) add(counted.get(from)!, may, ms, isKnown === 'yes');
      }
    }
    return counted;
  }

  /** Where idle extensions are not listed, only one with a call is shown. */
  #isListed(state: State): boolean {
    return this.#listsIdle || state === 'ringing' || state === 'talking';
  }

  /** The states that the answer of this instant may be taken to show. */
  #seen(extension: string, legs: readonly Leg[], at: number): readonly State[] {
    if (legs.length === 0) {
      const isAway = (this.#away.get(extension) ?? []).some(({ from, to }) => from <= at && at < to);
      return isAway && this.#listsIdle ? ['not-registered'] : ['no-call'];
    }
    if (legs.some(({ isClear }) => !isClear)) return SHOWN;
    const states = legs.map(({ sighting }) => {
      const spans = spansOf(sighting);
      const state = spans.find(({ from, to }) => from <= at && at < to)?.state ?? null;
      // The row of a leg that has ended, under an id of its own: no call (docs/events.md).
      if (sighting.ids?.some((one) => one.phantom === true && one.at <= at) === true) return 'unclear';
      if (isConnected(state)) return 'talking';
      // What talked once goes on talking, whatever the row says.
      if (spans.some((span) => span.from <= at && isConnected(span.state))) return 'unclear';
      return mayRing(state) ? 'ringing' : 'unclear';
    });
    if (states.includes('talking')) return ['talking'];
    if (states.includes('unclear')) return SHOWN;
    return ['ringing'];
  }
}

interface Leg {
  readonly sighting: Sighting;
  readonly isClear: boolean;
}

/** The least and the most of each state, in milliseconds. */
type Bounds = ReadonlyMap<State | 'all', [number, number]>;

function noTime(): Bounds {
  return new Map([...STATES, 'all' as const].map((state) => [state, [0, 0]]));
}

/** @param isSure the extension is known */
function add(bounds: Bounds, may: readonly State[], ms: number, isSure: boolean): void {
  for (const state of may) {
    const of = bounds.get(state)!;
    of[1] += ms;
    if (may.length === 1 && isSure) of[0] += ms;
  }
  const all = bounds.get('all')!;
  all[1] += ms;
  if (isSure) all[0] += ms;
}

const STATES = ['ringing', 'talking', 'no-call', 'not-registered', 'not-watched'] as const;
type State = (typeof STATES)[number];
const AWAY: readonly State[] = ['not-watched'];
/** An extension that the answer lists with a leg is registered. */
const SHOWN: readonly State[] = ['ringing', 'talking', 'no-call'];
