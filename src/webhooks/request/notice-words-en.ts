import type { NoticeFacts, NoticeWords } from './notice-facts.js';

export const NOTICE_EN: NoticeWords = {
  texts: {
    'queue-threshold-crossed': ({ rule, queue, value, limit, since }) => [
      rule === 'longestWait'
        ? `🔴 Queue ${queue}: the longest wait is ${value}`
        : `🔴 Queue ${queue}: ${value} waiting`,
      `Limit: ${limit}. Crossed since ${since}.`,
    ],
    'queue-threshold-cleared': ({ rule, queue, value, limit, since, at }) => [
      `🟢 Queue ${queue}: below its limit again`,
      rule === 'longestWait'
        ? `The longest wait is ${value} (limit ${limit}).`
        : `${value} waiting (limit ${limit}).`,
      `Crossed from ${since} to ${at}.`,
    ],
    'callback-due': ({ number, queues, isProbable, isAfterHours, ...missed }) => [
      `📞 Call back: ${number}`,
      queues,
      missedText(missed),
      isProbable ? 'Inferred: the call may have been answered for a moment.' : null,
      isAfterHours ? 'The call came outside of business hours.' : null,
    ],
    'callback-done': ({ number, why, by }) => [
      `✅ ${DONE[why] ?? 'Call-back done'}: ${number}`,
      by === null ? null : `By ${by}`,
    ],
    'call-abandoned': ({ number, queue, waited, at }) => [
      `📵 Missed call: ${number}`,
      queue,
      waited === null ? `At ${at}.` : `At ${at}, after waiting ${waited}.`,
    ],
    'source-down': ({ endpoint, since, reason }) => [
      `🔴 No connection to the PBX: ${endpoint}`,
      `Since ${since}. New calls are not seen.`,
      reason === null ? null : `Error: ${reason}`,
    ],
    'source-degraded': ({ endpoint, since, reason }) => [
      `🟡 The PBX answers incompletely: ${endpoint}`,
      `Since ${since}. Calls may be missing.`,
      reason === null ? null : `Error: ${reason}`,
    ],
    'source-up': ({ endpoint, since, at }) => [
      `🟢 The PBX is connected again: ${endpoint}`,
      `Interrupted from ${since} to ${at}.`,
    ],
    'webhook-failing': ({ endpoint, since, count, reason }) => [
      `🔴 Webhook ${endpoint} fails`,
      `Since ${since}.${count === null ? '' : ` ${count} events are waiting.`}`,
      reason === null ? null : `Error: ${reason}`,
    ],
    'webhook-recovered': ({ endpoint, since, at }) => [
      `🟢 Webhook ${endpoint} works again`,
      `Interrupted from ${since} to ${at}.`,
    ],
    'delivery-gap': ({ count, reason }) => [
      '🟡 Messages are missing',
      count === null ? 'Some events could not be sent.' : `${count} events could not be sent.`,
      reason === null ? null : `Reason: ${reason}`,
    ],
    'webhook-test': ({ endpoint }) => ['ℹ️ Test', `The webhook ${endpoint} works.`],
  },
  duration: (seconds) => {
    if (seconds < 60) return `${seconds} s`;
    const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
    if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
    return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  },
  callers: (count) => (count === 1 ? '1 caller' : `${count} callers`),
  withheld: 'number withheld',
  noNumber: 'number not known',
  noQueue: 'A direct call, not through a queue',
  sources: { monitor: 'extensions (monitor)', queue: 'queues (queue)' },
};

const DONE: Readonly<Record<string, string>> = {
  'called-back': 'Called back',
  'reached-us': 'The customer has reached us',
  dismissed: 'No call-back needed',
  expired: 'Call-back expired',
};

function missedText({
  missed,
  lastMissed,
  waited,
}: Pick<NoticeFacts, 'missed' | 'lastMissed' | 'waited'>): string {
  const times = missed > 1 ? `Missed ${missed} times, last at ${lastMissed}` : `Missed at ${lastMissed}`;
  return waited === null ? `${times}.` : `${times}, after waiting ${waited}.`;
}
