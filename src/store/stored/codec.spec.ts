import fc from 'fast-check';
import { EMPTY_STATE, type TenantState } from '../../core/model/call.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { CorruptStateError } from '../errors.js';
import { decode, encodeWhole, patch } from './codec.js';
import { anyState as states } from '../../../test/support/any-state.js';
import { call, difference, endedCall, stateOf } from '../store.contract-kit.js';

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
        expect(decode('acme', encodeWhole(state))).toEqual(state);
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

  it('gives two ids that UTF-8 cannot tell apart a field each', () => {
    const state = stateOf([call('\ud800'), call('\ud801')]);
    const stored = [...encodeWhole(state)].map(
      ([field, text]) => [Buffer.from(field).toString(), text] as const,
    );
    expect(decode('acme', new Map(stored))).toEqual(state);
  });

  it.each(['call:', 'ended:'])('reports a %s field that holds another call than it names', (kind) => {
    const ended = new Map([['b', endedCall('b', 1)]]);
    const text = encodeWhole(stateOf([call('b')], { ended })).get(`${kind}b`)!;
    const field = `${kind}a`;
    expect(() => decode('acme', new Map([[field, text]]))).toThrow(new CorruptStateError('acme', field));
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
