import { customerKey, WITHHELD } from '../../src/core/parts/customer.js';
import { lookUp } from './lookup.js';
import { isWithheld } from './withheld.js';

describe('looking a customer up', () => {
  it('returns what is known, and nothing as none', async () => {
    expect(await lookUp(() => ({ kind: 'one', name: 'Lan' }), 1_000)).toEqual({ kind: 'one', name: 'Lan' });
    expect(await lookUp(() => Promise.resolve(null), 1_000)).toEqual({ kind: 'none' });
    expect(await lookUp(() => undefined, 1_000)).toEqual({ kind: 'none' });
  });

  it('takes a failure for one, and not for an unknown customer', async () => {
    const error = new Error('no CRM');
    const thrown = () => {
      throw error;
    };
    expect(await lookUp(thrown, 1_000)).toEqual({ kind: 'failed', error });
    expect(await lookUp(() => Promise.reject(error), 1_000)).toEqual({ kind: 'failed', error });
  });

  it('gives up when the time is over, and ends the signal', async () => {
    let signal: AbortSignal | undefined;
    const found = await lookUp((given) => {
      signal = given;
      return new Promise<never>(() => undefined);
    }, 1);
    expect(found.kind).toBe('failed');
    expect(signal?.aborted).toBe(true);
  });

  it('does not begin before its caller goes on', () => {
    let isAsked = false;
    void lookUp(() => {
      isAsked = true;
      return null;
    }, 1_000);
    expect(isAsked).toBe(false);
  });
});

describe('a withheld number', () => {
  it('is what the bridge takes for one', () => {
    for (const raw of [
      '',
      'anonymous',
      'Anonymous',
      'RESTRICTED',
      'unavailable',
      '0000',
      '+0',
      '0914237383',
      '+84',
    ]) {
      const number = { raw, e164: null, national: null };
      expect([raw, isWithheld(number)]).toEqual([raw, customerKey(number) === WITHHELD]);
    }
  });
});
