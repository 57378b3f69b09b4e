import type { DeskLie } from './desk-lie.js';
import type { DeskEvent, JudgedThreshold, JudgedWindow } from '../judge-desk-report.js';
import { inOrder } from '../perfect-thresholds.js';
import { later } from './telling.js';

/** Ways to falsify the thresholds of a day, each in one respect; `judge-thresholds.spec.ts` demands that the judge finds every one. */
type ThresholdLie = DeskLie<readonly DeskEvent[]>;

type Applies = (event: DeskEvent, data: JudgedThreshold) => boolean;
type Change = (event: DeskEvent, data: JudgedThreshold, all: readonly DeskEvent[]) => readonly DeskEvent[];

const dataOf = ({ data }: DeskEvent): JudgedThreshold => data as JudgedThreshold;
const isThreshold = ({ type }: DeskEvent): boolean => type.startsWith('queue-threshold-');
const crossed: Applies = ({ type }) => type === 'queue-threshold-crossed';
const cleared: Applies = ({ type }) => type === 'queue-threshold-cleared';
const any: Applies = isThreshold;
const of =
  (rule: string, applies: Applies): Applies =>
  (event, data) =>
    data.rule === rule && applies(event, data);

function lie(
  name: string,
  rules: string | readonly string[],
  applies: Applies,
  change: Change,
): ThresholdLie {
  return {
    name,
    rules: [rules].flat(),
    falsify: (events, random) => {
      const chosen = events.filter((event) => isThreshold(event) && applies(event, dataOf(event)));
      if (chosen.length === 0) return null;
      const event = random.pick(chosen);
      return inOrder(events.flatMap((one) => (one === event ? change(event, dataOf(event), events) : [one])));
    },
  };
}

const says =
  (change: (data: JudgedThreshold) => Partial<JudgedThreshold>): Change =>
  (event, data) => [{ ...event, data: { ...data, ...change(data) } }];
const observes =
  (change: (window: JudgedWindow) => Partial<JudgedWindow>): Change =>
  (event, data) => [
    { ...event, data: { ...data, observed: { ...data.observed, ...change(data.observed) } } },
  ];
const gone: Change = () => [];

/** The event with all of its times. */
function shifted(event: DeskEvent, ms: number): DeskEvent {
  const data = dataOf(event);
  const { earliest, latest } = data.observed;
  const observed = { ...data.observed, earliest: later(earliest, ms), latest: later(latest, ms)! };
  const since = event.type === 'queue-threshold-crossed' ? later(data.since, ms)! : data.since;
  return { ...event, time: later(event.time, ms)!, data: { ...data, since, observed } };
}
const moved =
  (ms: number): Change =>
  (event) => [shifted(event, ms)];
const recorded =
  (ms: number): Change =>
  (event) => [{ ...event, recordedtime: later(event.recordedtime, ms)! }];
/** As another event, at another time of the day. */
const repeated =
  (ms: number): Change =>
  (event) => {
    const again = shifted(event, ms);
    return [event, { ...again, id: `${event.id}~`, recordedtime: later(event.recordedtime, ms)! }];
  };

const otherQueue: Change = (event, data, all) => {
  const other = all.find((one) => isThreshold(one) && dataOf(one).queue.id !== data.queue.id);
  if (other === undefined) return [];
  const { queue } = dataOf(other);
  return [{ ...event, subject: other.subject, data: { ...data, queue } }];
};

/** An outage that is announced around the event: what is emitted meanwhile is not known. */
const whileAway: Change = (event) => {
  const of = (type: string, ms: number): DeskEvent => ({
    ...event,
    id: `${event.id}/${type}`,
    type,
    subject: 'source/monitor',
    recordedtime: later(event.recordedtime, ms)!,
    data: { endpoint: 'monitor' },
  });
  return [of('source-down', -500), event, of('source-up', 500)];
};

const CROSSED: readonly ThresholdLie[] = [
  lie('a crossing is missing', ['crossed', 'twice'], crossed, gone),
  lie('a crossing is emitted twice', 'doubled', crossed, (event) => [event, event]),
  lie('a crossing is emitted under two ids', 'twice', crossed, (event) => [
    event,
    { ...event, id: `${event.id}~` },
  ]),
  lie(
    'a crossing is emitted again two minutes later',
    ['twice', 'invented', 'crossed', 'cleared'],
    crossed,
    repeated(120_000),
  ),
  lie(
    'a crossing has the limit of another rule',
    'limit',
    crossed,
    says(({ limit }) => ({ limit: limit + 1 })),
  ),
  lie(
    'a crossing has a lower limit',
    'limit',
    crossed,
    says(({ limit }) => ({ limit: limit - 1 })),
  ),
  lie(
    'a crossing has one caller more',
    'value',
    of('waiting', crossed),
    says(({ value }) => ({ value: value + 1 })),
  ),
  lie(
    'a crossing has one caller less',
    'value',
    of('waiting', crossed),
    says(({ value }) => ({ value: value - 1 })),
  ),
  lie(
    'a crossing has a wait that is two seconds longer',
    'value',
    of('longestWait', crossed),
    says(({ value }) => ({ value: value + 2 })),
  ),
  lie(
    'a crossing has a wait that is two seconds shorter',
    'value',
    of('longestWait', crossed),
    says(({ value }) => ({ value: value - 2 })),
  ),
  lie(
    'a crossing has no value',
    'value',
    crossed,
    says(() => ({ value: 0 })),
  ),
  lie('a crossing is a second early', ['time', 'window'], crossed, moved(-1_000)),
  lie('a crossing is a second late', ['time', 'window'], crossed, moved(1_000)),
  lie('a crossing is half a second off', 'time', crossed, moved(-500)),
  lie('a crossing is an hour early', ['time', 'window'], crossed, moved(-3_600_000)),
  lie('a crossing is seven hours late', ['time', 'window'], crossed, moved(25_200_000)),
  lie(
    'a crossing has another since',
    'since',
    crossed,
    says(({ since }) => ({ since: later(since, -1_000)! })),
  ),
  lie('a crossing has a time beside its window', ['since', 'window', 'time'], crossed, (event) => [
    { ...event, time: later(event.time, -2_000)! },
  ]),
  lie(
    'a crossing has a wider window',
    'window',
    crossed,
    observes(({ earliest }) => ({ earliest: later(earliest, -1_000) })),
  ),
  lie(
    'a crossing has a window without a beginning',
    'window',
    crossed,
    observes(() => ({ earliest: null })),
  ),
  lie(
    'a crossing has a window that ends late',
    'window',
    crossed,
    observes(({ latest }) => ({ latest: later(latest, 2_000)! })),
  ),
  lie(
    'a crossing is observed where the PBX says when',
    'certainty',
    crossed,
    observes(() => ({ certainty: 'observed' })),
  ),
  lie(
    'a crossing is inferred',
    'certainty',
    crossed,
    observes(() => ({ certainty: 'inferred' })),
  ),
  lie(
    'a crossing is announced three seconds late',
    ['crossed', 'invented'],
    of('longestWait', crossed),
    recorded(3_000),
  ),
  lie(
    'a crossing of callers is announced two seconds early',
    ['invented', 'value', 'window'],
    of('waiting', crossed),
    recorded(-2_000),
  ),
  lie(
    'a crossing of a wait is announced two seconds early',
    ['invented', 'value', 'window'],
    of('longestWait', crossed),
    recorded(-2_000),
  ),
  lie('a crossing is in another queue', ['twice', 'invented', 'crossed', 'value'], crossed, otherQueue),
  lie(
    'a crossing is of the other rule',
    ['limit', 'crossed', 'twice'],
    crossed,
    says(({ rule }) => ({ rule: rule === 'waiting' ? 'longestWait' : 'waiting' })),
  ),
  lie(
    'a crossing is of no rule',
    'rule',
    crossed,
    says(() => ({ rule: 'talking' })),
  ),
  lie('a crossing is a clearing', ['twice', 'crossed', 'early'], crossed, (event) => [
    { ...event, type: 'queue-threshold-cleared' },
  ]),
  lie('a crossing is announced while the monitor is away', 'unwatched', crossed, whileAway),
];

const CLEARED: readonly ThresholdLie[] = [
  lie('a clearing is missing', ['cleared', 'twice'], cleared, gone),
  lie('a clearing is emitted twice', 'doubled', cleared, (event) => [event, event]),
  lie('a clearing is emitted under two ids', 'twice', cleared, (event) => [
    event,
    { ...event, id: `${event.id}~` },
  ]),
  lie(
    'a clearing has another limit',
    'limit',
    cleared,
    says(({ limit }) => ({ limit: limit + 1 })),
  ),
  lie(
    'a clearing has one caller more',
    'value',
    of('waiting', (event, { value, limit }) => cleared(event, dataOf(event)) && value === limit - 1),
    says(({ value }) => ({ value: value + 1 })),
  ),
  lie(
    'a clearing has one caller less',
    'value',
    of('waiting', cleared),
    says(({ value }) => ({ value: value - 1 })),
  ),
  lie(
    'a clearing has the value of the limit',
    'value',
    cleared,
    says(({ limit }) => ({ value: limit })),
  ),
  lie(
    'a clearing has the value of the crossing',
    'value',
    cleared,
    says(({ limit }) => ({ value: limit + 3 })),
  ),
  lie('a clearing is two seconds early', 'window', cleared, moved(-2_000)),
  lie('a clearing is two seconds late', 'window', cleared, moved(2_000)),
  lie('a clearing is an hour early', 'window', cleared, moved(-3_600_000)),
  lie('a clearing has the time at which it was announced', ['window', 'time'], cleared, (event) => [
    { ...event, time: event.recordedtime },
  ]),
  lie(
    'a clearing has the since of another crossing',
    'since',
    cleared,
    says(({ since }) => ({ since: later(since, 1_000)! })),
  ),
  lie('a clearing has no since of its crossing but its own time', 'since', cleared, (event, data) => [
    { ...event, data: { ...data, since: event.time } },
  ]),
  lie(
    'a clearing has a window that begins early',
    'window',
    cleared,
    observes(({ earliest }) => ({ earliest: later(earliest, -2_000) })),
  ),
  lie(
    'a clearing has a window that ends late',
    ['window', 'time'],
    cleared,
    observes(({ latest }) => ({ latest: later(latest, 2_500)! })),
  ),
  lie(
    'a clearing has a window without a beginning',
    'window',
    cleared,
    observes(() => ({ earliest: null })),
  ),
  lie(
    'a clearing has a window of one instant, the answer that did not show it',
    'window',
    cleared,
    observes(({ latest }) => ({ earliest: latest })),
  ),
  lie(
    'a clearing is the PBX’s',
    'certainty',
    cleared,
    observes(() => ({ certainty: 'upstream' })),
  ),
  lie(
    'a clearing is inferred',
    'certainty',
    cleared,
    observes(() => ({ certainty: 'inferred' })),
  ),
  lie('a clearing is announced five seconds late', ['cleared', 'twice'], cleared, recorded(5_000)),
  lie('a clearing is announced two seconds early', 'early', cleared, recorded(-2_000)),
  lie('a clearing is announced with the answer that showed it', ['early', 'window'], cleared, (event) => [
    { ...event, recordedtime: event.time },
  ]),
  lie('a clearing is in another queue', ['twice', 'cleared', 'since', 'early', 'value'], cleared, otherQueue),
  lie(
    'a clearing is of no rule',
    'rule',
    cleared,
    says(() => ({ rule: 'ringing' })),
  ),
  lie('a clearing is a crossing', ['twice', 'invented'], cleared, (event) => [
    { ...event, type: 'queue-threshold-crossed' },
  ]),
  lie('a clearing is announced while the monitor is away', 'unwatched', cleared, whileAway),
];

const BOTH: readonly ThresholdLie[] = [
  lie(
    'a queue has another name',
    'queue',
    any,
    says(({ queue }) => ({ queue: { ...queue, name: `${queue.name}~` } })),
  ),
  lie(
    'an event is of no queue',
    ['queue', 'subject'],
    any,
    says(({ queue }) => ({ queue: { ...queue, id: 'q-0' } })),
  ),
  lie('an event has another subject', 'subject', any, (event) => [{ ...event, subject: 'queue/other' }]),
  lie('an event is of an unknown type', 'type', any, (event) => [
    { ...event, type: 'queue-threshold-nearly' },
  ]),
  lie('an event is recorded before its time', 'window', any, (event) => [
    { ...event, recordedtime: later(event.time, -2_000)! },
  ]),
  {
    name: 'a threshold that is crossed is crossed again after the outage',
    rules: ['twice', 'cleared', 'invented', 'window', 'unwatched'],
    falsify: (events) => {
      const up = events.find(({ type }) => type === 'source-up');
      const before = events.findLast(
        (event) => isThreshold(event) && event.recordedtime < (up?.recordedtime ?? ''),
      );
      if (up === undefined || before === undefined) return null;
      const again = { ...before, id: `${before.id}~`, recordedtime: up.recordedtime };
      return inOrder([...events, again]);
    },
  },
];

export const THRESHOLD_LIES: readonly ThresholdLie[] = [...CROSSED, ...CLEARED, ...BOTH];
