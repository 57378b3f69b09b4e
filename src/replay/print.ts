import type { BridgeEvent, CallView } from '../core/model/event.js';

/** Describes one event on one line: its time, type and call, and who takes part. */
export function describeEvent(event: BridgeEvent): string {
  return [event.time, event.type.padEnd(TYPE_WIDTH), event.subject, ...details(event)].join('  ').trimEnd();
}

/** As wide as the longest name of a call's event. */
const TYPE_WIDTH = 16;

function details({ data }: BridgeEvent): string[] {
  if ('endpoint' in data) return [data.reason ?? ''];
  if ('registered' in data) return [];
  if ('rule' in data) return [`queue ${data.queue.name}`, `${data.rule} ${data.value} of ${data.limit}`];
  if ('callback' in data) return [data.change ?? data.reason ?? '', `customer ${data.callback.customer.raw}`];
  const { direction, customer, hotline, queue, offer, outcome, baseline, observed } = data;
  return [
    direction,
    `customer ${customer?.raw ?? '?'}`,
    hotline === null ? null : `hotline ${hotline.raw}`,
    queue === null ? null : `queue ${queue.name}`,
    whoOf(data.agent, offer),
    outcome,
    baseline ? 'baseline' : null,
    observed.certainty,
  ].filter((detail) => detail !== null);
}

function whoOf(agent: CallView['agent'], offer: CallView['offer']): string | null {
  if (offer !== undefined) return `offer ${offer.extension}`;
  return agent === null ? null : `agent ${agent.extension ?? agent.name ?? '?'}`;
}
