import { type Findings, instant, type JudgedEvent } from './judge-report.js';

/**
 * Checks that a call's events are in the order that `events.md` defines, whatever really happened:
 *
 *     call-started  (call-answered | call-abandoned)?  call-ended      each at most once, in this order
 *
 * with offers and transfers in between, each offer ended once and before the call.
 * A call whose end lies past the observed time need not have one yet; `judgeCall` decides whether it must.
 */
export function judgeGrammar(events: readonly JudgedEvent[], findings: Findings): void {
  const wrong = (event: JudgedEvent, reason: string): void => {
    findings.misreported.push(findingOf(event, 'grammar', reason));
  };
  const emitted = new Set<string>();
  const offers = new Set<string>();
  for (const [index, event] of events.entries()) {
    const { type } = event;
    findings.statements += 1;
    if (index === 0 && type !== 'call-started')
      wrong(event, 'the first event of the call is not call-started');
    if (ONCE.has(type) && emitted.has(type)) {
      findings.doubled.push(findingOf(event, 'grammar', `${type} a second time`));
    } else if (emitted.has('call-ended')) wrong(event, `${type} after call-ended`);
    if (type === 'call-answered' && emitted.has('call-abandoned')) wrong(event, 'answered after abandoned');
    if (type === 'call-abandoned' && emitted.has('call-answered')) wrong(event, 'abandoned after answered');
    if (type === 'call-transferred' && !emitted.has('call-answered'))
      wrong(event, 'transferred before answered');
    const extension = event.data.offer?.extension;
    if (type === 'call-offered' && extension !== undefined) {
      if (offers.has(extension)) wrong(event, `offered at ${extension}, where an offer is open`);
      offers.add(extension);
    }
    if (type === 'call-offer-ended' && extension !== undefined && !offers.delete(extension))
      wrong(event, `the end of no offer at ${extension}`);
    if (type === 'call-ended' && offers.size > 0)
      wrong(event, `call-ended with an open offer at ${[...offers].join(', ')}`);
    emitted.add(type);
  }
}

const ONCE = new Set(['call-started', 'call-answered', 'call-abandoned', 'call-ended']);

/**
 * Across all calls: an id is emitted once and names tenant, call and transition; sequences follow one another within an
 * epoch, and commits are in the order of the log.
 */
export function judgeLog(
  events: readonly JudgedEvent[],
  { wholeLog, toleranceMs }: { readonly wholeLog: boolean; readonly toleranceMs: number },
  findings: Findings,
): void {
  const ids = new Set<string>();
  const last = new Map<string, JudgedEvent>();
  const tenant = events[0]?.data.tenant;
  for (const event of events) {
    const { id, epoch, sequence, source, type, subject, data } = event;
    const wrong = (rule: string, reason: string): void => {
      findings.misreported.push(findingOf(event, rule, reason));
    };
    findings.statements += 4;
    if (ids.has(id)) findings.doubled.push(findingOf(event, 'id', `event id ${id} twice`));
    ids.add(id);
    if (data.tenant !== tenant || source !== `/pitel/${tenant}`)
      wrong('tenant', `of ${source} and ${data.tenant}`);
    const derived = `${tenant}/${subject}/${type}`;
    if (id !== derived && !id.startsWith(`${derived}/`))
      wrong('id', `id ${id} is not of tenant, call and transition`);
    const before = last.get(epoch);
    last.set(epoch, event);
    if (!/^\d{16}$/.test(sequence)) wrong('sequence', `sequence ${sequence} has not 16 digits`);
    if (before === undefined) continue;
    const step = Number(sequence) - Number(before.sequence);
    if (wholeLog ? step !== 1 : step < 1) wrong('sequence', `sequence ${sequence} after ${before.sequence}`);
    if (instant(event.recordedtime) < instant(before.recordedtime) - toleranceMs)
      wrong('recordedtime', 'recorded before the event before it');
  }
}

function findingOf(event: JudgedEvent, rule: string, reason: string) {
  return {
    rule,
    callKey: null,
    callId: event.data.callId ?? null,
    type: event.type,
    at: instant(event.time),
    reason,
  };
}
