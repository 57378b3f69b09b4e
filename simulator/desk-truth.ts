import type { Customer } from './numbers.js';
import type { CallTruth, Sighting, TruthEvent } from './truth.js';

/** What really happened, as a desk counts it: whose call it was, how its visits in queues ended, who talked and how long. */

/** The line of today by which a customer is known; null: withheld, a number of the PBX's own, or no customer at all. */
export function lineOf(customer: Customer | null): string | null {
  if (customer === null || customer.own === true) return null;
  return customer.line ?? customer.e164;
}

/** A conversation; null: there was none. */
export function conversationOf({
  events,
  endedAt,
}: CallTruth): { readonly from: number; readonly to: number | null } | null {
  const answer = events.find(({ type }) => type === 'call-answered');
  return answer === undefined ? null : { from: answer.at, to: endedAt };
}

export interface VisitTruth {
  readonly queue: { readonly id: string; readonly name: string };
  readonly joined: number;
  /** Null: the caller is still there. */
  readonly left: number | null;
  readonly how: 'answered' | 'abandoned' | 'flowed-out' | null;
  readonly row: Sighting;
}

/** One membership of one queue after the other. An answer ends it: from then on the caller waits no more. */
export function visitsOf(call: CallTruth): readonly VisitTruth[] {
  const rows = call.sightings.filter(({ endpoint }) => endpoint === 'queue');
  return rows.map((row, nth) => {
    const joined = row.rejoinedAt ?? row.joinedAt ?? row.from;
    const next = rows[nth + 1];
    const until = next === undefined ? Infinity : (next.rejoinedAt ?? next.joinedAt ?? next.from);
    const queue = call.queues.find(({ id }) => id === row.queueId)!;
    const letGo = row.states.find(({ state }) => state === 'Abandoned')?.at ?? null;
    const answer = answerIn(call, row, joined, Math.min(until, letGo ?? Infinity));
    if (answer !== null) return { queue, joined, left: answer, how: 'answered' as const, row };
    const isLast = next === undefined;
    // That of a caller who hung up as the agent answered moves to the end of the agent's leg.
    const gone = letGo === null ? (row.abandonedAt ?? null) : Math.min(row.abandonedAt ?? letGo, letGo);
    if (gone === null) {
      if (call.endedAt === null) return { queue, joined, left: null, how: null, row };
      return { queue, joined, left: call.endedAt, how: 'abandoned' as const, row };
    }
    const isOver = call.endedAt !== null && call.endedAt <= gone;
    const how = isLast && isOver ? ('abandoned' as const) : ('flowed-out' as const);
    return { queue, joined, left: gone, how, row };
  });
}

/** The answer that ends this visit: the call's own, or that of the transfer into this queue. */
function answerIn(call: CallTruth, { queueId }: Sighting, from: number, to: number): number | null {
  const transfer = call.transfers.find(
    (one) => one.as === 'queue' && one.queueId === queueId && Math.abs(one.at - from) < 1_000,
  );
  if (transfer !== undefined) return transfer.answeredAt;
  const answer = call.events.find(({ type, at }) => type === 'call-answered' && at >= from && at <= to);
  return answer?.at ?? null;
}

export interface TalkTruth {
  readonly extension: string;
  readonly from: number;
  /** Null: it goes on. */
  readonly to: number | null;
}

/** Which extension talked, from when to when; hold included. A local call has its caller's part too. */
export function talksOf(call: CallTruth): readonly TalkTruth[] {
  const starts = call.events.filter(
    (event): event is TruthEvent & { extension: string } =>
      (event.type === 'call-answered' || event.type === 'call-transferred') && event.extension !== undefined,
  );
  return starts.map(({ extension, at }) => {
    const left = call.transfers.find(
      (one) => one.from === extension && one.leftAt !== null && one.leftAt >= at,
    );
    return { extension, from: at, to: left?.leftAt ?? call.endedAt };
  });
}
