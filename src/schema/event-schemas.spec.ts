import { Desk } from '../core/desk.js';
import { DEFAULT_DESK_RULES } from '../core/desk-rules.js';
import { EMPTY_DESK } from '../core/desk-state.js';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { answersTo, webhookRequest } from '../core/requests.js';
import { type BridgeEvent, EVENT_TYPES, schemaUri, toEvents, type Transition } from '../core/model/event.js';
import { aCallback, callbackTransition, crossed, SALES } from '../../test/support/callbacks.js';
import { simulateDay } from '../../test/support/day.js';
import { History, leg, number, entry, T0 } from '../../test/support/history.js';
import { expectValidEvent } from '../../test/support/valid-event.js';
import { PUBLISHED_NAMES, publishedSchema } from './json-schema.js';

const observedNow = { earliest: null, latest: '2026-03-02T03:00:00.000Z', certainty: 'observed' } as const;

/** A history that has every type of event at least once. */
function history(): BridgeEvent[] {
  const queued = (given = {}) => entry({ status: 'trying', ...given });
  const past = new History({ absencePolls: 1, sourceDownAfter: 1 });
  past.poll({ entries: [entry()] });
  past.poll({ entries: [queued()], legs: [leg(), leg({ ext: '108', callId: 'leg-2' })] });
  past.poll({
    entries: [queued({ status: 'answered', bridgedAt: T0 + 2_000, agentName: 'agent-107' })],
    legs: [leg({ signal: 'answered' })],
  });
  past.poll({
    entries: [queued({ status: 'answered' })],
    legs: [leg({ ext: '112', callId: 'leg-3', signal: 'answered' })],
  });
  past.poll({ legs: { failed: 'timed out' } });
  past.poll({});
  past.poll({ entries: [entry({ mobile: 'anonymous', customer: null, callId: null })] });
  past.poll({
    entries: [
      entry({
        mobile: 'anonymous',
        customer: null,
        callId: null,
        status: 'abandoned',
        abandonedAt: T0 + 7_000,
      }),
    ],
  });
  past.poll({ entries: [entry({ mobile: '0905', status: 'waiting' })] });
  past.poll({});
  past.poll({ legs: [leg({ callId: 'o', direction: 'outbound', customer: number('0905') })] });
  past.poll({});
  past.poll({
    legs: [leg({ callId: 'l1', direction: 'local', peer: '108', customer: null, hotline: null })],
  });
  past.poll({});
  for (let poll = 0; poll < 3; poll++) past.poll({ legs: { partial: [] } });
  const registration = (registered: boolean): Transition => ({
    type: registered ? 'extension-registered' : 'extension-unregistered',
    subject: '107',
    discriminator: String(T0),
    time: T0,
    data: { extension: '107', registered, observed: observedNow },
  });
  const stamp = { tenant: 'acme', epoch: 'e1', sequence: 0, recordedAt: T0 };
  const webhook = { endpoint: 'crm', since: T0 - 300_000, at: T0, reason: 'HTTP 500', waiting: 3 };
  const asked = [webhookRequest('webhook-failing', webhook), webhookRequest('webhook-recovered', webhook)];
  const desk = new Desk(EMPTY_DESK, DEFAULT_DESK_RULES);
  const waiting = asked.map((request) => ({ id: request.id, request }));
  const { transitions } = answersTo(waiting, desk, T0);
  return toEvents(
    [...past.transitions, registration(true), registration(false), ...transitions, ...ofDesk()],
    stamp,
  );
}

function ofDesk(): Transition[] {
  const callback = aCallback();
  return [
    crossed(),
    crossed(SALES, 'queue-threshold-cleared'),
    callbackTransition('callback-due', aCallback({ parts: 1 })),
    callbackTransition('callback-updated', callback, { change: 'missed', missedCallId: 'c-direct-1' }),
    callbackTransition('callback-updated', callback, { change: 'claimed', by: 'lan' }),
    callbackTransition('callback-done', callback, { reason: 'reached-us', probable: true }),
    callbackTransition('callback-done', callback, { reason: 'dismissed', by: 'lan' }),
  ];
}

describe('what the bridge emits', () => {
  const events = history();

  it('covers every type in this test', () => {
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
  });

  it.each(EVENT_TYPES)('is as the schema of %s says, without a field more', (type) => {
    for (const event of events.filter((one) => one.type === type)) expectValidEvent(event);
  });

  it('is so all day long, with faults and restarts', () => {
    const day = simulateDay({ seed: 11, faults: 0.03, restarts: 0.01, traffic: { totalCalls: 300 } });
    expect(day.events.length).toBeGreaterThan(1_000);
    for (const event of day.events) expectValidEvent(event);
  });

  it('fails the check with a field that no schema describes, and with a missing one', () => {
    const [event] = events;
    expect(() => expectValidEvent({ ...event, secret: 1 })).toThrow();
    expect(() => expectValidEvent({ ...event, data: { ...event!.data, extra: null } })).toThrow();
    expect(() => expectValidEvent({ ...event, data: { ...event!.data, observed: undefined } })).toThrow();
    expect(() => expectValidEvent({ ...event, type: 'call-parked' })).toThrow(
      'no event is called call-parked',
    );
  });
});

describe('a published JSON Schema', () => {
  const ajv = new Ajv2020({ allErrors: true, formats: { 'date-time': /Z$/ } });
  const validators = new Map<string, ValidateFunction>(
    PUBLISHED_NAMES.map((name) => [name, ajv.compile(publishedSchema(name))]),
  );

  it.each(EVENT_TYPES)('has the dataschema of %s for its $id', (type) => {
    expect(publishedSchema(type).$id).toBe(schemaUri(type));
    expect(
      new Set(
        history()
          .filter((event) => event.type === type)
          .map((event) => event.dataschema),
      ),
    ).toEqual(new Set([publishedSchema(type).$id]));
  });

  it('accepts what is emitted, as data by its type and whole by `event`', () => {
    for (const event of history()) {
      for (const [name, value] of [
        [event.type, event.data],
        ['event', event],
      ] as const) {
        const validate = validators.get(name)!;
        expect({ errors: validate(value) ? [] : validate.errors }).toEqual({ errors: [] });
      }
    }
  });

  it('accepts fields that it does not know, because fields are added, and no missing ones', () => {
    const event = history().find(({ type }) => type === 'call-ended')!;
    const validate = validators.get('call-ended')!;
    expect(validate({ ...event.data, addedLater: true })).toBe(true);
    expect(validate({ ...event.data, outcome: null })).toBe(false);
    const incomplete: Record<string, unknown> = { ...event.data };
    delete incomplete.callId;
    expect(validate(incomplete)).toBe(false);
  });
});
