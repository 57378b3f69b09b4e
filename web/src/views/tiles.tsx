import type { ComponentChildren } from 'preact';
import { levelText, numberText, words } from '../i18n/i18n.js';
import type { Board } from '../state/board.js';
import { ignoreAbandoned, threshold } from '../state/preferences.js';
import { Timer } from './timer.js';

/** The large numbers at the top of the wallboard. */
export function Tiles({ board }: { readonly board: Board }) {
  return (
    <section class="tiles" aria-labelledby="tiles-title">
      <h1 id="tiles-title" class="unseen">
        {words().wallboard}
      </h1>
      <dl>
        <Live board={board} />
        <WaitingTile board={board} />
        <Talking board={board} />
        <Day board={board} />
      </dl>
    </section>
  );
}

function Live({ board }: { readonly board: Board }) {
  const said = words();
  const { all, ringing } = board.counts.value;
  return (
    <Tile name="live" title={said.liveCalls} explanation={said.explainLive} value={numberText(all)}>
      {said.ringingNow}: {numberText(ringing)}
    </Tile>
  );
}

function WaitingTile({ board }: { readonly board: Board }) {
  const said = words();
  const [longest] = board.waiting.value;
  return (
    <Tile
      name="waiting"
      title={said.waitingNow}
      explanation={said.explainWaiting}
      value={numberText(board.counts.value.waiting)}
    >
      {said.longestWait}{' '}
      {longest === undefined ? (
        said.none
      ) : (
        <Timer since={longest.longestSince} late={threshold.value * 1000} />
      )}
    </Tile>
  );
}

function Talking({ board }: { readonly board: Board }) {
  const said = words();
  return (
    <Tile
      name="talking"
      title={said.talkingNow}
      explanation={said.explainTalking}
      value={numberText(board.counts.value.talking)}
    />
  );
}

function Day({ board }: { readonly board: Board }) {
  const said = words();
  const {
    answered,
    abandoned,
    answeredInferred,
    abandonedInferred,
    inTime,
    measured,
    unmeasured,
    serviceLevel,
  } = board.totals.value;
  const reading = board.past.value === 'reading';
  const deduced = (count: number) => (count > 0 ? said.inferredCount(count) : '');
  return (
    <>
      <Tile
        name="answered"
        title={said.answeredToday}
        explanation={said.explainAnswered}
        value={numberText(answered)}
        busy={reading}
      >
        {deduced(answeredInferred)}
      </Tile>
      <Tile
        name="abandoned"
        title={said.abandonedToday}
        explanation={said.explainAbandoned}
        value={numberText(abandoned)}
        busy={reading}
      >
        {deduced(abandonedInferred)}
      </Tile>
      <Tile
        name="level"
        title={`${said.serviceLevel} ${said.withinSeconds(threshold.value)}`}
        explanation={said.explainServiceLevel(threshold.value, ignoreAbandoned.value, unmeasured)}
        value={levelText(serviceLevel)}
        busy={reading}
      >
        {serviceLevel === null ? said.nothingMeasured : said.ofMeasured(inTime, measured)}
      </Tile>
    </>
  );
}

/** A number with its name; the question mark opens an explanation of what it counts. */
function Tile({
  name,
  title,
  explanation,
  value,
  busy = false,
  children,
}: {
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  readonly value: string;
  readonly busy?: boolean;
  readonly children?: ComponentChildren;
}) {
  const said = words();
  const id = `about-${name}`;
  return (
    <div class="tile" data-name={name} data-busy={busy}>
      <dt>
        <span>{title}</span>
        <button type="button" class="about" popovertarget={id} aria-label={said.explain(title)}>
          ?
        </button>
      </dt>
      <dd class="value" data-value={name}>
        {value}
      </dd>
      <dd class="detail">{busy ? said.pastReading : children}</dd>
      <dd id={id} popover="auto" class="explanation">
        <strong>{title}</strong>
        <br />
        {explanation}
      </dd>
    </div>
  );
}
