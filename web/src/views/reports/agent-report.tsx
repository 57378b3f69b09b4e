import { AGENT_STATES } from '../../data/stats.js';
import { numberText, spanText, words } from '../../i18n/i18n.js';
import { reportWords } from '../../i18n/report-i18n.js';
import type { Reports } from '../../state/reports.js';
import { SaveTable } from '../save-table.js';
import { knownOf, StateBar } from '../state-bar.js';
import { Cell, MeanCell } from './queue-table.js';

/** What each agent did, and in which state they were for how long. */
export function AgentReport({ reports }: { readonly reports: Reports }) {
  const texts = reportWords();
  const said = words();
  const rows = reports.byAgent.value;
  if (reports.standing.value === 'reading') return null;
  if (rows.length === 0) return <p class="empty">{texts.noAgents}</p>;
  // A column of dashes takes no width.
  const states = AGENT_STATES.filter((state) => rows.some(({ inState }) => inState[state] > 0));
  const longest = Math.max(...rows.map(({ inState }) => knownOf(inState)));
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
                <Cell name="answered" label={texts.answered}>
                  {numberText(row.answered)}
                </Cell>
                <Cell name="placed" label={texts.placed}>
                  {numberText(row.placed)}
                </Cell>
                <Cell name="notAnswered" label={texts.notAnswered}>
                  {numberText(row.notAnswered)}
                </Cell>
                <MeanCell name="talk" mean={row.talk} />
                <td class="wide">
                  {/* Beside that of the one of whom most is known. */}
                  <StateBar inState={row.inState} of={longest} label={texts.statesOf(row.extension)} />
                </td>
                {states.map((state) => (
                  <Cell key={state} name={state} label={texts.states[state]}>
                    {row.inState[state] === 0 ? said.none : spanText(row.inState[state])}
                  </Cell>
                ))}
                {isSomeNotKnown && (
                  <Cell name="not-known" label={texts.notKnown}>
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
          <span class="swatch unwatched" aria-hidden="true" /> {texts.unwatched}: {texts.unwatchedHint}
        </p>
      )}
    </>
  );
}
