import type { BridgeEvent, Transition } from '../../src/core/model/event.js';

/**
 * What is dishonest about the times of an event: its time lies outside its window, steps of a call are out of order, a
 * duration is negative, or a window is open although a poll had not shown the change before.
 */
function dishonestIn({ type, time, data }: BridgeEvent | Transition): string[] {
  const { earliest, latest, certainty, precisionMs } = data.observed;
  const [at, from, to] = [Date.parse(new Date(time).toISOString()), instant(earliest), instant(latest)!];
  const wrong = [
    ...(from !== null && at < from ? [`before its window`] : []),
    ...(at > to ? ['after its window'] : []),
    ...(from !== null && from > to ? ['a window that ends before it begins'] : []),
    ...((certainty === 'upstream') === (precisionMs === 1_000) ? [] : ['a precision that is not the PBX’s']),
  ];
  if (certainty === 'upstream' && (from === null || to - from > 1_000)) wrong.push('no second of the PBX');
  if ('callId' in data) {
    const steps = [data.startedAt, data.answeredAt, data.endedAt].flatMap((text) => instant(text) ?? []);
    if (steps.some((step, index) => index > 0 && step < steps[index - 1]!)) wrong.push('steps out of order');
    if ((data.waitMs ?? 0) < 0 || (data.talkMs ?? 0) < 0) wrong.push('a negative duration');
  }
  const subject = 'callId' in data ? data.callId : type;
  return wrong.map(
    (what) => `${type} of ${subject}: ${what}: ${new Date(at).toISOString()} ${JSON.stringify(data)}`,
  );
}

/** Throws unless the times of all events are honest. */
export function expectHonestTimes(events: Iterable<BridgeEvent | Transition>): void {
  for (const event of events) {
    const [wrong] = dishonestIn(event);
    if (wrong !== undefined) throw new Error(wrong);
  }
}

function instant(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
