import type { QueueRow } from '../../data/report-rows.js';
import { dateText, reportWords } from '../../i18n/report-i18n.js';
import { QUEUE_ROWS, type QueueRows, type Reports } from '../../state/reports.js';
import { queueName } from '../../state/queue-names.js';
import { QueueChoice } from '../queue-choice.js';
import { SaveTable } from '../save-table.js';
import { HourChart } from './hour-chart.js';
import { QueueTable } from './queue-table.js';

/** Queues by hour, by day or each, with a chart of when callers came. */
export function QueueReport({ reports }: { readonly reports: Reports }) {
  const texts = reportWords();
  const hasHours = reports.hasHours.value;
  const by: QueueRows = reports.rows.value === 'hour' && !hasHours ? 'day' : reports.rows.value;
  const rows = { hour: reports.byHour, day: reports.byDay, queue: reports.byQueue }[by].value;
  const days = reports.byDay.value.length;
  const chosen = reports.queues.value.find(({ id }) => id === reports.queue.value);
  if (reports.timeZone.value === null) return null;
  return (
    <>
      <div class="filters">
        {QUEUE_ROWS.map((name) => (
          <button
            key={name}
            type="button"
            class="toggle"
            aria-pressed={by === name}
            disabled={name === 'hour' && !hasHours}
            onClick={() => (reports.rows.value = name)}
          >
            {texts.by[name]}
          </button>
        ))}
        <span class="spring" />
        <QueueChoice texts={texts} queue={reports.queue} queues={reports.queues.value} />
        <SaveTable words={texts} address={() => reports.tableAddress()} />
      </div>
      <HourChart
        rows={hasHours ? reports.byHour.value : reports.byDay.value}
        title={texts.chart(hasHours ? 'hour' : 'day', chosen?.name ?? null)}
        note={hasHours ? (days > 1 ? texts.perHourOfDay(days) : null) : texts.noHours}
        nameOf={(row) => nameOf(row, hasHours ? 'hour' : 'day')}
      />
      <QueueTable rows={rows} total={reports.total.value} by={by} nameOf={(row) => nameOf(row, by)} />
    </>
  );
}

function nameOf({ key, name }: QueueRow, by: QueueRows): string {
  if (by === 'queue') return queueName(name);
  return by === 'day' ? dateText(key) : `${key}:00`;
}
