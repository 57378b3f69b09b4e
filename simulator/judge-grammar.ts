import type { Findings, JudgedEvent } from './judge-report.js';

/**
 * Checks that a call's events are in the order that `events.md` defines, whatever really happened:
 *
 *     call-started  (call-answered | call-abandoned)?  call-ended      each at most once, in this order
 *
 * with offers and transfers in between.
 * A call whose end lies past the observed time need not have one yet; `judgeCall` decides whether it must.
 */
export function judgeGrammar(callId: string, events: readonly JudgedEvent[], findings: Findings): void {
  const wrong = (event: JudgedEvent, reason: string): void => {
    findings.misreported.push({
      callKey: null,
      callId,
      type: event.type,
      at: Date.parse(event.time),
      reason,
    });
  };
  const emitted = new Set<string>();
  for (const [index, event] of events.entries()) {
    const { type } = event;
    if (index === 0 && type !== 'call-started')
      wrong(event, 'the first event of the call is not call-started');
    if (ONCE.has(type) && emitted.has(type)) {
      findings.doubled.push({
        callKey: null,
        callId,
        type,
        at: Date.parse(event.time),
        reason: `${type} a second time`,
      });
    } else if (emitted.has('call-ended')) wrong(event, `${type} after call-ended`);
    if (type === 'call-answered' && emitted.has('call-abandoned')) wrong(event, 'answered after abandoned');
    if (type === 'call-abandoned' && emitted.has('call-answered')) wrong(event, 'abandoned after answered');
    if (type === 'call-transferred' && !emitted.has('call-answered'))
      wrong(event, 'transferred before answered');
    emitted.add(type);
  }
}

const ONCE = new Set(['call-started', 'call-answered', 'call-abandoned', 'call-ended']);

/** Across all calls: an id is emitted once, and sequences grow within an epoch in the order of the list. */
export function judgeLog(events: readonly JudgedEvent[], findings: Findings): void {
  const ids = new Set<string>();
  const last = new Map<string, string>();
  for (const event of events) {
    const callId = event.data.callId;
    const finding = { callKey: null, callId, type: event.type, at: Date.parse(event.time) };
    if (ids.has(event.id)) findings.doubled.push({ ...finding, reason: `event id ${event.id} twice` });
    ids.add(event.id);
    const previous = last.get(event.epoch);
    if (previous !== undefined && previous >= event.sequence) {
      findings.misreported.push({ ...finding, reason: `sequence ${event.sequence} after ${previous}` });
    }
    last.set(event.epoch, event.sequence);
  }
}
