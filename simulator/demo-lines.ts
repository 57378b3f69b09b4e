import type { Finding, JudgedEvent } from './judge-report.js';
import { extensionOf } from './judge-report.js';
import type { TruthEvent } from './truth.js';

/** The demo's lines: pure, so that they can be tested. */

/**
 *     10:02:51.480  call-answered     inbound   0914237383 → 107   truth 10:02:51.120, seen 10:02:51.480, +360 ms
 *
 * `seenAt` is when the event arrived here. Events of other types than `call-*` are one line without truth.
 */
export function eventLine(event: JudgedEvent, truth: TruthEvent | null, seenAt: number): string {
  const start = `${clockTime(seenAt)}  ${event.type.padEnd(17)}`;
  if (!event.type.startsWith('call-')) return `${start} ${event.subject}`;
  const { direction, customer, outcome } = event.data;
  const who = customer?.raw ?? '-';
  const at = extensionOf(event) ?? '-';
  const how = outcome === null ? '' : ` ${outcome}`;
  const middle = `${direction.padEnd(9)} ${`${who} ${direction === 'outbound' ? '←' : '→'} ${at}${how}`.padEnd(36)}`;
  return `${start} ${middle} ${truth === null ? 'no truth for it' : beside(truth.at, seenAt)}`;
}

/** A line for an event that really happened, but between two polls. */
export function unseenLine(finding: Finding): string {
  const at = finding.at === null ? '' : clockTime(finding.at);
  const extension = finding.extension === undefined ? '' : ` at ${finding.extension}`;
  return `${at}  · ${finding.type}${extension} really happened, polling could not see it (${finding.reason})`;
}

/** A line for a defect of the bridge: the demo's judge is the tests' judge. */
export function wrongLine(kind: string, finding: Finding): string {
  return `${finding.at === null ? '' : clockTime(finding.at)}  ! ${kind}: ${finding.type} ${finding.callKey ?? ''} ${finding.reason}`;
}

export function beside(truthAt: number, seenAt: number): string {
  const delay = seenAt - truthAt;
  return `truth ${clockTime(truthAt)}, seen ${clockTime(seenAt)}, ${delay < 0 ? '' : '+'}${delay} ms`;
}

/** Local time of this machine with milliseconds. */
export function clockTime(instant: number): string {
  const date = new Date(instant);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
