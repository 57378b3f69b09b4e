import { Component } from 'preact';
import type { AgentState } from '../data/agents.js';
import { numberText, words } from '../i18n/i18n.js';
import type { Board } from '../state/board.js';
import { Panel } from './panel.js';

const ORDER: readonly AgentState[] = ['talking', 'ringing', 'dialling', 'no-call', 'signed-out'];

/** Extensions by state; a line below explains what the states are based on. */
export function AgentsPanel({
  board,
  open,
}: {
  readonly board: Board;
  readonly open: (callId: string) => void;
}) {
  const said = words();
  const agents = board.agents.value;
  const groups = ORDER.map((state) => ({ state, agents: agents.filter((agent) => agent.state === state) }));
  return (
    <Panel name="agents" title={said.agents}>
      {agents.length === 0 ? (
        <p class="empty">{said.noAgents}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="agents-title">
          {groups
            .filter((group) => group.agents.length > 0)
            .map((group) => (
              <div key={group.state} class="agent-group" data-agents={group.state}>
                <h3>
                  <span class="badge" data-phase={group.state}>
                    {said.agentState[group.state]}
                  </span>{' '}
                  <span class="count">{numberText(group.agents.length)}</span>
                </h3>
                <ul>
                  {group.agents.map(({ extension, name, callId }) => (
                    <Chip key={extension} extension={extension} name={name} callId={callId} open={open} />
                  ))}
                </ul>
              </div>
            ))}
          <p class="basis">{said.agentsBasis}</p>
        </div>
      )}
    </Panel>
  );
}

interface ChipProps {
  readonly extension: string;
  readonly name: string | null;
  readonly callId: string | null;
  readonly open: (callId: string) => void;
}

/** A class because of `shouldComponentUpdate`: of a thousand extensions only those that changed are rendered again. */
class Chip extends Component<ChipProps> {
  override shouldComponentUpdate({ extension, name, callId, open }: ChipProps): boolean {
    const { props } = this;
    return (
      extension !== props.extension || name !== props.name || callId !== props.callId || open !== props.open
    );
  }

  override render({ extension, name, callId, open }: ChipProps) {
    const who = (
      <>
        <b>{extension}</b> {name ?? ''}
      </>
    );
    return (
      <li>
        {callId === null ? (
          <span class="agent-chip">{who}</span>
        ) : (
          <button type="button" class="agent-chip" onClick={() => open(callId)}>
            {who}
          </button>
        )}
      </li>
    );
  }
}
