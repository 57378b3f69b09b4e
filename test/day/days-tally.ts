import { countHabits } from '../../simulator/habit-count.js';
import type { Finding, Report } from '../../simulator/judge-report.js';
import type { CallTruth } from '../../simulator/truth.js';
import type { Day } from '../support/day.js';

/** What the judge found of one day or of many. */
export const FINDING_KINDS = ['missing', 'doubled', 'invented', 'misreported'] as const;

export interface FoundOf {
  readonly kind: (typeof FINDING_KINDS)[number];
  readonly finding: Finding;
}

export function findingsOf(report: Report): FoundOf[] {
  return FINDING_KINDS.flatMap((kind) => report[kind].map((finding) => ({ kind, finding })));
}

/** How often each reason excused something of the day, as `excused.json` counts it. */
export function excusesOf({ unseen, forgiven }: Report): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { byReason } of [unseen, forgiven])
    for (const [reason, count] of Object.entries(byReason)) counts[reason] = (counts[reason] ?? 0) + count;
  return counts;
}

export class DaysTally {
  days = 0;
  faultyDays = 0;
  statements = 0;
  #events = 0;
  readonly #kinds = new Map<string, number>();
  readonly #rules = new Map<string, { count: number; example: string }>();
  readonly #excuses = new Map<string, number>();
  readonly #inferred = new Map<string, number>();
  readonly #truths: (readonly CallTruth[])[] = [];

  add(seed: number, { report, events, world }: Day): void {
    this.days++;
    if (!report.ok) this.faultyDays++;
    this.statements += report.statements;
    this.#truths.push(world.truth.map(({ habits }) => ({ habits }) as CallTruth));
    for (const { kind, finding } of findingsOf(report)) {
      count(this.#kinds, kind);
      const reason = finding.reason
        .replace(/[\da-f]{8}-[\da-f-]{27}/g, 'ID')
        .replace(/\d+/g, 'N')
        .replace(/agent [a-z]+N/, 'agent NAME');
      const key = `${kind}, ${finding.rule}, ${finding.type}: ${reason}`;
      const example = `seed ${seed} ${finding.callKey ?? finding.callId}`;
      const known = this.#rules.get(key) ?? { count: 0, example };
      this.#rules.set(key, { ...known, count: known.count + 1 });
    }
    for (const [from, { byReason }] of [
      ['unseen', report.unseen],
      ['forgiven', report.forgiven],
    ] as const)
      for (const [reason, times] of Object.entries(byReason))
        count(this.#excuses, `${from} ${reason}`, times);
    for (const { type, data } of events) {
      if (!type.startsWith('call-')) continue;
      this.#events++;
      if ('observed' in data && data.observed.certainty === 'inferred') count(this.#inferred, type);
    }
  }

  lines(): string[] {
    const habits = countHabits(...this.#truths);
    const shares = (counts: ReadonlyMap<string, number>, of: number): string[] =>
      sorted(counts).map(([name, times]) => `  ${name} ${times} (${((100 * times) / of).toFixed(3)} %)`);
    const counts = (of: ReadonlyMap<string, number>): string[] =>
      sorted(of).map(([name, times]) => `  ${name} ${times}`);
    return [
      `calls each habit touched, of ${habits.calls}:`,
      ...counts(habits.habits),
      `calls each pair of habits touched (${habits.pairs.size} pairs):`,
      ...counts(habits.pairs),
      'excused, of all statements:',
      ...shares(this.#excuses, this.statements),
      'inferred, of all events of calls:',
      ...shares(this.#inferred, this.#events),
      'findings:',
      ...[...this.#rules]
        .sort(([, a], [, b]) => b.count - a.count)
        .map(([key, { count: times, example }]) => `  ${times} ${key} (${example})`),
      `${this.days - this.faultyDays} of ${this.days} days right; ${this.statements} statements, ${this.foundLine()}`,
    ];
  }

  foundLine(): string {
    return FINDING_KINDS.map((kind) => `${this.#kinds.get(kind) ?? 0} ${kind}`).join(', ');
  }
}

function count(counts: Map<string, number>, name: string, times = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
}
