import fc from 'fast-check';
import { type BridgeEvent, EVENT_TYPES, toEvents, type Transition } from '../../core/model/event.js';
import { sourceDegraded, sourceDown, transition } from '../../../test/support/delivery.js';
import {
  audienceOf,
  type CallFilter,
  exposureOf,
  type Filter,
  type Grant,
  maySee,
  maySeeExtension,
} from './audience.js';

const stamp = { tenant: 'acme', epoch: 'e1', sequence: 0, recordedAt: 0 };
const eventOf = (given: Transition): BridgeEvent => toEvents([given], stamp)[0]!;
const grant = (given: Partial<Grant> = {}): Grant => ({ tenant: 'acme', expiresAt: Infinity, ...given });
const at = (extension: string, state: 'ringing' | 'ended' = 'ringing') => ({
  extensions: [{ extension, extensionId: null, agentName: null, state }],
});
const sales = { queue: { id: 'q-1', name: 'Sales' }, extensions: [] };
/** A queue's name as one system writes it, and as another does. */
const CARE = 'Chăm sóc khách hàng';
const FORMS = [CARE.normalize('NFC'), CARE.normalize('NFD')] as const;
const careOf = (name: string) => ({ queue: { id: 'q-3', name }, extensions: [] });
const registered = eventOf({
  type: 'extension-registered',
  subject: '107',
  time: 0,
  data: {
    extension: '107',
    registered: true,
    observed: { earliest: null, latest: '2026-03-02T03:00:00.000Z', certainty: 'observed' },
  },
});

const webhookFailing = eventOf({
  type: 'webhook-failing',
  subject: 'webhook/crm',
  time: 0,
  data: {
    endpoint: 'crm',
    since: '2026-03-02T02:55:00.000Z',
    reason: 'HTTP 500',
    waiting: 3,
    observed: {
      earliest: '2026-03-02T03:00:00.000Z',
      latest: '2026-03-02T03:00:00.000Z',
      certainty: 'observed',
    },
  },
});

describe('who may see what', () => {
  it.each<[string, Grant, Filter, BridgeEvent, boolean]>([
    ['a whole tenant sees a call', grant(), {}, eventOf(transition('call-started', 'c')), true],
    [
      'another tenant does not',
      grant({ tenant: 'globex' }),
      {},
      eventOf(transition('call-started', 'c')),
      false,
    ],
    [
      'an extension sees its call',
      grant({ extensions: ['107'] }),
      {},
      eventOf(transition('call-started', 'c', at('107'))),
      true,
    ],
    [
      'and after its part has ended',
      grant({ extensions: ['107'] }),
      {},
      eventOf(transition('call-ended', 'c', at('107', 'ended'))),
      true,
    ],
    [
      "not another's",
      grant({ extensions: ['107'] }),
      {},
      eventOf(transition('call-started', 'c', at('108'))),
      false,
    ],
    [
      'the one that is offered the call',
      grant({ extensions: ['109'] }),
      {},
      eventOf(
        transition('call-offered', 'c', { offer: { extension: '109', extensionId: null, outcome: null } }),
      ),
      true,
    ],
    [
      'the one that talks',
      grant({ extensions: ['109'] }),
      {},
      eventOf(
        transition('call-answered', 'c', {
          agent: { id: null, name: null, username: null, extension: '109' },
        }),
      ),
      true,
    ],
    ['a queue by id', grant({ queues: ['q-1'] }), {}, eventOf(transition('call-started', 'c', sales)), true],
    [
      'a queue by name',
      grant({ queues: ['Sales'] }),
      {},
      eventOf(transition('call-started', 'c', sales)),
      true,
    ],
    [
      'not another queue',
      grant({ queues: ['q-2'] }),
      {},
      eventOf(transition('call-started', 'c', sales)),
      false,
    ],
    [
      'a queue from which the caller has overflowed: a client that got the call’s start gets its end',
      grant({ queues: ['q-1'] }),
      {},
      eventOf(
        transition('call-ended', 'c', {
          extensions: [],
          queue: { id: 'q-2', name: 'Support' },
          queues: [sales.queue, { id: 'q-2', name: 'Support' }],
        }),
      ),
      true,
    ],
    [
      'extensions and queues are a union',
      grant({ extensions: ['107'], queues: ['q-1'] }),
      {},
      eventOf(transition('call-started', 'c', sales)),
      true,
    ],
    [
      'a queue grants no extension',
      grant({ queues: ['q-1'] }),
      {},
      eventOf(transition('call-started', 'c', at('107'))),
      false,
    ],
    [
      'an empty list grants nothing',
      grant({ extensions: [] }),
      {},
      eventOf(transition('call-started', 'c', at('107'))),
      false,
    ],
    ['sources are visible to every client', grant({ extensions: [] }), {}, eventOf(sourceDown), true],
    ['degraded ones too', grant({ extensions: [] }), {}, eventOf(sourceDegraded), true],
    ['a webhook’s trouble is for those who see everything', grant(), {}, webhookFailing, true],
    ['not for an extension', grant({ extensions: ['crm'] }), {}, webhookFailing, false],
    ['nor for a queue', grant({ queues: ['crm'] }), {}, webhookFailing, false],
    ['nor for a client that wants an extension’s', grant(), { extensions: ['107'] }, webhookFailing, false],
    ['but for one that wants its type', grant(), { types: ['webhook-failing'] }, webhookFailing, true],
    ['a registration is its extension’s', grant({ extensions: ['107'] }), {}, registered, true],
    ['and no other’s', grant({ extensions: ['108'], queues: ['q-1'] }), {}, registered, false],
    ['a filter by type', grant(), { types: ['call-ended'] }, eventOf(transition('call-started', 'c')), false],
    [
      'a filter by extension',
      grant(),
      { extensions: ['108'] },
      eventOf(transition('call-started', 'c', at('107'))),
      false,
    ],
    [
      'a filter names what is not granted',
      grant({ extensions: ['107'] }),
      { extensions: ['108'] },
      eventOf(transition('call-started', 'c', at('108'))),
      false,
    ],
  ])('%s', (_, given, filter, event, visible) => {
    expect(maySee(given, filter, event)).toBe(visible);
  });

  it.each(FORMS.flatMap((asked) => FORMS.map((said) => [asked, said] as const)))(
    'a name is one name, however token or filter (%j) and PBX (%j) encode it',
    (asked, said) => {
      const queued = eventOf(transition('call-started', 'c', careOf(said)));
      expect(maySee(grant({ queues: [asked] }), {}, queued)).toBe(true);
      expect(maySee(grant(), { queues: [asked] }, queued)).toBe(true);
      expect(maySee(grant({ queues: [`${asked} 2`] }), {}, queued)).toBe(false);
      expect(maySee(grant({ queues: [asked.toUpperCase()] }), {}, queued)).toBe(false);
      const rings = eventOf(transition('call-started', 'c', at(said)));
      expect(maySee(grant({ extensions: [asked] }), {}, rings)).toBe(true);
      expect(maySeeExtension(grant({ extensions: [asked] }), said)).toBe(true);
      expect(maySeeExtension(grant({ queues: [asked] }), said)).toBe(false);
    },
  );

  it('white space around a name does not count, as no screen shows it', () => {
    const queued = eventOf(transition('call-started', 'c', careOf('CSKH  VIP ')));
    expect(maySee(grant({ queues: ['CSKH  VIP'] }), {}, queued)).toBe(true);
    expect(maySee(grant({ queues: ['CSKH VIP'] }), {}, queued)).toBe(false);
  });

  it('an event of a later release is only for clients that may see everything', () => {
    const later = {
      ...eventOf(sourceDown),
      type: 'queue-overflowed',
      data: { tenant: 'acme' },
    } as unknown as BridgeEvent;
    expect(maySee(grant(), {}, later)).toBe(true);
    expect(maySee(grant({ extensions: ['107'] }), {}, later)).toBe(false);
  });

  const names = fc.option(fc.array(fc.constantFrom('1', '2', '3', 'q1', 'q2')), { nil: undefined });
  const scope = { extensions: names, queues: names };
  const anyGrant = fc.record(scope).map((given) => grant(given));
  const anyFilter = fc.record({
    ...scope,
    types: fc.option(fc.array(fc.constantFrom(...EVENT_TYPES)), { nil: undefined }),
    customers: fc.option(fc.array(fc.constantFrom('+84914237383', '107')), { nil: undefined }),
    states: fc.option(fc.array(fc.constantFrom('queued' as const, 'ringing' as const)), { nil: undefined }),
  });
  const anyEvent = fc
    .record({
      extension: fc.constantFrom('1', '2', '3', '4'),
      queue: fc.constantFrom(null, { id: 'q1', name: 'one' }, { id: 'q3', name: 'q2' }),
      type: fc.constantFrom('call-started' as const, 'call-ended' as const),
    })
    .map(({ extension, queue, type }) => eventOf(transition(type, 'c', { ...at(extension), queue })));

  it('no filter ever shows what the grant does not', () => {
    fc.assert(
      fc.property(anyGrant, anyFilter, anyEvent, (given, filter, event) => {
        return !maySee(given, filter, event) || maySee(given, {}, event);
      }),
    );
  });

  it('what is seen is granted and wanted, both', () => {
    fc.assert(
      fc.property(anyGrant, anyFilter, anyEvent, (given, filter, event) => {
        expect(maySee(given, filter, event)).toBe(maySee(given, {}, event) && maySee(grant(), filter, event));
      }),
    );
  });

  it('customers and states each narrow what the rest of a filter leaves', () => {
    fc.assert(
      fc.property(anyGrant, anyFilter, anyEvent, (given, filter, event) => {
        const { customers, states, ...rest } = filter;
        const each: readonly CallFilter[] = [rest, { customers }, { states }];
        const exposure = exposureOf(event);
        const seen = (one: CallFilter) => audienceOf(given, one).seesCall(exposure);
        expect(seen(filter)).toBe(each.every(seen));
      }),
    );
  });

  it.each<[CallFilter, boolean]>([
    [{ customers: ['+84914237383'] }, true],
    [{ customers: ['107', '+84914237383'] }, true],
    [{ customers: ['0914237383'] }, false],
    [{ customers: [] }, false],
    [{ states: ['ringing'] }, true],
    [{ states: ['queued', 'answered'] }, false],
    [{ states: [] }, false],
    [{ customers: ['+84914237383'], states: ['queued'] }, false],
    [{ customers: ['+84914237383'], extensions: ['108'] }, false],
  ])('%j of a call that rings: %s', (filter, isSeen) => {
    const exposure = exposureOf(eventOf(transition('call-started', 'c', at('107'))));
    expect(audienceOf(grant(), filter).seesCall(exposure)).toBe(isSeen);
  });

  it('what has no customer is no customer’s: a withheld number, a registration', () => {
    const withheld = eventOf(transition('call-started', 'c', { customer: null }));
    for (const event of [withheld, registered])
      expect(maySee(grant(), { customers: ['+84914237383'] }, event)).toBe(false);
    expect(maySee(grant(), { customers: ['+84914237383'] }, eventOf(sourceDown))).toBe(true);
  });

  it('clients that encode the same name differently share one audience', () => {
    const [one, other] = FORMS.map((name) => audienceOf(grant({ queues: [name] }), { extensions: [name] }));
    expect(one!.key).toBe(other!.key);
  });

  it('clients that see different things share no audience', () => {
    const keys = [
      audienceOf(grant(), { types: ['call-ended'] }),
      audienceOf(grant(), { types: ['call-started'] }),
      audienceOf(grant(), { extensions: ['107'] }),
      audienceOf(grant({ extensions: ['107'] }), {}),
      audienceOf(grant(), { queues: ['107'] }),
      audienceOf(grant(), { queues: [] }),
      audienceOf(grant(), { customers: ['107'] }),
      audienceOf(grant(), { customers: [] }),
      audienceOf(grant(), { states: ['queued'] }),
      audienceOf(grant(), {}),
    ].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('clients that name the same in another order share one audience', () => {
    fc.assert(
      fc.property(anyGrant, anyFilter, (given, filter) => {
        const turned = { ...given, extensions: given.extensions?.toReversed() };
        expect(audienceOf(turned, filter).key).toBe(audienceOf(given, filter).key);
      }),
    );
  });
});
