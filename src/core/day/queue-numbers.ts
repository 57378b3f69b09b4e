import { nameForm } from '../model/name-form.js';
import type { Counted } from './added-rows.js';
import { QUEUE, type QueueColumn, WAIT_AT_LEAST, WAIT_AT_MOST } from './columns.js';
import { meanOf } from './mean.js';
import type { Interval, NumbersRules, QueueNumbers, Range } from './numbers.js';
import { certainlyWithin, possiblyWithin, WAIT_BUCKETS } from './waits.js';

export function queueNumbers(
  interval: Interval,
  queue: QueueNumbers['queue'],
  counted: Counted,
  rules: NumbersRules,
): QueueNumbers {
  const of = (column: QueueColumn) => counted.get(QUEUE[column]);
  const [offered, answered, abandoned] = [of('offered'), of('answered'), of('abandoned')];
  const [flowedOut, unknown, shortAbandons] = [of('flowedOut'), of('unknown'), of('shortAbandons')];
  const counting = answered + abandoned - shortAbandons;
  const seconds = serviceLevelOf(queue, rules);
  const inTime: Range = {
    least: certainlyWithin(counted.slice(WAIT_AT_MOST, WAIT_BUCKETS), seconds),
    most: possiblyWithin(counted.slice(WAIT_AT_LEAST, WAIT_BUCKETS), seconds),
  };
  return {
    ...interval,
    queue,
    offered,
    answered,
    abandoned,
    flowedOut,
    unknown,
    waiting: offered - answered - abandoned - flowedOut - unknown,
    shortAbandons,
    abandonedShare: counting === 0 ? null : (abandoned - shortAbandons) / counting,
    serviceLevel: {
      seconds,
      inTime,
      share: counting === 0 ? null : { least: inTime.least / counting, most: inTime.most / counting },
    },
    speedOfAnswer: meanOf(of('waitMs'), of('waitsKnown'), of('waitsUnknown')),
    talk: meanOf(of('talkMs'), of('talksKnown'), of('talksUnknown')),
  };
}

/** Within how many seconds an answer of the queue is in time: by its id or its name, in any spelling, or as for every queue. */
function serviceLevelOf({ id, name }: QueueNumbers['queue'], { serviceLevels }: NumbersRules): number {
  const names = [id, ...(name === null ? [] : [name])].map(nameForm);
  const own = serviceLevels.find(({ queue }) => queue !== null && names.includes(nameForm(queue)));
  return (own ?? serviceLevels.find(({ queue }) => queue === null))?.seconds ?? DEFAULT_SECONDS;
}

/** What most contact centres agree on: 80 % within 20 s. */
const DEFAULT_SECONDS = 20;
