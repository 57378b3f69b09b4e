import type { ComponentChildren } from 'preact';
import type { Alarm } from '../../data/alarms.js';
import { toneOf } from '../../data/alarms.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { minuteText, words } from '../../i18n/i18n.js';
import { ADDRESS } from '../../state/address.js';
import type { Board } from '../../state/board.js';
import { queueName } from '../../state/queue-names.js';

interface TileProps {
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  /** Null: not known, because of `reason`. */
  readonly value: ComponentChildren | null;
  readonly reason?: string | null;
  /** Thresholds that are crossed make it red, with since when. */
  readonly alarms?: readonly Alarm[];
  readonly board: Board;
  /** What is said below it, at most two short lines. */
  readonly lines: readonly string[];
}

/** A number with its name; the question mark opens an explanation of what it counts. */
export function Tile({
  name,
  title,
  explanation,
  value: given,
  reason: why,
  alarms = [],
  board,
  lines,
}: TileProps) {
  const isKnown = board.isKnown.value;
  const value = isKnown ? given : null;
  const reason = isKnown ? why : boardWords()[board.standing.value === 'connecting' ? 'reading' : 'away'];
  const id = `about-${name}`;
  const tone = toneOf(alarms, board.alarms.acknowledged.value);
  return (
    <div class="tile" data-name={name} data-tone={tone} data-known={value !== null}>
      <dt>
        <span>{title}</span>
        {tone === 'alarm' && !ADDRESS.kiosk ? (
          <button type="button" class="seen" onClick={() => board.alarms.acknowledge(alarms)}>
            {boardWords().acknowledge}
          </button>
        ) : tone === 'acknowledged' ? (
          <span class="mark">✓ {boardWords().acknowledged}</span>
        ) : (
          !ADDRESS.kiosk && (
            <button
              type="button"
              class="about"
              popovertarget={id}
              aria-label={words().explain(title)}
              onClick={({ currentTarget }) => placeBelow(currentTarget, id)}
            >
              ?
            </button>
          )
        )}
      </dt>
      <dd class="value" data-value={name}>
        {value ?? words().none}
      </dd>
      <dd class="detail">
        {value === null ? (
          <span class="reason">{reason}</span>
        ) : alarms.length > 0 ? (
          <Crossed alarms={alarms} />
        ) : (
          lines.map((line) => (
            <span key={line} title={line}>
              {line}
            </span>
          ))
        )}
      </dd>
      <dd id={id} popover="auto" class="explanation">
        <strong>{title}</strong>
        <br />
        {explanation}
      </dd>
    </div>
  );
}

/** Before the browser shows it: the styles keep it on the screen. */
function placeBelow(button: HTMLElement, id: string): void {
  const { left, right, bottom } = button.getBoundingClientRect();
  const { style } = document.getElementById(id)!;
  style.setProperty('--below-x', `${(left + right) / 2}px`);
  style.setProperty('--below-y', `${bottom}px`);
}

/** The threshold that was crossed first, and since when. */
function Crossed({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const said = boardWords();
  const [first] = alarms;
  const others = alarms.length > 1 ? ` ${said.more(alarms.length - 1)}` : '';
  const { name } = first!.queue;
  return (
    <>
      <span class="crossed" title={name}>
        {queueName(name)}
        {others}
      </span>
      <span>
        {limitText(first!)} · {said.since(minuteText(first!.since))}
      </span>
    </>
  );
}

export function limitText({ rule, limit }: Pick<Alarm, 'rule' | 'limit'>): string {
  const said = boardWords();
  return rule === 'waiting' ? said.overWaiting(limit) : said.overWait(limit);
}
