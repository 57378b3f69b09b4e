import { useEffect, useState } from 'preact/hooks';
import { reportWords } from '../../i18n/report-i18n.js';
import { minuteText, words } from '../../i18n/i18n.js';
import { claims } from '../../state/access.js';
import { Reports, type View } from '../../state/reports.js';
import { Header } from '../header.js';
import { AgentReport } from './agent-report.js';
import { CallReport } from './call-report.js';
import { PeriodPicker } from './period-picker.js';
import { QueueReport } from './queue-report.js';

const VIEWS: readonly View[] = ['queues', 'agents', 'calls'];

/** What the days have come to: by hour, day, queue and agent, and the calls of which they were made. */
export function ReportsPage() {
  const said = words();
  const texts = reportWords();
  const [reports] = useState(() => new Reports());
  useEffect(() => () => reports.close(), [reports]);
  const { extensions, queues, tenant } = claims.value;
  // A token of some queues shows no agents, and one of some extensions no queues.
  const hidden: Readonly<Record<View, string | null>> = {
    queues: extensions !== null && queues === null ? texts.queuesNotShown : null,
    agents: queues !== null && extensions === null ? texts.agentsNotShown : null,
    calls: null,
  };
  const view = reports.view.value;
  const zone = reports.timeZone.value;
  return (
    <div class="reports-page" data-standing={reports.standing.value}>
      <Header current="reports" tenant={tenant} />
      <main id="content" tabIndex={-1}>
        <div class="report-head">
          <h1>{said.reports}</h1>
          <div class="filters views" role="group" aria-label={said.reports}>
            {VIEWS.map((name) => (
              <button
                key={name}
                type="button"
                class="toggle"
                aria-pressed={view === name}
                onClick={() => (reports.view.value = name)}
              >
                {texts.views[name]}
              </button>
            ))}
          </div>
          <p class="note">
            {zone !== null && texts.zone(zone)}
            {zone !== null && reports.preset.value === 'today' && view !== 'calls' && (
              <>, {texts.asOf(minuteText(reports.readAt.value))}</>
            )}
          </p>
        </div>
        <PeriodPicker reports={reports} />
        {view !== 'calls' && <Standing reports={reports} />}
        {hidden[view] !== null ? (
          <p class="notice">{hidden[view]}</p>
        ) : view === 'queues' ? (
          <QueueReport reports={reports} />
        ) : view === 'agents' ? (
          <AgentReport reports={reports} />
        ) : (
          <CallReport reports={reports} />
        )}
      </main>
    </div>
  );
}

function Standing({ reports }: { readonly reports: Reports }) {
  const texts = reportWords();
  const standing = reports.standing.value;
  return (
    <p class="standing-line" role="status">
      {standing === 'reading' && texts.reading}
      {standing === 'failed' && (
        <span class="notice warns">
          {texts.failed}{' '}
          <button type="button" onClick={() => void reports.read()}>
            {texts.retry}
          </button>
        </span>
      )}
    </p>
  );
}
