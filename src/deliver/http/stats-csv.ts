import { type CsvCell, sheetTime } from '../../base/csv.js';
import { AGENT_STATES } from '../../core/day/agent-standing.js';
import type { Mean, Range } from '../../core/day/numbers.js';
import type { Stats } from './stats-query.js';
import type {
  AgentIntervalView,
  AgentStatsView,
  IntervalView,
  QueueIntervalView,
  QueueStatsView,
} from './stats-views.js';

/**
 * The numbers as tables: a row for each queue or agent in each interval, and one without for an interval that has none but was
 * not wholly watched. Every number is a whole one, milliseconds or percents, because the sign of decimals is not the same in all
 * languages: what percents are rounded from is beside them. Cells of what is not known are empty.
 */
type Columns<Row> = readonly (readonly [name: string, cell: (row: Row) => CsvCell])[];

const QUEUE_COLUMNS: Columns<QueueStatsView> = [
  ['queueId', ({ queue }) => queue.id],
  ['queue', ({ queue }) => queue.name],
  ['offered', ({ offered }) => offered],
  ['answered', ({ answered }) => answered],
  ['abandoned', ({ abandoned }) => abandoned],
  ['shortAbandons', ({ shortAbandons }) => shortAbandons],
  ['flowedOut', ({ flowedOut }) => flowedOut],
  ['unknown', ({ unknown }) => unknown],
  ['waiting', ({ waiting }) => waiting],
  ['abandonedPercent', ({ abandonedShare }) => percent(abandonedShare)],
  ['serviceLevelSeconds', ({ serviceLevel }) => serviceLevel.seconds],
  ['inTimeLeast', ({ serviceLevel }) => serviceLevel.inTime.least],
  ['inTimeMost', ({ serviceLevel }) => serviceLevel.inTime.most],
  ['serviceLevelPercentLeast', ({ serviceLevel: { share } }) => share && percents(share)[0]],
  ['serviceLevelPercentMost', ({ serviceLevel: { share } }) => share && percents(share)[1]],
  ...means<QueueStatsView>('speedOfAnswer', ({ speedOfAnswer }) => speedOfAnswer),
  ...means<QueueStatsView>('talk', ({ talk }) => talk),
];

const AGENT_COLUMNS: Columns<AgentStatsView> = [
  ['extension', ({ agent }) => agent.extension],
  ['agent', ({ agent }) => agent.name],
  ['answered', ({ answered }) => answered],
  ['placed', ({ placed }) => placed],
  ['talking', ({ talking }) => talking],
  ['notAnswered', ({ notAnswered }) => notAnswered],
  ...means<AgentStatsView>('talk', ({ talk }) => talk),
  ...AGENT_STATES.map(
    (state) => [`${camel(state)}Ms`, ({ inState }: AgentStatsView) => inState[state]] as const,
  ),
];

const TIME_HEADER = ['day', 'from', 'to', 'fromUtc', 'isOver', 'monitorUnwatchedMs', 'queueUnwatchedMs'];
export const QUEUE_HEADER = headerOf(QUEUE_COLUMNS);
export const AGENT_HEADER = headerOf(AGENT_COLUMNS);

export function queueRows(stats: Stats<QueueIntervalView>): AsyncGenerator<readonly CsvCell[]> {
  return rowsOf(stats, ({ queues }) => queues, QUEUE_COLUMNS, queueRow);
}

export function agentRows(stats: Stats<AgentIntervalView>): AsyncGenerator<readonly CsvCell[]> {
  return rowsOf(stats, ({ agents }) => agents, AGENT_COLUMNS, agentRow);
}

export function queueRow(interval: IntervalView, row: QueueStatsView, timeZone: string): readonly CsvCell[] {
  return [...timeCells(interval, timeZone), ...QUEUE_COLUMNS.map(([, cell]) => cell(row))];
}

export function agentRow(interval: IntervalView, row: AgentStatsView, timeZone: string): readonly CsvCell[] {
  return [...timeCells(interval, timeZone), ...AGENT_COLUMNS.map(([, cell]) => cell(row))];
}

async function* rowsOf<View extends IntervalView, Row>(
  { head: { timeZone }, intervals }: Stats<View>,
  of: (view: View) => readonly Row[],
  columns: Columns<Row>,
  rowOf: (view: View, row: Row, timeZone: string) => readonly CsvCell[],
): AsyncGenerator<readonly CsvCell[]> {
  for await (const some of intervals)
    for (const view of some) {
      const rows = of(view);
      for (const row of rows) yield rowOf(view, row, timeZone);
      const { monitor, queue } = view.unwatchedMs;
      if (rows.length === 0 && monitor + queue > 0)
        yield [...timeCells(view, timeZone), ...columns.map(() => null)];
    }
}

function timeCells(
  { day, from, to, isOver, unwatchedMs }: IntervalView,
  timeZone: string,
): readonly CsvCell[] {
  const wall = (text: string) => sheetTime(Date.parse(text), timeZone);
  return [{ time: day }, wall(from), wall(to), from, isOver, unwatchedMs.monitor, unwatchedMs.queue];
}

function headerOf(columns: readonly (readonly [name: string, ...unknown[]])[]): readonly string[] {
  return [...TIME_HEADER, ...columns.map(([name]) => name)];
}

function means<Row>(name: string, of: (row: Row) => Mean): Columns<Row> {
  return [
    [`${name}Ms`, (row) => of(row).ms],
    [`${name}Known`, (row) => of(row).known],
    [`${name}Unknown`, (row) => of(row).unknown],
  ];
}

function percent(share: number | null): number | null {
  return share === null ? null : Math.round(share * 100);
}

/** The nearest whole percents of what is known; of a range, those that surely hold it. */
function percents({ least, most }: Range): readonly [least: number, most: number] {
  if (least === most) return [percent(least)!, percent(most)!];
  return [Math.floor(least * 100), Math.ceil(most * 100)];
}

/** `not-registered` → `notRegistered`. */
function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
