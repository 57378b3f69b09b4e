import type { ComponentChildren } from 'preact';
import { isBlind, isPartlyUnwatched, type QueueRow, runsOf, shareText } from '../../data/report-rows.js';
import type { Mean, Range } from '../../data/stats.js';
import { durationText, numberText, spanText, words } from '../../i18n/i18n.js';
import { reportWords } from '../../i18n/report-i18n.js';
import type { QueueRows } from '../../state/reports.js';

/** The numbers of queues, a row each, and their sum. What is not known says so, and is never 0. */
export function QueueTable({
  rows,
  total,
  by,
  nameOf,
}: {
  readonly rows: readonly QueueRow[];
  readonly total: QueueRow;
  readonly by: QueueRows;
  readonly nameOf: (row: QueueRow) => string;
}) {
  const texts = reportWords();
  const isUnwatched = [...rows, total].some(
    ({ unwatchedMs }) => unwatchedMs !== null && unwatchedMs.most > 0,
  );
  // A column of zeros takes no width.
  const shows = {
    waiting: total.sum.waiting > 0,
    flowedOut: total.sum.flowedOut > 0,
    unknown: total.sum.unknown > 0,
  };
  const { seconds } = total.sum;
  const heads = [
    texts[by],
    texts.offered,
    texts.answered,
    texts.abandoned,
    ...(shows.waiting ? [texts.waiting] : []),
    ...(shows.flowedOut ? [texts.flowedOut] : []),
    ...(shows.unknown ? [texts.unknown] : []),
    texts.share,
    seconds === null ? texts.serviceLevel : `${texts.serviceLevel} (${texts.within(seconds)})`,
    texts.speedOfAnswer,
    texts.talk,
    ...(isUnwatched ? [texts.unwatched] : []),
  ];
  const row = (each: QueueRow, name: string) => (
    <tr key={each.key} data-row={each.key} data-unwatched={isPartlyUnwatched(each)}>
      <th scope="row">
        {name}
        {!each.isOver && <small> {texts.soFar}</small>}
      </th>
      <Cells row={each} shows={shows} hasLimit={seconds !== null} isUnwatched={isUnwatched} />
    </tr>
  );
  return (
    <>
      {total.sum.offered === 0 && <p class="empty">{texts.nothing}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={texts.views.queues}>
        <table class="report" aria-label={texts.views.queues}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runsOf(rows).map((run) =>
              run.length === 1 ? (
                row(run[0], nameOf(run[0]))
              ) : (
                <Unwatched run={run} nameOf={nameOf} span={heads.length - 1} />
              ),
            )}
          </tbody>
          <tfoot>{row(total, texts.total)}</tfoot>
        </table>
      </div>
      {isUnwatched && (
        <p class="hint">
          <span class="swatch unwatched" aria-hidden="true" /> {texts.unwatched}: {texts.unwatchedHint}
        </p>
      )}
      <p class="hint">{texts.definitions}</p>
    </>
  );
}

/** Many intervals of which nothing is known are one line: a column of dashes says no more. */
function Unwatched({
  run,
  nameOf,
  span,
}: {
  readonly run: readonly [QueueRow, ...QueueRow[]];
  readonly nameOf: (row: QueueRow) => string;
  readonly span: number;
}) {
  return (
    <tr data-row={run[0].key} data-unwatched="true">
      <th scope="row">
        {nameOf(run[0])} – {nameOf(run.at(-1)!)}
      </th>
      <td colSpan={span}>{reportWords().unwatched}</td>
    </tr>
  );
}

function Cells({
  row,
  shows,
  hasLimit,
  isUnwatched,
}: {
  readonly row: QueueRow;
  readonly shows: { readonly waiting: boolean; readonly flowedOut: boolean; readonly unknown: boolean };
  readonly hasLimit: boolean;
  readonly isUnwatched: boolean;
}) {
  const said = words();
  const texts = reportWords();
  const { sum, unwatchedMs } = row;
  const { answered, abandoned, shortAbandons, inTime, serviceLevel } = sum;
  // What was not seen is not none.
  const countText = (count: number) => (isBlind(row) ? said.none : numberText(count));
  return (
    <>
      <Cell name="offered" label={texts.offered}>
        {countText(sum.offered)}
      </Cell>
      <Cell name="answered" label={texts.answered}>
        {countText(answered)}
      </Cell>
      <Cell
        name="abandoned"
        label={texts.abandoned}
        about={shortAbandons > 0 ? texts.shortCount(shortAbandons) : null}
      >
        {countText(abandoned)}
      </Cell>
      {shows.waiting && (
        <Cell name="waiting" label={texts.waiting}>
          {countText(sum.waiting)}
        </Cell>
      )}
      {shows.flowedOut && (
        <Cell name="flowedOut" label={texts.flowedOut}>
          {countText(sum.flowedOut)}
        </Cell>
      )}
      {shows.unknown && (
        <Cell name="unknown" label={texts.unknown}>
          {countText(sum.unknown)}
        </Cell>
      )}
      <Cell name="share" label={texts.share}>
        {sum.abandonedShare === null ? said.none : shareText(sum.abandonedShare)}
      </Cell>
      <Cell
        name="serviceLevel"
        label={texts.serviceLevel}
        about={
          serviceLevel === null
            ? null
            : [
                texts.ofCount(rangeText(inTime), answered + abandoned - shortAbandons),
                hasLimit || sum.seconds === null ? null : texts.within(sum.seconds),
              ]
                .filter((text) => text !== null)
                .join(', ')
        }
      >
        {serviceLevel === null ? said.none : shareText(serviceLevel)}
      </Cell>
      <MeanCell name="speedOfAnswer" mean={sum.speedOfAnswer} />
      <MeanCell name="talk" mean={sum.talk} />
      {isUnwatched && (
        <Cell name="unwatched" label={texts.unwatched}>
          {unwatchedMs === null || unwatchedMs.most === 0 ? '' : unwatchedText(unwatchedMs)}
        </Cell>
      )}
    </>
  );
}

/** A mean, and of how many it is not known. */
export function MeanCell({
  name,
  mean: { ms, unknown },
}: {
  readonly name: 'speedOfAnswer' | 'talk';
  readonly mean: Mean;
}) {
  const texts = reportWords();
  return (
    <Cell name={name} label={texts[name]} about={unknown > 0 ? texts.notKnownCount(unknown) : null}>
      {ms === null ? words().none : durationText(ms)}
    </Cell>
  );
}

export function Cell({
  name,
  label,
  about = null,
  children,
}: {
  readonly name: string;
  /** The head of its column: on a mobile there are no columns. */
  readonly label: string;
  readonly about?: string | null;
  readonly children: ComponentChildren;
}) {
  return (
    <td class="number" data-name={name} data-label={label}>
      {children}
      {about !== null && <small>{about}</small>}
    </td>
  );
}

function rangeText({ least, most }: Range): string {
  return least === most ? numberText(least) : `${numberText(least)}–${numberText(most)}`;
}

function unwatchedText({ least, most }: Range): string {
  const [low, high] = [spanText(least), spanText(most)];
  // How much of it both sources were away together is not known: a range of times is harder to read than that.
  return low === high ? low : reportWords().atLeast(low);
}
