import { useComputed } from '@preact/signals';
import { longestWait } from '../../data/queue-rows.js';
import { totalsOf } from '../../data/totals.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { minuteText, numberText, rangeText, shareText, words } from '../../i18n/i18n.js';
import type { Board } from '../../state/board.js';
import { queueName } from '../../state/queue-names.js';
import { Timer } from '../timer.js';
import { Tile } from './tile.js';
import { whyUnknown } from './unknown.js';

/** What burns: the numbers that a supervisor looks for first. */
export function Tiles({ board }: { readonly board: Board }) {
  return (
    <section class="tiles" aria-labelledby="tiles-title">
      <h1 id="tiles-title" class="unseen">
        {words().wallboard}
      </h1>
      <dl>
        <Waiting board={board} />
        <Longest board={board} />
        <Level board={board} name="level-recent" />
        <Level board={board} name="level" />
        <Abandoned board={board} />
        <Callbacks board={board} />
      </dl>
    </section>
  );
}

function Waiting({ board }: { readonly board: Board }) {
  const { desk, alarms } = board;
  const said = boardWords();
  const queues = desk.queues.value.value;
  const sum = (of: 'waiting' | 'ringing') => (queues ?? []).reduce((all, queue) => all + queue[of], 0);
  return (
    <Tile
      board={board}
      name="waiting"
      title={said.waitingNow}
      explanation={said.explainWaiting}
      value={queues === null ? null : numberText(sum('waiting'))}
      reason={whyUnknown(desk.queues.value, said.hiddenQueues)}
      alarms={alarms.all.value.filter(({ rule }) => rule === 'waiting')}
      lines={[sum('waiting') === 0 ? said.noneWaits : said.ringing(sum('ringing'))]}
    />
  );
}

function Longest({ board }: { readonly board: Board }) {
  const { desk, alarms } = board;
  const said = boardWords();
  const queues = desk.queues.value.value;
  const longest = longestWait(queues ?? []);
  return (
    <Tile
      board={board}
      name="longest"
      title={said.longestWait}
      explanation={said.explainLongest}
      value={queues === null ? null : longest === null ? '0:00' : <Timer since={longest.since} of="queues" />}
      reason={whyUnknown(desk.queues.value, said.hiddenQueues)}
      alarms={alarms.all.value.filter(({ rule }) => rule === 'longestWait')}
      lines={[longest === null ? said.noneWaits : queueName(longest.name)]}
    />
  );
}

function Level({ board, name }: { readonly board: Board; readonly name: 'level' | 'level-recent' }) {
  const { desk } = board;
  const said = boardWords();
  const isToday = name === 'level';
  const reading = isToday ? desk.day.value : desk.recent.value;
  const { value } = reading;
  const { level, inTime, measured, seconds } = totalsOf((value ?? []).flatMap(({ queues }) => queues));
  const limit = seconds === null ? null : said.within(seconds);
  const from = value?.[0]?.from;
  const since = isToday || from === undefined ? limit : said.since(minuteText(Date.parse(from)));
  return (
    <Tile
      board={board}
      name={name}
      title={isToday ? said.levelToday : said.levelRecent}
      explanation={isToday ? said.explainToday : said.explainRecent}
      value={value === null ? null : shareText(level)}
      reason={whyUnknown(reading, said.hiddenQueues)}
      lines={[measured === 0 ? said.noCallYet : said.inTime(rangeText(inTime), measured), since].filter(
        isSaid,
      )}
    />
  );
}

function Abandoned({ board }: { readonly board: Board }) {
  const { desk } = board;
  const said = boardWords();
  const { value } = desk.day.value;
  const {
    abandoned,
    shortAbandons,
    measured,
    abandonedShare: share,
  } = totalsOf((value ?? []).flatMap(({ queues }) => queues));
  return (
    <Tile
      board={board}
      name="abandoned"
      title={said.abandonedToday}
      explanation={said.explainAbandoned}
      value={value === null ? null : numberText(abandoned)}
      reason={whyUnknown(desk.day.value, said.hiddenQueues)}
      lines={[
        share === null
          ? said.noCallYet
          : said.ofCallers(abandoned - shortAbandons, measured, shareText({ least: share, most: share })),
        shortAbandons > 0 ? said.short(shortAbandons) : null,
      ].filter(isSaid)}
    />
  );
}

function Callbacks({ board }: { readonly board: Board }) {
  const { desk } = board;
  const said = boardWords();
  const { value } = desk.callbacks.value;
  const oldest = useComputed(() => desk.callbacks.value.value?.callbacks[0]?.firstAt).value;
  return (
    <Tile
      board={board}
      name="callbacks"
      title={said.callbacksOpen}
      explanation={said.explainCallbacks}
      value={value === null ? null : numberText(value.total)}
      reason={whyUnknown(desk.callbacks.value, said.hiddenQueues)}
      lines={[oldest === undefined ? said.noneOwed : said.oldestSince(minuteText(Date.parse(oldest)))]}
    />
  );
}

function isSaid(line: string | null): line is string {
  return line !== null;
}
