import type { BridgeEvent, CallEvent } from '../../src/core/model/event.js';

/** One event on one line, with all that a case can be wrong about. */
export function lineOf(event: BridgeEvent): string {
  if (!event.type.startsWith('call-')) return `${Number(event.sequence)} ${event.type} ${event.subject}`;
  const { sequence, type, subject, time, data } = event as CallEvent;
  const { earliest, latest, certainty } = data.observed;
  const clock = (text: string | null) => (text ?? '').slice('yyyy-mm-ddT'.length, -1);
  const words = [
    String(Number(sequence)).padStart(2),
    type.padEnd(16),
    subject,
    data.customer?.raw ?? '-',
    `${data.direction}/${data.state}/${data.outcome ?? ''}`,
    data.offer && `offer=${data.offer.extension}/${data.offer.outcome ?? ''}`,
    data.transferredFrom && `from=${data.transferredFrom.extension}`,
    `[${data.extensions.map(({ extension, state }) => `${extension}:${state}`).join(',')}]`,
    `agent=${data.agent?.extension ?? data.agent?.name ?? ''}`,
    `queue=${data.queue?.name ?? ''}`,
    certainty,
    `t=${clock(time)} in [${clock(earliest)}, ${clock(latest)}]`,
    `s=${clock(data.startedAt)} a=${clock(data.answeredAt)} e=${clock(data.endedAt)}`,
    `wait=${data.waitMs} talk=${data.talkMs}`,
    data.baseline && 'BASELINE',
    data.linkedCallIds.length > 0 && `linked=${data.linkedCallIds.join(',')}`,
    `ids=${data.upstreamIds.join(',')}`,
  ];
  return words.filter((word) => typeof word === 'string').join(' ');
}
