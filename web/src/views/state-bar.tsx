import { AGENT_STATES, type AgentState } from '../data/stats.js';

/** Time in each state, side by side, as shares of `of`: the rest is not known. What was not watched is hatched. */
export function StateBar({
  inState,
  of,
  label,
}: {
  readonly inState: Readonly<Record<AgentState, number>>;
  readonly of: number;
  readonly label: string;
}) {
  return (
    <span class="state-bar" role="img" aria-label={label}>
      {AGENT_STATES.map(
        (state) =>
          of > 0 &&
          inState[state] > 0 && (
            <i key={state} data-state={state} style={{ inlineSize: `${(100 * inState[state]) / of}%` }} />
          ),
      )}
    </span>
  );
}

/** How much of its time is known. */
export function knownOf(inState: Readonly<Record<AgentState, number>>): number {
  return AGENT_STATES.reduce((sum, state) => sum + inState[state], 0);
}
