import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { type AgentPart, partOf } from '../../data/agent-part.js';
import type { EndedCall } from '../../data/ended-call.js';
import { AGENT_STATES, type AgentStats } from '../../data/stats.js';
import { agentWords } from '../../i18n/agent-i18n.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { durationText, minuteText, numberText, spanText, words } from '../../i18n/i18n.js';
import { AgentDay } from '../../state/agent-day.js';
import type { Board } from '../../state/board.js';
import { queueName } from '../../state/queue-names.js';
import { CallDialog } from '../call-dialog.js';
import { CustomerNumber } from '../customer-number.js';
import { callText } from '../customer-text.js';
import { Dialog } from '../dialog.js';
import { knownOf, StateBar } from '../state-bar.js';
import { Timer } from '../timer.js';

/** One extension: what it does now, what it did today in numbers, and the calls behind them. */
export function AgentDialog({
  board,
  extension,
  close,
}: {
  readonly board: Board;
  readonly extension: string;
  readonly close: () => void;
}) {
  const texts = agentWords();
  const [day] = useState(() => new AgentDay(extension));
  const opened = useSignal<string | null>(null);
  const now = board.agents.value.find((one) => one.extension === extension);
  useEffect(() => () => day.close(), [day]);
  // A call that has begun or ended changes the day.
  useEffect(() => void day.read(), [day, now?.state, now?.callId]);
  const standing = day.standing.value;
  const stats = day.stats.value;
  return (
    <Dialog name="agent-day" standing={standing} close={close}>
      {(dialog) => (
        <>
          <div class="panel-head">
            <div>
              <h2 id="agent-day-title">
                <b>{extension}</b> {now?.name ?? stats?.agent.name ?? ''}
              </h2>
              {now !== undefined && (
                <p class="note" data-state={now.state}>
                  <span class="dot" aria-hidden="true" />
                  <span>
                    {boardWords().state[now.state]}
                    {now.since !== null && ' · '}
                    {now.since !== null && <Timer since={now.since} />}
                  </span>
                  {now.callId !== null && (
                    <button type="button" class="quiet" onClick={() => (opened.value = now.callId)}>
                      {texts.openCall}
                    </button>
                  )}
                </p>
              )}
            </div>
            <button type="button" class="shut" onClick={() => dialog.current?.close()}>
              {words().close}
            </button>
          </div>
          <p class="standing-line" role="status">
            {standing === 'reading' && texts.reading}
            {standing === 'failed' && (
              <>
                {texts.failed}{' '}
                <button type="button" onClick={() => void day.read()}>
                  {texts.retry}
                </button>
              </>
            )}
            {standing === 'shown' && stats === null && texts.notKnown}
          </p>
          {stats !== null && <Numbers stats={stats} />}
          {standing !== 'reading' && <Calls day={day} extension={extension} open={opened} />}
          {opened.value !== null && (
            <CallDialog
              key={opened.value}
              board={board}
              callId={opened.value}
              close={() => (opened.value = null)}
            />
          )}
        </>
      )}
    </Dialog>
  );
}

function Numbers({ stats }: { readonly stats: AgentStats }) {
  const texts = agentWords();
  const { answered, placed, notAnswered, talk, inState, agent } = stats;
  const facts: readonly (readonly [name: string, title: string, value: string])[] = [
    ['answered', texts.answered, numberText(answered)],
    ['placed', texts.placed, numberText(placed)],
    ['notAnswered', texts.notAnswered, numberText(notAnswered)],
    ['talked', texts.talked, spanText(inState.talking)],
    ['talk', texts.meanTalk, talk.ms === null ? words().none : durationText(talk.ms)],
  ];
  const states = AGENT_STATES.filter((state) => inState[state] > 0);
  return (
    <>
      <dl class="facts" aria-label={texts.today}>
        {facts.map(([name, title, value]) => (
          <div key={name}>
            <dt>{title}</dt>
            <dd data-value={name}>{value}</dd>
          </div>
        ))}
      </dl>
      <StateBar inState={inState} of={knownOf(inState)} label={`${texts.inState}: ${agent.extension}`} />
      <ul class="in-states">
        {states.map((state) => (
          <li key={state}>
            <i class="state-key" data-state={state} />{' '}
            {state === 'not-watched' ? boardWords().unwatched : boardWords().state[state]}{' '}
            <b>{spanText(inState[state])}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

function Calls({
  day: { ended },
  extension,
  open,
}: {
  readonly day: AgentDay;
  readonly extension: string;
  readonly open: { value: string | null };
}) {
  const said = words();
  const texts = agentWords();
  const calls = ended.calls.value;
  return (
    <>
      <h3>{texts.calls}</h3>
      {calls.length === 0 ? (
        <p class="empty" role="status">
          {ended.standing.value === 'shown'
            ? texts.noCalls
            : texts[ended.standing.value === 'failed' ? 'failed' : 'reading']}
        </p>
      ) : (
        <table class="day-calls" aria-label={texts.calls}>
          <thead>
            <tr>
              {[texts.ended, said.customer, texts.queue, texts.part, said.talk].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {calls.map((call) => (
              <CallRow key={call.callId} call={call} extension={extension} open={open} />
            ))}
          </tbody>
        </table>
      )}
      {ended.next.value !== null && (
        <button type="button" class="more" onClick={() => void ended.more()}>
          {texts.more}
        </button>
      )}
    </>
  );
}

function CallRow({
  call,
  extension,
  open,
}: {
  readonly call: EndedCall;
  readonly extension: string;
  readonly open: { value: string | null };
}) {
  const { callId, endedAt, queues } = call;
  const part = partOf(call, extension);
  const talkMs = part.kind === 'rang' ? null : part.talkMs;
  return (
    <tr data-call={callId} data-part={part.kind} onClick={() => (open.value = callId)}>
      <td class="number">{endedAt !== null && minuteText(Date.parse(endedAt))}</td>
      <th scope="row">
        {/* For the keyboard; a click anywhere in the row does the same. */}
        <button
          type="button"
          class="quiet"
          onClick={(event) => {
            event.stopPropagation();
            open.value = callId;
          }}
        >
          <CustomerNumber text={callText(call)} />
        </button>
      </th>
      <td>{queues.map(({ name }) => queueName(name)).join(' → ') || words().none}</td>
      <td>{partText(part)}</td>
      <td class="number">{talkMs === null ? words().none : durationText(talkMs)}</td>
    </tr>
  );
}

function partText(part: AgentPart): string {
  const texts = agentWords();
  if (part.kind !== 'rang') return texts.kinds[part.kind];
  // How a ring ended says more than that it rang.
  return part.outcome === null ? texts.kinds.rang : (words().outcomes[part.outcome] ?? texts.kinds.rang);
}
