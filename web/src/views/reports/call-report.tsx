import { useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EndedCall } from '../../data/ended-call.js';
import { talkedOf } from '../../data/participants.js';
import { callWords } from '../../i18n/call-i18n.js';
import { dayText, durationText, words } from '../../i18n/i18n.js';
import { reportWords } from '../../i18n/report-i18n.js';
import { claims } from '../../state/access.js';
import { EndedCalls, OUTCOMES } from '../../state/ended-calls.js';
import type { Reports } from '../../state/reports.js';
import { queueName } from '../../state/queue-names.js';
import { CallDialog } from '../call-dialog.js';
import { CustomerNumber } from '../customer-number.js';
import { callText, participantText } from '../customer-text.js';
import { SaveTable } from '../save-table.js';

const PHASES: Readonly<Record<string, string>> = { answered: 'up', abandoned: 'down' };

/** The calls of the period that have ended, searched by customer, extension, queue and outcome; a row opens its dialog. */
export function CallReport({ reports }: { readonly reports: Reports }) {
  const texts = reportWords();
  const [ended] = useState(() => new EndedCalls());
  const form = useRef<HTMLFormElement>(null);
  const opened = useSignal<string | null>(null);
  const { from, to } = reports.days ?? {};
  const search = () => {
    const {
      customer = '',
      extension = '',
      queue = '',
      outcome = '',
    } = Object.fromEntries(new FormData(form.current!)) as Readonly<Record<string, string>>;
    const period = from === undefined || to === undefined ? null : { from, to };
    void ended.search(period, { customer, extension, queue, outcome });
  };
  useEffect(() => () => ended.close(), [ended]);
  useEffect(() => {
    if (from !== undefined) search();
  }, [from, to]);
  const standing = ended.standing.value;
  const calls = ended.calls.value;
  return (
    <>
      <Search form={form} reports={reports} ended={ended} search={search} />
      <p class="standing-line" role="status">
        {standing === 'reading' && texts.reading}
        {standing === 'failed' && (
          <span class="notice warns" title={ended.refusal.value ?? undefined}>
            {texts.failed}{' '}
            <button type="button" onClick={search}>
              {texts.retry}
            </button>
          </span>
        )}
      </p>
      {standing === 'shown' && calls.length === 0 && (
        <p class="empty">
          {texts.noCalls} {ended.isOfCustomer.value && texts.wholeNumbers}
        </p>
      )}
      {calls.length > 0 && <CallTable calls={calls} open={(callId) => (opened.value = callId)} />}
      {ended.next.value !== null && (
        <button type="button" class="more" onClick={() => void ended.more()}>
          {texts.more}
        </button>
      )}
      {opened.value !== null && (
        <CallDialog
          key={opened.value}
          board={null}
          callId={opened.value}
          close={() => (opened.value = null)}
        />
      )}
    </>
  );
}

function Search({
  form,
  reports,
  ended,
  search,
}: {
  readonly form: { current: HTMLFormElement | null };
  readonly reports: Reports;
  readonly ended: EndedCalls;
  readonly search: () => void;
}) {
  const said = words();
  const texts = reportWords();
  const { masks } = claims.value;
  // Together the bridge would give the calls of either, which is not what a search means.
  const clear = (name: string) => {
    form.current!.querySelector<HTMLInputElement | HTMLSelectElement>(`[name=${name}]`)!.value = '';
  };
  return (
    <form
      ref={form}
      class="filters search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <label>
        {texts.customer}{' '}
        <input
          type="search"
          name="customer"
          inputMode="tel"
          disabled={masks}
          placeholder={masks ? texts.customerMasked : texts.wholeNumber}
        />
      </label>
      <label>
        {texts.extension}{' '}
        <input type="search" name="extension" inputMode="numeric" size={6} onInput={() => clear('queue')} />
      </label>
      <label>
        {texts.queue}{' '}
        <select
          name="queue"
          onChange={() => {
            clear('extension');
            search();
          }}
        >
          <option value="">{texts.allQueues}</option>
          {reports.queues.value.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {texts.outcome}{' '}
        <select name="outcome" onChange={search}>
          <option value="">{texts.anyOutcome}</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {said.outcomes[outcome]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        {texts.search}
      </button>
      <span class="spring" />
      <SaveTable words={texts} address={() => ended.tableAddress()} />
    </form>
  );
}

function CallTable({
  calls,
  open,
}: {
  readonly calls: readonly EndedCall[];
  readonly open: (callId: string) => void;
}) {
  const said = words();
  const texts = reportWords();
  const heads = [texts.customer, texts.time, texts.queue, texts.agent, said.wait, said.talk, texts.outcome];
  return (
    <table class="ended-calls" aria-label={texts.views.calls} role="table">
      <thead role="rowgroup">
        <tr role="row">
          {heads.map((head) => (
            <th key={head} scope="col" role="columnheader">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {calls.map((call) => (
          <CallRow key={call.callId} call={call} open={open} />
        ))}
      </tbody>
    </table>
  );
}

function CallRow({ call, open }: { readonly call: EndedCall; readonly open: (callId: string) => void }) {
  const said = words();
  const { callId, direction, endedAt, queues, outcome, waitMs, talkMs, answeredAt } = call;
  const talked = direction === 'local' ? [] : talkedOf(call);
  // The button is for the keyboard; a click anywhere in the row does the same.
  return (
    <tr role="row" data-call={callId} data-outcome={outcome} onClick={() => open(callId)}>
      <th role="rowheader" scope="row" class="customer">
        <button
          type="button"
          class="quiet"
          onClick={(event) => {
            event.stopPropagation();
            open(callId);
          }}
        >
          <CustomerNumber text={callText(call)} />
        </button>
        <small>{callWords().direction[direction]}</small>
      </th>
      <td role="cell" class="number">
        {endedAt !== null && dayText(Date.parse(endedAt))}
      </td>
      <td role="cell">{queues.map(({ name }) => queueName(name)).join(' → ') || said.none}</td>
      <td role="cell">{talked.map(participantText).join(' → ') || said.none}</td>
      <td role="cell" class="number">
        <span class="label">{said.wait}</span> {waitMs === null ? said.unknown : durationText(waitMs)}
      </td>
      <td role="cell" class="number">
        <span class="label">{said.talk}</span>{' '}
        {answeredAt === null ? said.none : talkMs === null ? said.unknown : durationText(talkMs)}
      </td>
      <td role="cell">
        <span class="badge" data-phase={PHASES[outcome ?? ''] ?? 'unknown'}>
          {said.outcomes[outcome ?? 'unknown'] ?? outcome}
        </span>
      </td>
    </tr>
  );
}
