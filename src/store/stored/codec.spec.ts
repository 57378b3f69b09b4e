import fc from 'fast-check';
import { EMPTY_STATE, type TenantState } from '../../core/model/call.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { CorruptStateError, decode, patch } from './codec.js';
import { call, difference, endedCall, registration, stateOf } from '../store.contract-kit.js';

const id = fc.string({ unit: 'binary', maxLength: 12 });
const instant = fc.integer({ min: 0, max: 5 });
const source = fc.record({
  status: fc.constantFrom('unknown', 'up', 'down'),
  failures: fc.nat(9),
  lastError: fc.option(fc.string()),
});
const states = fc
  .record({
    sources: fc.oneof(fc.constant(EMPTY_STATE.sources), fc.record({ monitor: source, queue: source })),
    calls: fc.dictionary(id, fc.jsonValue(), { maxKeys: 8 }),
    ended: fc.dictionary(id, instant, { maxKeys: 8 }),
    ignored: fc.array(id, { maxLength: 4 }),
    listsIdle: fc.boolean(),
    watched: fc.dictionary(id, fc.boolean(), { maxKeys: 4 }),
  })
  .map(({ sources, calls, ended, ignored, listsIdle, watched }): TenantState => {
    // Through JSON, for JSON does not know -0.
    const plain = JSON.parse(JSON.stringify(Object.entries(calls))) as [string, unknown][];
    return stateOf(
      plain.map(([callId, note]) => call(callId, note)),
      {
        sources: sources as TenantState['sources'],
        ended: new Map(Object.entries(ended).map(([callId, at]) => [callId, endedCall(callId, at)])),
        ignoredStays: new Set(ignored),
        listsIdle,
        registrations: new Map(
          Object.entries(watched).map(([extension, is]) => [extension, registration(extension, is)]),
        ),
      },
    );
  });

/** What a hash holds after the patch. */
function apply(
  fields: ReadonlyMap<string, string>,
  before: TenantState,
  after: TenantState,
): Map<string, string> {
  const { set, remove } = patch(difference(before, after));
  const result = new Map([...fields, ...set]);
  for (const field of remove) result.delete(field);
  return result;
}

describe('the codec', () => {
  it('gives back what was put in, whatever order the fields come in', () => {
    fc.assert(
      fc.property(states, fc.boolean(), (state, reversed) => {
        const fields = [...apply(new Map(), EMPTY_STATE, state)];
        expect(decode('acme', new Map(reversed ? fields.toReversed() : fields))).toEqual(state);
      }),
    );
  });

  it('makes one state of another by its patch', () => {
    fc.assert(
      fc.property(states, states, (one, other) => {
        const fields = apply(apply(new Map(), EMPTY_STATE, one), one, other);
        expect(decode('acme', fields)).toEqual(other);
      }),
    );
  });

  it('orders calls by id and ended calls by time, then id', () => {
    const state = stateOf([call('c'), call('a'), call('b')], {
      ended: new Map(
        [endedCall('z', 1), endedCall('y', 2), endedCall('x', 1)].map((one) => [one.callId, one]),
      ),
    });
    const decoded = decode('acme', apply(new Map(), EMPTY_STATE, state));
    expect([...decoded.calls.keys()]).toEqual(['a', 'b', 'c']);
    expect([...decoded.ended.keys()]).toEqual(['x', 'z', 'y']);
  });

  it('writes only what has changed', () => {
    const calls = new Map([
      ['changed', call('changed', 'now')],
      ['new', call('new')],
      ['gone', null],
    ]);
    const { set, remove } = patch({ ...UNCHANGED, calls });
    expect([...set.keys()]).toEqual(['call:changed', 'call:new']);
    expect(remove).toEqual(['call:gone']);
    expect(patch(UNCHANGED)).toEqual({ set: new Map(), remove: [] });
  });

  it('takes no other fields for its own', () => {
    const fields = new Map([
      ['version', '7'],
      ['caller', 'x'],
      ['later', '{'],
    ]);
    expect(decode('acme', fields)).toEqual(EMPTY_STATE);
  });

  it.each([
    ['call:a', '{"callId":'],
    ['call:a', 'null'],
    ['ended:a', '{"callId":"a"}'],
    ['sources', '{"monitor":{}}'],
    ['ignored', '[1]'],
    ['flags', '[]'],
  ])('reports a corrupt %s', (field, text) => {
    expect(() => decode('acme', new Map([[field, text]]))).toThrow(new CorruptStateError('acme', field));
  });
});
