import { useComputed } from '@preact/signals';
import { AGENT_STATES, type AgentEntry, countByQueue, countStates } from '../../data/agents.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { numberText, words } from '../../i18n/i18n.js';
import { ADDRESS } from '../../state/address.js';
import type { Board } from '../../state/board.js';
import { queueName } from '../../state/queue-names.js';
import { Panel } from '../panel.js';
import { Timer } from '../timer.js';
import { Pager, usePages } from './pages.js';
import { Aged, whyUnknown } from './unknown.js';

/** On a floor of so many, how many do what in which queue is of more use than the first rows of a long list. */
const LARGE = 200;

/** Extensions by state, each with the time in it and the rings that it has not answered today; a click opens its day. */
export function AgentsPanel({
  board,
  open,
}: {
  readonly board: Board;
  readonly open: (extension: string) => void;
}) {
  const said = boardWords();
  const agents = board.agents.value;
  const counts = useComputed(() => countStates(board.agents.value)).value;
  const pages = usePages({ count: agents.length, rowRem: 1.9, columnRem: 12.5, most: 20 });
  const why = whyUnknown(board.desk.agents.value, said.hiddenAgents);
  return (
    <Panel
      name="agents"
      title={said.agents}
      note={
        <>
          <Aged reading={board.desk.agents.value} /> <Pager pages={pages} />
        </>
      }
    >
      {agents.length > 0 && (
        <ul class="state-counts">
          {AGENT_STATES.filter((state) => counts[state] > 0 || ALWAYS.has(state)).map((state) => (
            <li key={state} data-state={state} data-zero={counts[state] === 0}>
              <b data-agents-in={state}>{numberText(counts[state])}</b> <span>{said.state[state]}</span>
            </li>
          ))}
        </ul>
      )}
      {agents.length >= LARGE && <ByQueue board={board} />}
      <div ref={pages.box} class="fitted">
        {agents.length === 0 ? (
          <p class="empty">{why ?? said.noAgents}</p>
        ) : (
          <ul class="agents" style={{ gridTemplateRows: `repeat(${rowsOf(pages)}, 1.9rem)` }}>
            {agents.slice(pages.first, pages.last).map((agent) => (
              <Agent key={agent.extension} agent={agent} open={open} />
            ))}
          </ul>
        )}
      </div>
      {agents.length > 0 && (
        <p class="basis">
          {agents.some(({ notAnswered }) => notAnswered > 0) && (
            <span class="missed">
              <MissedIcon /> {said.missedRings}.{' '}
            </span>
          )}
          {said.agentsBasis}
        </p>
      )}
    </Panel>
  );
}

const ALWAYS: ReadonlySet<string> = new Set(['ringing', 'talking', 'no-call']);

/** Few agents stand in one column below one another, and not in the first row of several. */
function rowsOf({
  first,
  last,
  rows,
  columns,
}: {
  first: number;
  last: number;
  rows: number;
  columns: number;
}) {
  return Math.max(
    1,
    Math.min(rows, Math.max(Math.ceil((last - first) / columns), Math.min(8, last - first))),
  );
}

function MissedIcon() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path class="line" d="M2 5l5.5 5.5L14 4M9.5 4H14v4.5" />
    </svg>
  );
}

function ByQueue({ board }: { readonly board: Board }) {
  const said = boardWords();
  const queues = useComputed(() => countByQueue(board.agents.value)).value;
  if (queues.length === 0) return null;
  return (
    <table class="by-queue">
      <thead>
        <tr>
          {[said.queue, said.state.talking, said.state.ringing].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {queues.slice(0, MOST_QUEUES).map(({ queue, ringing, talking }) => (
          <tr key={queue}>
            <th scope="row">{queueName(queue)}</th>
            <td>{numberText(talking)}</td>
            <td>{numberText(ringing)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** So many leave room for the agents themselves. */
const MOST_QUEUES = 6;

function Agent({
  agent: { extension, name, state, since, notAnswered },
  open,
}: {
  readonly agent: AgentEntry;
  readonly open: (extension: string) => void;
}) {
  const said = boardWords();
  const who = (
    <>
      <b>{extension}</b> {name ?? ''}
    </>
  );
  return (
    <li data-agent={extension} data-state={state}>
      <span class="dot" role="img" aria-label={said.state[state]} />
      {ADDRESS.kiosk ? (
        <span class="who" title={name ?? extension}>
          {who}
        </span>
      ) : (
        <button type="button" class="who" title={name ?? extension} onClick={() => open(extension)}>
          {who}
        </button>
      )}
      {notAnswered > 0 && (
        <span class="missed" title={said.missedCount(notAnswered)}>
          <MissedIcon />
          <span aria-hidden="true">{notAnswered}</span>
          <span class="unseen">{said.missedCount(notAnswered)}</span>
        </span>
      )}
      <span class="in-state">{since === null ? words().none : <Timer since={since} />}</span>
    </li>
  );
}
