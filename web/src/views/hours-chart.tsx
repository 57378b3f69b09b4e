import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Hour, type HoursOfDay, labelEvery } from '../data/hours.js';
import { boardWords } from '../i18n/board-i18n.js';
import { hourText, minuteText, numberText, shareText } from '../i18n/i18n.js';

/** Of each hour a bar: answered, abandoned, other. As much of an hour is hatched as was not watched; hours to come are empty. */
export function HoursChart({ day: { hours, most, unwatchedUntil } }: { readonly day: HoursOfDay }) {
  const said = boardWords();
  const plot = useRef<HTMLDivElement>(null);
  const every = useSignal(1);
  useLayoutEffect(() => {
    const own = plot.current!;
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      every.value = labelEvery(hours.length, own.clientWidth, LABEL_REM * rem);
    };
    const watched = new ResizeObserver(measure);
    watched.observe(own);
    measure();
    return () => watched.disconnect();
  }, [hours.length]);
  return (
    <div class="hours">
      <p class="legend" aria-hidden="true">
        <span data-series="answered">{said.answered}</span>
        <span data-series="abandoned">{said.abandoned}</span>
        {hours.some(({ totals }) => totals.waiting > 0) && <span data-series="waiting">{said.waiting}</span>}
        {hours.some(({ totals }) => othersOf(totals) > 0) && <span data-series="others">{said.others}</span>}
        {hours.some(({ unwatched }) => unwatched > 0) && (
          <span data-series="unwatched">
            {unwatchedUntil === null ? said.unwatched : said.unwatchedUntil(minuteText(unwatchedUntil))}
          </span>
        )}
      </p>
      <div class="plot" ref={plot}>
        {/* The table says the same to those who cannot see the bars. */}
        <div class="scale" aria-hidden="true">
          <span>{numberText(most)}</span>
          <span>{numberText(most / 2)}</span>
          <span>0</span>
        </div>
        <div class="bars" role="img" aria-label={said.hours}>
          {hours.map((hour, index) => (
            <Bar key={hour.from} hour={hour} most={most} label={index % every.value === 0} />
          ))}
        </div>
      </div>
    </div>
  );
}

const LABEL_REM = 2.4;

function Bar({ hour, most, label }: { readonly hour: Hour; readonly most: number; readonly label: boolean }) {
  const { totals, unwatched, state, from } = hour;
  const height = (count: number) => ({ blockSize: `${(100 * count) / most}%` });
  return (
    <div class="bar" data-hour={hourText(from)} data-state={state} title={barText(hour)}>
      <div class="column">
        {unwatched > 0 && <span class="hatch" style={{ blockSize: `${Math.max(5, 100 * unwatched)}%` }} />}
        {totals.waiting > 0 && <span data-series="waiting" style={height(totals.waiting)} />}
        {othersOf(totals) > 0 && <span data-series="others" style={height(othersOf(totals))} />}
        {totals.abandoned > 0 && <span data-series="abandoned" style={height(totals.abandoned)} />}
        {totals.answered > 0 && <span data-series="answered" style={height(totals.answered)} />}
      </div>
      <span class="label">{label ? hourText(from) : ''}</span>
    </div>
  );
}

/** Callers who went elsewhere, or of whom it is not known. */
function othersOf({ offered, answered, abandoned, waiting }: Hour['totals']): number {
  return Math.max(0, offered - answered - abandoned - waiting);
}

function barText(hour: Hour): string {
  const said = boardWords();
  const { totals, unwatched, state, from } = hour;
  if (state === 'to-come') return minuteText(from);
  const summary = said.hourSummary(minuteText(from), totals.answered, totals.abandoned, othersOf(totals));
  return unwatched === 0 ? summary : `${summary}; ${said.unwatchedShare(Math.ceil(unwatched * 100))}`;
}

/** The same in numbers. */
export function HoursTable({ day: { hours } }: { readonly day: HoursOfDay }) {
  const said = boardWords();
  return (
    <table class="hours-table">
      <thead>
        <tr>
          {[said.hour, said.answered, said.abandoned, said.waiting, said.others, said.level].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hours
          .filter(({ state }) => state !== 'to-come')
          .map(({ from, totals, unwatched }) => (
            <tr key={from} data-hour={hourText(from)}>
              <th scope="row">{minuteText(from)}</th>
              <td>{numberText(totals.answered)}</td>
              <td>{numberText(totals.abandoned)}</td>
              <td>{numberText(totals.waiting)}</td>
              <td>{numberText(othersOf(totals))}</td>
              <td>
                {shareText(totals.level)}
                {unwatched > 0 && <small> {said.unwatchedShare(Math.ceil(unwatched * 100))}</small>}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
