import { TruthIndex } from '../../simulator/judge-match.js';
import type { JudgedEvent } from '../../simulator/judge-report.js';
import type { Sighting } from '../../simulator/truth.js';
import type { Day } from '../support/day.js';
import { findingsOf } from './days-tally.js';

/** One call of a day, a line each: what happened, which rows showed it, what the bridge emitted, what the judge says of that. */
export function callStory({ world, events, report }: Day, callKey: string): string[] {
  const call = world.truth.find((one) => one.callKey === callKey);
  if (call === undefined) throw new Error(`--show: the day has no call "${callKey}"`);
  const base = world.truth[0]!.startedAt;
  const at = (instant: number | string | null): string =>
    instant === null
      ? '-'
      : (((typeof instant === 'string' ? Date.parse(instant) : instant) - base) / 1000).toFixed(2);
  const index = new TruthIndex(world.truth);
  const stated = (events as unknown as JudgedEvent[]).filter(
    (event) => event.type.startsWith('call-') && index.callOf(event)?.callKey === callKey,
  );
  return [
    `${callKey}: ${call.kind}, ${call.direction}, ${at(call.startedAt)} to ${at(call.endedAt)}, ${call.outcome}; hotline ${call.hotline ?? '-'}; ${call.habits.join(' ')}`,
    ...call.events.map(
      (one) => `  truth ${at(one.at)} ${one.type} ${one.extension ?? ''} ${one.outcome ?? ''}`,
    ),
    ...call.sightings.map((one) => `  row   ${sightingLine(one, at)}`),
    ...stated.map((event) => `  event ${eventLine(event, at)}`),
    ...findingsOf(report)
      .filter(({ finding }) => finding.callKey === callKey)
      .map(({ kind, finding }) => `  !!    ${kind} ${finding.type} ${at(finding.at)}: ${finding.reason}`),
  ];
}

type At = (instant: number | string | null) => string;

function sightingLine(one: Sighting, at: At): string {
  const states = one.states.map(({ at: since, state }) => `${at(since)} ${state ?? 'empty'}`).join(', ');
  const ids = (one.ids ?? []).map(
    ({ at: since, callId, phantom }) => `${callId}@${at(since)}${phantom ? ' phantom' : ''}`,
  );
  const whose = one.extension ?? one.queueId ?? '';
  return [
    one.endpoint,
    whose,
    `part ${one.part}`,
    `${at(one.from)} to ${at(one.to)}`,
    one.role ?? '',
    states,
    `numbers "${(one.numbers ?? []).join('" "')}"`,
    one.callId,
    ...ids,
    ...(one.agents ?? []).map(({ at: since, value }) => `agent ${value?.name ?? 'none'}@${at(since)}`),
  ].join(' ');
}

function eventLine({ type, time, recordedtime, subject, data }: JudgedEvent, at: At): string {
  const { observed, offer, outcome, agent, linkedCallIds } = data;
  return [
    at(time),
    type,
    subject,
    offer === undefined ? '' : `${offer.extension}/${offer.outcome}`,
    outcome ?? '',
    `${observed.certainty} [${at(observed.earliest)} to ${at(observed.latest)}]`,
    `recorded ${at(recordedtime)}, agent ${agent?.extension ?? '-'}, customer ${data.customer?.raw ?? '-'}, hotline ${data.hotline?.raw ?? '-'}`,
    linkedCallIds.length > 0 ? `linked ${linkedCallIds.join(' ')}` : '',
  ].join(' ');
}
