import fc from 'fast-check';
import { view } from '../../../test/support/delivery.js';
import type { CallView } from '../../core/model/event.js';
import { audienceOf, exposureOfCall } from '../access/audience.js';
import { HeldCalls } from './held-calls.js';

const NAMES = ['107', '108', 'sales', 'support', ' 107 '];
const someNames = fc.option(fc.subarray(NAMES), { nil: undefined });
const scope = fc.record({ extensions: someNames, queues: someNames });
const step = fc.record({
  callId: fc.constantFrom('c1', 'c2', 'c3', 'c4'),
  ends: fc.boolean(),
  extensions: fc.subarray(NAMES),
  queues: fc.subarray(NAMES),
});

const callOf = (callId: string, extensions: readonly string[], queues: readonly string[]): CallView => ({
  tenant: 'acme',
  ...view(callId, {
    extensions: extensions.map((extension) => ({
      extension,
      extensionId: null,
      agentName: null,
      state: 'ringing',
    })),
    queues: queues.map((name) => ({ id: name, name })),
  }),
});

describe('the live calls', () => {
  it('are those that the audience may see, in the order in which they began, as if all had been asked', () => {
    fc.assert(
      fc.property(fc.array(step), scope, scope, (steps, grant, filter) => {
        const held = new HeldCalls();
        const all = new Map<string, CallView>();
        for (const { callId, ends, extensions, queues } of steps) {
          const call = callOf(callId, extensions, queues);
          if (ends) {
            held.drop(callId);
            all.delete(callId);
          } else {
            held.hold(call);
            all.set(callId, call);
          }
        }
        const audience = audienceOf({ tenant: 'acme', expiresAt: Infinity, ...grant }, filter);
        const visible = [...all.values()].filter((call) => audience.seesCall(exposureOfCall(call)));
        expect(JSON.parse(held.json(audience))).toEqual(visible);
      }),
    );
  });

  it('of an audience are found without asking every call', () => {
    const held = new HeldCalls();
    for (let n = 0; n < 1_000; n += 1) held.hold(callOf(`c${n}`, [String(n)], []));
    const audience = audienceOf({ tenant: 'acme', expiresAt: Infinity, extensions: ['7', '8'] }, {});
    let asked = 0;
    const counting = { ...audience, seesCall: () => (asked += 1) > 0 };
    expect(JSON.parse(held.json(counting))).toHaveLength(2);
    expect(asked).toBe(2);
  });
});
