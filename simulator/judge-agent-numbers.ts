import { AgentStates } from './agent-states.js';
import { compareCount, compareMean, type Countable, mayBeIn, mustBeIn } from './counted-ranges.js';
import { talksOf } from './desk-truth.js';
import type { DeskFindings } from './judge-desk-report.js';
import { isConnected, spansOf } from './judge-sight.js';
import type { AgentRow, NumbersCase } from './numbers-case.js';
import { type NumbersSight, SECOND } from './numbers-sight.js';
import type { CallTruth } from './truth.js';

/** Compares the numbers of agents with the talks, the offers and the legs of the truth. */
export function judgeAgentNumbers(given: NumbersCase, known: NumbersSight, findings: DeskFindings): void {
  const talks = given.truth.flatMap((call) => knownTalks(call, known));
  const missed = given.truth.flatMap((call) => knownMisses(call, known));
  const states = new AgentStates(given, known);
  const keys = given.agents.map(({ agent, from }) => `${agent.extension} ${from}`);
  findings.holds('interval', 'agents', null, new Set(keys).size === keys.length, 'an interval twice');
  for (const row of given.agents) {
    const { extension } = row.agent;
    const about = `${extension} ${new Date(row.from).toISOString()}`;
    const [ownTalks, ownMisses] = [talks, missed].map((all) =>
      all.filter((one) => one.extension === extension),
    );
    judgeTalks(row, about, ownTalks as KnownTalk[], findings);
    const extra = mayBeIn(ownMisses!, row).filter(({ isSure }) => !isSure).length;
    compareCount(findings, 'notAnswered', about, row.from, row.notAnswered, [
      mustBeIn(ownMisses!, row).filter(({ isOne }) => isOne).length,
      mayBeIn(ownMisses!, row).filter(({ isOne, isSure }) => isOne && isSure).length + extra,
    ]);
    states.judge(row, about, findings);
  }
  for (const { extension, at, isSure, isOne } of [...talks, ...missed]) {
    if (!isSure || !isOne) continue;
    const isThere = given.agents.some(
      ({ agent, from, to }) => agent.extension === extension && from <= at.to && at.from < to,
    );
    findings.holds('interval', extension, at.from, isThere, 'something was counted in no hour');
  }
  states.judgeAbsent(findings);
}

interface OfExtension extends Countable {
  readonly extension: string;
  /** Whether it is what is counted, as far as the truth goes. */
  readonly isOne: boolean;
}

interface KnownTalk extends OfExtension {
  readonly isPlaced: boolean;
  readonly isOver: boolean;
}

function judgeTalks(row: AgentRow, about: string, talks: readonly KnownTalk[], findings: DeskFindings): void {
  const [may, must] = [mayBeIn(talks, row), mustBeIn(talks, row)];
  const count = (all: readonly KnownTalk[], isPlaced: boolean): number =>
    all.filter((one) => one.isSure && one.isPlaced === isPlaced).length;
  const spare = may.filter(({ isSure }) => !isSure).length;
  for (const [column, isPlaced] of [
    ['answered', false],
    ['placed', true],
  ] as const)
    compareCount(findings, column, about, row.from, row[column], [
      count(must, isPlaced),
      count(may, isPlaced) + spare,
    ]);
  const { answered, placed, talk, talking } = row;
  findings.same('talks', about, row.from, talk.known + talk.unknown + talking, answered + placed);
  compareCount(findings, 'talking', about, row.from, talking, [
    must.filter(({ isOver }) => !isOver).length,
    may.filter(({ isOver, isSure }) => !isOver || !isSure).length,
  ]);
  compareMean(findings, 'talk', about, row.from, talk, may);
}

function knownTalks(call: CallTruth, known: NumbersSight): KnownTalk[] {
  const { sight, doubts, skewMs } = known;
  const isDoubtful = doubts.has(call.callKey);
  const talks = talksOf(call).map((talk, nth) => ({
    ...talk,
    isPlaced: nth === 0 && call.direction === 'outbound',
  }));
  const first = talks[0];
  const caller = call.direction === 'local' ? callerOf(call) : null;
  // A local call talks at both of its extensions.
  if (first !== undefined && caller !== null && caller !== first.extension)
    talks.push({ extension: caller, from: first.from, to: call.endedAt, isPlaced: true });
  const all = talks.map(({ extension, from, to, isPlaced }): KnownTalk => {
    const legs = call.sightings.filter((one) => one.extension === extension);
    const isSeen = legs.some((leg) => sight.firstSeen(leg, isConnected) !== null);
    // Its rows look answered before the customer answers; and a consultation may become a part of the customer's call.
    const isClear = call.kind !== 'click-to-call' && call.direction !== 'local';
    const shown = Math.max(known.shownBy('monitor', from), known.shownBy('queue', from));
    const at = { from: Math.floor(from / SECOND) * SECOND - SHOWN_EARLY_MS - skewMs, to: shown + skewMs };
    const end = to === null ? null : Math.max(known.shownBy('monitor', to), known.shownBy('queue', to));
    const slack = 2 * SECOND + skewMs;
    const lasted =
      to === null || isDoubtful || !isClear
        ? null
        : { least: Math.max(0, to - shown - slack), most: end! - from + slack };
    return {
      extension,
      at,
      isPlaced,
      isSure: isSeen && isClear && !isDoubtful,
      isOne: true,
      isOver: to !== null,
      lasted,
    };
  });
  return [...all, ...seemingTalks(call, all, known)];
}

/** Extensions whose rows look as if they talked in the call, which the truth does not say: they may be counted. */
function seemingTalks(call: CallTruth, talks: readonly KnownTalk[], known: NumbersSight): KnownTalk[] {
  const isDoubtful = known.doubts.has(call.callKey);
  return call.sightings.flatMap((one): KnownTalk[] => {
    const { extension } = one;
    if (extension === undefined) return [];
    const isTalk = talks.some((talk) => talk.extension === extension);
    const seems = spansOf(one).filter(({ state }) => isConnected(state));
    if ((isTalk && !isDoubtful && call.kind !== 'click-to-call') || (!isDoubtful && seems.length === 0))
      return [];
    const from = seems[0]?.from ?? one.from;
    const to = known.shownBy('monitor', call.endedAt ?? one.to ?? known.sight.until);
    const common = { extension, isPlaced: false, isSure: false, isOne: true, isOver: call.endedAt !== null };
    return [{ ...common, at: { from: Math.floor(from / SECOND) * SECOND - known.skewMs, to }, lasted: null }];
  });
}

function callerOf({ sightings, events }: CallTruth): string | null {
  const rung = new Set(events.flatMap(({ type, extension }) => (type === 'call-offered' ? [extension] : [])));
  const own = sightings.find(({ extension }) => extension !== undefined && !rung.has(extension));
  return own?.extension ?? null;
}

function knownMisses(call: CallTruth, known: NumbersSight): OfExtension[] {
  const isDoubtful = known.doubts.has(call.callKey);
  return call.events.flatMap(({ type, extension, at, outcome }): OfExtension[] => {
    if (type !== 'call-offer-ended' || extension === undefined) return [];
    const isOne = outcome === 'not-answered';
    if (!isOne && !isDoubtful) return [];
    const shown = known.shownBy('monitor', at);
    const window = { from: Math.min(at, known.notShownAt('monitor', at)), to: shown + SECOND };
    return [{ extension, at: window, isSure: !isDoubtful, isOne, lasted: null }];
  });
}

const SHOWN_EARLY_MS = 500;
