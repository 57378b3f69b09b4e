import type { AgentRow } from '../../data/report-rows.js';
import { AGENT_STATES } from '../../data/stats.js';
import { numberText, spanText, words } from '../../i18n/i18n.js';
import { reportWords } from '../../i18n/report-i18n.js';
import type { Reports } from '../../state/reports.js';
import { SaveTable } from '../save-table.js';
import { Cell, MeanCell } from './queue-table.js';

const BAR = 160;

/** What each agent did, and in which state they were for how long. */
export function AgentReport({ reports }: { readonly reports: Reports }) {
  const texts = reportWords();
  const said = words();
  const rows = reports.byAgent.value;
  if (reports.standing.value === 'reading') return null;
  if (rows.length === 0) return <p class="empty">{texts.noAgents}</p>;
  // A column of dashes takes no width.
  const states = AGENT_STATES.filter((state) => rows.some(({ inState }) => inState[state] > 0));
  const longest = Math.max(...rows.map(knownOf));
  const isSomeNotKnown = rows.some(({ notKnownMs }) => notKnownMs >= 60_000);
  const heads = [texts.agent, texts.answered, texts.placed, texts.notAnswered, texts.talk, said.state];
  return (
    <>
      <div class="filters">
        <span class="spring" />
        <SaveTable words={texts} address={() => reports.tableAddress()} />
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={texts.views.agents}>
        <table class="report agents-report" aria-label={texts.views.agents}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
              {states.map((state) => (
                <th key={state} scope="col">
                  <i class="state-key" data-state={state} /> {texts.states[state]}
                </th>
              ))}
              {isSomeNotKnown && <th scope="col">{texts.notKnown}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.extension} data-row={row.extension}>
                <th scope="row">
                  <b>{row.extension}</b> {row.name}
                </th>
                <Cell name="answered">{numberText(row.answered)}</Cell>
                <Cell name="placed">{numberText(row.placed)}</Cell>
                <Cell name="notAnswered">{numberText(row.notAnswered)}</Cell>
                <MeanCell name="talk" mean={row.talk} />
                <td>
                  <StateBar row={row} longest={longest} />
                </td>
                {states.map((state) => (
                  <Cell key={state} name={state}>
                    {row.inState[state] === 0 ? said.none : spanText(row.inState[state])}
                  </Cell>
                ))}
                {isSomeNotKnown && (
                  <Cell name="not-known">
                    {row.notKnownMs < 60_000 ? said.none : spanText(row.notKnownMs)}
                  </Cell>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {states.includes('not-watched') && (
        <p class="hint">
          <span class="swatch window" aria-hidden="true" /> {texts.unwatched}: {texts.unwatchedHint}
        </p>
      )}
    </>
  );
}

/** The time that is known of it, beside that of the one of whom most is known; what was not watched is hatched. */
function StateBar({ row, longest }: { readonly row: AgentRow; readonly longest: number }) {
  const texts = reportWords();
  const { inState, extension } = row;
  let from = 0;
  return (
    <svg class="state-bar" width={BAR} height={14} role="img" aria-label={texts.statesOf(extension)}>
      {AGENT_STATES.map((state) => {
        const width = longest === 0 ? 0 : (BAR * inState[state]) / longest;
        const x = from;
        from += width;
        return width > 0 && <rect key={state} data-state={state} x={x} width={width} height={14} />;
      })}
    </svg>
  );
}

function knownOf({ inState }: AgentRow): number {
  return AGENT_STATES.reduce((sum, state) => sum + inState[state], 0);
}
