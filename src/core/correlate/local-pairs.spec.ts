import { describe, expect, it } from '@jest/globals';
import { History, leg } from '../../../test/support/history.js';

const local = (
  ext: string,
  peer: string | null,
  callId = `${ext}-${peer}`,
  given: Parameters<typeof leg>[0] = {},
) => leg({ ext, peer, callId, direction: 'local', customer: null, hotline: null, ...given });

function callsAfter(...polls: (readonly ReturnType<typeof leg>[])[]): number {
  const history = new History();
  history.poll();
  for (const legs of polls) history.poll({ legs });
  return history.state.calls.size;
}

describe('the two legs of a local call', () => {
  const [one, other] = [local('101', '102'), local('102', '101')];

  it('name each other, in one poll or in two', () => {
    expect(callsAfter([one, other])).toBe(1);
    expect(callsAfter([one], [one, other])).toBe(1);
  });

  it('are two calls’ where they do not', () => {
    expect(callsAfter([one, local('102', '103')])).toBe(2);
    expect(callsAfter([one], [one, local('102', '103')])).toBe(2);
    expect(callsAfter([one, local('102', null)])).toBe(2);
    expect(callsAfter([local('101', '101'), local('101', '101', 'second')])).toBe(2);
  });

  it('are kept apart where two calls go on between the same extensions', () => {
    const second = [local('101', '102', 'second-a'), local('102', '101', 'second-b')];
    expect(callsAfter([one, other, ...second])).toBe(4);
    expect(callsAfter([one, other], [one, other, ...second])).toBe(2);
    expect(callsAfter([one], [one, other, second[1]!])).toBe(3);
    expect(callsAfter([one, second[0]!], [one, second[0]!, other])).toBe(3);
  });

  it('join no call that has both of its legs', () => {
    for (const third of [local('102', '101', 'third'), local('101', '102', 'third')])
      expect(callsAfter([one, other], [one, other, third])).toBe(2);
  });
});
