import type { Signal } from '@preact/signals';
import { extensionsOf, lanesOf, type Line, linesOf } from '../data/lanes.js';
import { hasWindow, type Mark, type Timeline } from '../data/timeline.js';
import { callWords } from '../i18n/call-i18n.js';
import { preciseText, secondText, words } from '../i18n/i18n.js';

/** The same as the drawing, as a table: what happened when, and how exactly that is known. */
export function CallMarks({
  timeline,
  isExpanded,
}: {
  readonly timeline: Timeline;
  readonly isExpanded: Signal<boolean>;
}) {
  const said = words();
  const call = callWords();
  const { bars, marks } = timeline;
  const lines = linesOf(marks, isExpanded.value);
  const isFolding =
    linesOf(marks, false).length < marks.length || lanesOf(bars, false).length < lanesOf(bars, true).length;
  return (
    <>
      {isFolding && (
        <button
          type="button"
          class="folds"
          aria-expanded={isExpanded.value}
          onClick={() => (isExpanded.value = !isExpanded.peek())}
        >
          {isExpanded.value ? call.showTogether : call.showEach}
        </button>
      )}
      <table class="marks" aria-label={said.callDetails}>
        <thead>
          <tr>
            {[said.time, said.event, said.howSure].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.key} data-certainty={line.marks[0].certainty} data-type={line.marks[0].type}>
              <td class="number">{timeText(line)}</td>
              <th scope="row">{lineText(line)}</th>
              <td>{line.marks.length === 1 ? sureness(line.marks[0]) : said.certainty.observed}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Of a known time the second that the PBX gives; of many at once, from the first to the last. */
function timeText({ marks }: Line): string {
  const [first] = marks;
  const from = secondText(first.at);
  const to = secondText(marks.at(-1)!.at);
  return from === to ? from : `${from} – ${to}`;
}

function lineText(line: Line): string {
  const said = words();
  const call = callWords();
  const [{ type, queue, outcome, extension }] = line.marks;
  const came = outcome === null ? null : (said.outcomes[outcome] ?? outcome);
  if (line.marks.length > 1) {
    const count = extensionsOf(line).length;
    return type === 'call-offered' ? call.rangAt(count) : call.stoppedAt(count, came ?? said.unknown);
  }
  const what =
    type === 'queue-joined'
      ? call.queueJoined
      : type === 'queue-left'
        ? call.queueLeft
        : (said.eventTypes[type] ?? type);
  const about = queue ?? extension;
  const whose = about === null ? '' : ` → ${about}`;
  return `${what}${whose}${came === null || type === 'queue-left' ? '' : `: ${came}`}`;
}

function sureness(mark: Mark): string {
  const said = words();
  const call = callWords();
  const { certainty, earliest, latest } = mark;
  if (certainty === null) return call.windowNotKept;
  if (certainty === 'upstream') return call.exact;
  const kind = said.certainty[certainty];
  if (earliest === null) return `${kind}; ${said.noPollBefore(preciseText(latest))}`;
  if (!hasWindow(mark)) return kind;
  const width = ((latest - earliest) / 1000).toLocaleString(said.locale, { maximumFractionDigits: 1 });
  return `${kind}: ${said.window(preciseText(earliest), preciseText(latest), width)}`;
}
