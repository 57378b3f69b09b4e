import { talksOf, type VisitTruth, visitsOf } from './desk-truth.js';
import type { AgentRow, Mean, Numbers, NumbersCase, QueueRow, UnwatchedRow } from './numbers-case.js';
import type { CallTruth, Sighting } from './truth.js';

/**
 * The numbers of a bridge that makes no mistake: every visit, talk and offer of the truth counts once, with its times as the PBX
 * writes them, and each time in a state as the answers of the monitor showed it. The judge finds nothing wrong with them, and lies
 * are made of them.
 */
export type NumbersTellerCase = Pick<
  NumbersCase,
  'truth' | 'log' | 'until' | 'shortAbandonMs' | 'seconds'
> & { readonly polls: { readonly monitor: readonly number[]; readonly queue: readonly number[] } };

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;
const SECOND = 1_000;
/** So long without an answer, and nothing was watched. */
const AWAY_MS = 10_000;

export function perfectNumbers(given: NumbersTellerCase): Numbers {
  return {
    queues: queueRows(given),
    agents: agentRows(given),
    unwatched: unwatchedRows(given),
    history: given.truth.filter(({ endedAt }) => endedAt !== null).map(({ callKey }) => callKey),
  };
}

function queueRows({ truth, shortAbandonMs, seconds }: NumbersTellerCase): QueueRow[] {
  const byRow = new Map<string, { readonly visit: VisitTruth; readonly talkMs: number | null }[]>();
  for (const call of truth) {
    const visits = visitsOf(call);
    for (const [nth, visit] of visits.entries()) {
      const next = visits[nth + 1]?.joined ?? call.endedAt;
      const talkMs = visit.how !== 'answered' || next === null ? null : Math.max(0, next - visit.left!);
      const key = `${visit.queue.id} ${floorTo(visit.joined, QUARTER_MS)}`;
      byRow.set(key, [...(byRow.get(key) ?? []), { visit, talkMs }]);
    }
  }
  return [...byRow].map(([key, all]) => {
    const from = Number(key.split(' ')[1]);
    const visits = all.map(({ visit }) => visit);
    const count = (how: VisitTruth['how']): number => visits.filter((visit) => visit.how === how).length;
    const waits = visits.flatMap((one) => (one.how === 'answered' ? [one.left! - one.joined] : []));
    const short = visits.filter(
      ({ how, left, joined }) => how === 'abandoned' && left! - joined < shortAbandonMs,
    ).length;
    const inTime = waits.filter((wait) => wait <= seconds * SECOND).length;
    const counting = count('answered') + count('abandoned') - short;
    const share = (of: number): number | null => (counting === 0 ? null : of / counting);
    const talks = all.flatMap(({ talkMs }) => (talkMs === null ? [] : [talkMs]));
    return {
      queue: { id: visits[0]!.queue.id },
      from,
      to: from + QUARTER_MS,
      offered: visits.length,
      answered: count('answered'),
      abandoned: count('abandoned'),
      flowedOut: count('flowed-out'),
      unknown: 0,
      waiting: count(null),
      shortAbandons: short,
      abandonedShare: share(count('abandoned') - short),
      serviceLevel: {
        seconds,
        inTime: { least: inTime, most: inTime },
        share: counting === 0 ? null : { least: share(inTime)!, most: share(inTime)! },
      },
      speedOfAnswer: meanOf(waits),
      talk: meanOf(talks),
    };
  });
}

function agentRows(given: NumbersTellerCase): AgentRow[] {
  const { truth, until, polls } = given;
  const hours: number[] = [];
  const first = polls.monitor[0]!;
  for (let hour = floorTo(first, HOUR_MS); hour < until; hour += HOUR_MS) hours.push(hour);
  const extensions = new Set(
    truth.flatMap(({ sightings }) => sightings.flatMap(({ extension }) => extension ?? [])),
  );
  const talks = truth.flatMap((call) => talksWithCaller(call));
  return [...extensions].flatMap((extension) => {
    const states = statesOf(extension, given);
    return hours.map((from) => {
      const to = from + HOUR_MS;
      const own = talks.filter((one) => one.extension === extension && from <= one.from && one.from < to);
      const over = own.flatMap((one) => (one.to === null ? [] : [one.to - one.from]));
      const missed = truth.flatMap(({ events }) =>
        events.filter(
          (one) =>
            one.type === 'call-offer-ended' &&
            one.extension === extension &&
            one.outcome === 'not-answered' &&
            from <= one.at &&
            one.at < to,
        ),
      );
      const inState: Record<string, number> = {};
      for (const state of STATES) inState[state] = 0;
      for (const one of states)
        inState[one.state]! += Math.max(0, Math.min(one.to, to) - Math.max(one.from, from));
      return {
        agent: { extension },
        from,
        to,
        answered: own.filter(({ isPlaced }) => !isPlaced).length,
        placed: own.filter(({ isPlaced }) => isPlaced).length,
        talk: meanOf(over),
        talking: own.length - over.length,
        notAnswered: missed.length,
        inState,
      };
    });
  });
}

const STATES = ['ringing', 'talking', 'no-call', 'not-registered', 'not-watched'];

interface TalkOfAgent {
  readonly extension: string;
  readonly from: number;
  readonly to: number | null;
  readonly isPlaced: boolean;
}

function talksWithCaller(call: CallTruth): TalkOfAgent[] {
  const isPlaced = call.direction === 'outbound';
  const talks = talksOf(call).map((talk, nth) => ({ ...talk, isPlaced: isPlaced && nth === 0 }));
  const [first] = talks;
  if (call.direction !== 'local' || first === undefined) return talks;
  const other = call.sightings.find(
    ({ extension }) => extension !== undefined && extension !== first.extension,
  );
  if (other !== undefined) talks.push({ ...first, extension: other.extension!, isPlaced: true });
  return talks;
}

/** The state by each answer of the monitor, up to the next one. */
function statesOf(extension: string, { truth, log, polls, until }: NumbersTellerCase) {
  const legs = truth.flatMap(({ sightings }) => sightings.filter((one) => one.extension === extension));
  const signs = log.filter((one) => one.extension === extension && one.type.startsWith('extension-'));
  return polls.monitor.map((from, nth) => {
    const to = polls.monitor[nth + 1] ?? until;
    if (to - from > AWAY_MS) return { from, to, state: 'not-watched' };
    const words = legs.flatMap((leg) => wordAt(leg, from));
    const isAway = signs.findLast(({ at }) => at <= from)?.type === 'extension-unregistered';
    const state = words.some((word) => word === 'ONCALL' || word === 'HELD' || word === 'UNHELD')
      ? 'talking'
      : words.length > 0
        ? 'ringing'
        : isAway
          ? 'not-registered'
          : 'no-call';
    return { from, to, state };
  });
}

function wordAt({ from, to, states }: Sighting, at: number): string[] {
  if (at < from || at >= (to ?? Infinity)) return [];
  const word = states.findLast((one) => one.at <= at)?.state ?? null;
  return word === null || word === '' ? [] : [word];
}

function unwatchedRows({ polls, until }: NumbersTellerCase): UnwatchedRow[] {
  const rows: UnwatchedRow[] = [];
  const first = Math.min(polls.monitor[0]!, polls.queue[0]!);
  for (let from = floorTo(first, QUARTER_MS); from < until; from += QUARTER_MS) {
    const to = from + QUARTER_MS;
    const unwatched = (all: readonly number[]): number => {
      const spells = [-Infinity, ...all, Math.max(until, all.at(-1)!)];
      return spells.reduce((sum, at, nth) => {
        const before = spells[nth - 1];
        if (before === undefined || at - before < AWAY_MS) return sum;
        return sum + Math.max(0, Math.min(at, to, until) - Math.max(before, from));
      }, 0);
    };
    rows.push({
      from,
      to,
      unwatchedMs: { monitor: unwatched(polls.monitor), queue: unwatched(polls.queue) },
    });
  }
  return rows;
}

function meanOf(values: readonly number[]): Mean {
  const sum = values.reduce((total, value) => total + value, 0);
  return { ms: values.length === 0 ? null : sum / values.length, known: values.length, unknown: 0 };
}

function floorTo(at: number, ms: number): number {
  return Math.floor(at / ms) * ms;
}
